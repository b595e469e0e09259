"""The station's people: who may sign in to the desk, and as what.

An account is a history (``added``, ``reset``, ``chosen``, ``role``, ``disabled``), whose head holds
the hash of the password. Sessions of an earlier ``version`` end.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from functools import wraps
from typing import NamedTuple, ParamSpec, TypeVar

from functions.context.attempts import Attempts, Limit
from functions.context.clock import Clock
from functions.errors import Conflict, Refused, Wrong
from functions.forms.normal import TYPED, seen, shaped
from functions.people import passwords, second_factor
from functions.people.audit import Audit
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
SINCE = "sessions_since"
"""What the head says of when no session was left that had begun before, if there was such a time.
"""
LIFTED = "limits_lifted"
"""The fact that says when limits were last lifted; tries from before do not count any more."""


class Account(NamedTuple):
    """Somebody of the station. ``version`` names the state of the account that a session saw, and
    ``first`` says that the password was drawn by somebody else, and has to be chosen anew."""

    name: str
    role: str
    version: int
    first: bool = False


Given = ParamSpec("Given")
Returned = TypeVar("Returned")
AGAIN = 20
"""How often an act is done anew: more presses of one button at once than anybody makes."""


def settled(act: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """The act, done anew from the beginning where others changed the account after it was read: so
    it sees what they did, and is refused for a reason where it may not follow."""

    @wraps(act)
    def until_settled(*given: Given.args, **named: Given.kwargs) -> Returned:
        for _ in range(AGAIN):
            with suppress(Conflict):
                return act(*given, **named)
        return act(*given, **named)

    return until_settled


class Accounts(NamedTuple):
    """All accounts of a station. ``by`` is the member of staff who changes one. Where there is no
    account of a name, it is ``Refused`` as ``known``."""

    store: Store
    clock: Clock

    @settled
    def add(self, name: str, role: str = STAFF, by: str = "", once: str = "") -> str:
        """Make an account and return its password, which is not kept. If the submission ``once``
        made it before, its answer was not read, so there is a new password.

        Raises:
            Refused: ``known``, the name is taken; ``name``, it is none that can be seen.
        """
        if once and self.store.filed(once) == _no(name):
            return self.reset(name, by)
        if not shaped(name) or name.translate(TYPED) != name:
            raise Refused("name", name=name)
        # Of earlier versions there are accounts whose number is the name as it was typed.
        others = [head.data.get("name", "") for head in self.everybody()]
        if any(seen(name) == seen(each) or shaped(name) == shaped(each) for each in others):
            raise Refused("known", name=name)
        new = Head(_no(name), KIND, 0, "", "", {"name": name, "role": role})
        return self._with_password(new, "added", by, once)

    @settled
    def reset(self, name: str, by: str = "") -> str:
        """Give an account a new password, which is returned; enable it, end its sessions, forget
        its authenticator, and lift every limit that wrong passwords have reached."""
        head = self._find(name)
        password = self._with_password(head, "reset", by)
        # By its name as it is stored; this one may be spelled otherwise.
        second_factor.forget(self.store, _account(head).name, by, self.clock.now.isoformat())
        self.store.set_fact(LIFTED, self.clock.now.isoformat())
        return password

    @settled
    def disable(self, name: str, by: str = "") -> None:
        """End an account's sessions and let nobody sign in with it.

        Raises:
            Refused: ``last``, nobody else could manage the accounts then.
        """
        self._change(self._find(name), "disabled", "disabled", by)

    @settled
    def end_sessions(self, name: str) -> None:
        """End all sessions of an account, as whoever owns it asked."""
        head = self._find(name)
        self._change(head, "signed_out", head.state, name)

    @settled
    def give_role(self, name: str, role: str, by: str = "") -> None:
        """Make somebody an administrator, or one no more; their sessions end.

        Raises:
            Refused: ``last``, nobody else could manage the accounts then.
        """
        head = self._find(name)
        self._change(head, "role", head.state, by, role=role)

    @settled
    def choose(
        self,
        name: str,
        old: str,
        new: str,
        attempts: Attempts,
        version: int,
        words: Collection[str] = (),
    ) -> Account:
        """Give an account the password that its owner chose; all sessions from before end. Where
        it changed since its owner was seen at this ``version``, and that is its password already,
        the button was pressed twice. ``words`` are tried first at this station.

        Raises:
            Wrong: what :meth:`prove` says of the old one; or what is wrong with the new one.
        """
        from argon2 import PasswordHasher

        head = self._find(name)
        if head.version != version and _is_right(new, head.data.get("hash", NOBODY)):
            return _account(head)
        self.prove(name, old, attempts)
        if code := passwords.weakness(new, name, words) or ("same" if new == old else ""):
            raise Wrong(code)
        digest = PasswordHasher().hash(new)
        after = self._change(head, "chosen", head.state, name, hash=digest, first=False)
        Audit(*attempts[:3]).record("password_chosen", name, sender=attempts.sender)
        return _account(after)

    def everybody(self) -> list[Head]:
        """All accounts, the newest first."""
        return self.store.find(KIND, limit=1000)

    def at_work(self) -> list[str]:
        """The names of those who can sign in."""
        active = [head.data for head in self.everybody() if head.state == "active"]
        return sorted(data["name"] for data in active if data.get("name"))

    def prove(self, name: str, password: str, attempts: Attempts) -> Account:
        """The account, for somebody who knows its password.

        Raises:
            Wrong: ``sign_in``, whatever was wrong; or ``too_often``, before the password is
                checked.
        """
        head, audit = self._find_or_none(name), Audit(*attempts[:3])
        known = str(head.data.get("name", "")) if head else ""
        if head is None or head.state != "active":
            attempts = attempts._replace(device="")
        signing_in = f"sign-in {self.store.fact(LIFTED)}"
        tried = f"{signing_in} {seen(name)}"
        if not (attempts.may_go_on(signing_in, MANY) and attempts.may(tried, OWN, WIDE)):
            audit.record_stranger("locked_out", known)
            raise Wrong("too_often")
        # One hash, whether there is such an account or not, so that time does not tell.
        stored = head.data.get("hash", NOBODY) if head else NOBODY
        right = _is_right(password, stored)
        if not right or head is None or stored == NOBODY or head.state != "active":
            audit.record_stranger("sign_in_failed", known)
            raise Wrong("sign_in")
        attempts.was_right(tried)
        attempts.was_one(signing_in, MANY)
        return _account(head)

    def current(self, name: str, version: int, began: datetime) -> Account | None:
        """The account, while it is as it was when the session began. Versions are counted, so they
        come again after a copy of the store was put back."""
        head = self._find_or_none(name)
        if head is None or head.state != "active" or head.version != version:
            return None
        since = head.data.get(SINCE, "")
        # A clock that was ahead when the copy was put back must keep nobody out.
        ended = since and began < datetime.fromisoformat(since) <= self.clock.now
        return None if ended else _account(head)

    def _with_password(self, head: Head, kind: str, by: str, once: str = "") -> str:
        from argon2 import PasswordHasher

        password = passwords.generated()
        digest = PasswordHasher().hash(password)
        self._change(head, kind, "active", by, once, hash=digest, first=True)
        return password

    def _change(
        self, head: Head, kind: str, state: str, by: str, once: str = "", **data: object
    ) -> Head:
        event = Event(kind, "staff", self.clock.now.isoformat(), {"who": by} if by else {})
        begun = head.begun or event.at
        after = head.followed(state=state, begun=begun, data=head.data | data)
        loses = _administers(head) and not _administers(after)
        stays = [self._another(head)] if loses else []
        self.store.commit(Change(after, [event], once=once), *stays)
        return after

    def _another(self, head: Head) -> Change:
        """The condition that another administrator stays one: a change that changes nothing is
        refused where that account was changed at the same time."""
        for other in self.everybody():
            if other.no != head.no and _administers(other):
                return Change(other, [])
        raise Refused("last")

    def _find(self, name: str) -> Head:
        head = self._find_or_none(name)
        if head is None:
            raise Refused("known", name=name)
        return head

    def _find_or_none(self, name: str) -> Head | None:
        """The account of a name, however it is typed; those of earlier versions as it was then."""
        if len(name) > LONGEST:
            return None
        return self.store.head(_no(name)) or self.store.head(f"{KIND}:{name}")


def end_all(store: Store, now: datetime) -> None:
    """End the sessions of all accounts, whatever version they saw."""
    ended = Event("signed_out", "staff", now.isoformat())
    for no in store.numbers(KIND):
        if head := store.head(no):
            since = head.data | {SINCE: ended.at}
            store.commit(Change(head.followed(data=since), [ended]))


def numbers(name: str) -> Collection[str]:
    """The numbers that the account of a name may have: as people see it, or as it was typed, which
    is that of earlier versions."""
    return _no(name), f"{KIND}:{name}"


def _no(name: str) -> str:
    return f"{KIND}:{seen(name)}"


def _account(head: Head) -> Account:
    data, name = head.data, head.no.partition(":")[2]
    role, first = data.get("role", STAFF), data.get("first", False)
    return Account(data.get("name", name), role, head.version, first)


def _is_right(password: str, stored: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import VerificationError

    with suppress(VerificationError):
        return PasswordHasher().verify(stored, password)
    return False


def _administers(head: Head) -> bool:
    return head.state == "active" and head.data.get("role") == ADMINISTRATOR
