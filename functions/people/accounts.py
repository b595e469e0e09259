"""The station's people: who may sign in to the desk, and as what.

An account is a history (``added``, ``reset``, ``disabled``), whose head holds the hash of the
password. Sessions of an earlier ``version`` end.
"""

import secrets
from datetime import timedelta
from typing import NamedTuple

from functions.context.attempts import Attempts, Limit
from functions.context.clock import Clock
from functions.errors import Refused, Wrong
from functions.orders.repository import append
from functions.people import second_factor
from functions.storage.history import Change, Event, Head
from functions.storage.port import Store

KIND = "staff"
STAFF, ADMINISTRATOR = ROLES = ("staff", "administrator")
LONGEST = 100
"""Characters of a name that somebody can sign in with; DynamoDB looks up no long ones."""
LOCKED = timedelta(minutes=15)
OWN, WIDE, MANY = Limit(5, LOCKED), Limit(50, LOCKED), Limit(30, LOCKED)
"""Wrong passwords for one name: from one sender; from all whom nobody knows. And from one sender
for all names, because each costs a processor's time."""
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$9NbRpjIzn0Buhfpf20raJg"
    "$DjsZEqyLggoZBfl0vneT7rfGhA/ueJnG9+qZJipwB1Q"
)
"""A hash that stands in for those of names without an account, and takes as long."""
LIFTED = "limits_lifted"
"""The fact that says when limits were last lifted; tries from before do not count any more."""
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
        """Give an account a new password, which is returned; enable it, end its sessions, forget
        its authenticator, and lift every limit that wrong passwords have reached."""
        password = self._with_password(self._find(name), "reset", by)
        second_factor.forget(self.store, name, by, self.clock.now.isoformat())
        self.store.set_fact(LIFTED, self.clock.now.isoformat())
        return password

    def disable(self, name: str, by: str = "") -> None:
        """End an account's sessions and let nobody sign in with it."""
        self._change(self._find(name), "disabled", "disabled", by)

    def end_sessions(self, name: str) -> None:
        """End all sessions of an account, as whoever owns it asked."""
        head = self._find(name)
        self._change(head, "signed_out", head.state, name)

    def everybody(self) -> list[Head]:
        """All accounts, the newest first."""
        return self.store.find(KIND, limit=1000)

    def sign_in(self, name: str, password: str, attempts: Attempts) -> Account:
        """The account, for somebody who knows its password.

        Raises:
            Wrong: ``sign_in``, whatever was wrong; or ``too_often``, before the password is
                checked.
        """
        from argon2 import PasswordHasher
        from argon2.exceptions import VerificationError

        signing_in = f"sign-in {self.store.fact(LIFTED)}"
        tried = f"{signing_in} {name}"
        if not (attempts.may_go_on(signing_in, MANY) and attempts.may(tried, OWN, WIDE)):
            raise Wrong("too_often")
        head = self.store.head(_no(name)) if len(name) <= LONGEST else None
        # One hash, whether there is such an account or not, so that time does not tell.
        stored = head.data.get("hash", NOBODY) if head else NOBODY
        try:
            PasswordHasher().verify(stored, password)
        except VerificationError:
            raise Wrong("sign_in") from None
        if head is None or stored == NOBODY or head.state != "active":
            raise Wrong("sign_in")
        attempts.was_right(tried)
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
