"""The station's people: who may sign in to the desk, and as what.

An account is a history (``added``, ``reset``, ``disabled``), whose head holds the hash of the
password. Sessions of an earlier ``version`` end.
"""

import secrets
from datetime import timedelta
from typing import NamedTuple

from functions.context.clock import Clock
from functions.errors import Refused, Wrong
from functions.orders.repository import append
from functions.storage.history import Change, Event, Head
from functions.storage.port import Store

KIND = "staff"
STAFF, ADMINISTRATOR = ROLES = ("staff", "administrator")
TRIES = 5
LOCKED = timedelta(minutes=15)
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""For passwords that are read from a screen and typed: no two of them look alike."""


class Account(NamedTuple):
    """Somebody of the station. ``version`` names the state of the account that a session saw."""

    name: str
    role: str
    version: int


class Accounts(NamedTuple):
    """All accounts of a station. ``by`` is the member of staff who changes one. Where there is no
    account of a name, it is ``Refused`` as ``known``."""

    store: Store
    clock: Clock

    def add(self, name: str, role: str = STAFF, by: str = "", once: str = "") -> str:
        """Make an account and return its password, which is not kept. If the submission ``once``
        made it before, its answer was not read, so there is a new password.

        Raises:
            Refused: ``known``, the name is taken.
        """
        if once and self.store.filed(once) == _no(name):
            return self.reset(name, by)
        if self.store.head(_no(name)):
            raise Refused("known", name=name)
        new = Head(_no(name), KIND, 0, "", "", {"name": name, "role": role})
        return self._with_password(new, "added", by, once)

    def reset(self, name: str, by: str = "") -> str:
        """Give an account a new password, which is returned; enable it and end its sessions."""
        return self._with_password(self._find(name), "reset", by)

    def disable(self, name: str, by: str = "") -> None:
        """End an account's sessions and let nobody sign in with it."""
        self._change(self._find(name), "disabled", "disabled", by)

    def everybody(self) -> list[Head]:
        """All accounts, the newest first."""
        return self.store.find(KIND, limit=1000)

    def sign_in(self, name: str, password: str) -> Account:
        """The account, for somebody who knows its password.

        Raises:
            Wrong: ``sign_in``, whatever was wrong; or ``too_often``, before the password is
                checked.
        """
        from argon2 import PasswordHasher
        from argon2.exceptions import VerificationError

        counter, now = f"sign-in {name}", self.clock.now
        if self.store.count(counter, now, now + LOCKED) > TRIES:
            raise Wrong("too_often")
        head = self.store.head(_no(name))
        hasher = PasswordHasher()
        # A name without an account takes as long as one with an account.
        stored = head.data.get("hash", "") if head else ""
        try:
            hasher.verify(stored or hasher.hash(""), password)
        except VerificationError:
            raise Wrong("sign_in") from None
        if head is None or not stored or head.state != "active":
            raise Wrong("sign_in")
        self.store.reset(counter)
        return Account(name, head.data.get("role", STAFF), head.version)

    def current(self, name: str, version: int) -> Account | None:
        """The account, while it is as it was when the session began."""
        head = self.store.head(_no(name))
        if head is None or head.state != "active" or head.version != version:
            return None
        return Account(name, head.data.get("role", STAFF), version)

    def note(self, name: str, kind: str, data: dict[str, str]) -> None:
        """Remember what somebody did that is in no order, such as taking out a list."""
        event = Event(kind, "staff", self.clock.now.isoformat(), data)
        append(self.store, f"done:{name}", "done", event)

    def _with_password(self, head: Head, kind: str, by: str, once: str = "") -> str:
        from argon2 import PasswordHasher

        password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
        self._change(head, kind, "active", by, once, hash=PasswordHasher().hash(password))
        return password

    def _change(
        self, head: Head, kind: str, state: str, by: str, once: str = "", **data: str
    ) -> None:
        event = Event(kind, "staff", self.clock.now.isoformat(), {"who": by} if by else {})
        begun = head.begun or event.at
        after = head.followed(state=state, begun=begun, data=head.data | data)
        self.store.commit(Change(after, [event], once=once))

    def _find(self, name: str) -> Head:
        head = self.store.head(_no(name))
        if head is None:
            raise Refused("known", name=name)
        return head


def _no(name: str) -> str:
    return f"{KIND}:{name}"
