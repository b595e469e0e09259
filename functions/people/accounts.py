"""The station's people: who may sign in to the desk, and as what.

An account is a history like any other (``added``, ``reset``, ``disabled``), its head holding the
password's hash. ``version`` rises with every change, and sessions of an earlier one end.
"""

import secrets
from datetime import timedelta
from typing import NamedTuple

from functions.context.app import App
from functions.forms.definition import Wrong
from functions.storage.history import Change, Event, Head
from functions.storage.port import Conflict

KIND = "staff"
STAFF, ADMINISTRATOR = ROLES = ("staff", "administrator")
TRIES = 5
LOCKED = timedelta(minutes=15)
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""For passwords that are read from a screen and typed: nothing that looks like another."""


class Account(NamedTuple):
    """Somebody of the station. ``version`` names the state of the account that a session saw."""

    name: str
    role: str
    version: int


class Unknown(Exception):
    """There is no account of this name, or one already; nothing was changed."""


def add(app: App, name: str, role: str = STAFF, by: str = "") -> str:
    """Make an account and return its password, which is not kept; ``by`` is who made it.

    Raises:
        Unknown: the name is taken.
    """
    if app.store.head(_no(name)):
        raise Unknown(name)
    new = Head(_no(name), KIND, 0, "", "", {"name": name, "role": role})
    return _with_password(app, new, "added", by)


def reset(app: App, name: str, by: str = "") -> str:
    """Give an account a new password, enable it and end its sessions.

    Raises:
        Unknown: there is no such account.
    """
    return _with_password(app, _find(app, name), "reset", by)


def disable(app: App, name: str, by: str = "") -> None:
    """End an account's sessions and let nobody sign in with it.

    Raises:
        Unknown: there is no such account.
    """
    _change(app, _find(app, name), "disabled", "disabled", by)


def everybody(app: App) -> list[Head]:
    """All accounts, the newest first."""
    return app.store.find(KIND, limit=1000)


def sign_in(app: App, name: str, password: str) -> Account:
    """The account, for who knows its password.

    Raises:
        Wrong: ``sign_in``, whatever was wrong; or ``too_often``, before the password is looked at.
    """
    from argon2 import PasswordHasher
    from argon2.exceptions import VerificationError

    counter = f"sign-in {name}"
    if app.store.count(counter, app.now, app.now + LOCKED) > TRIES:
        raise Wrong("too_often")
    head = app.store.head(_no(name))
    hasher = PasswordHasher()
    # Somebody who is not there takes as long as somebody who is.
    stored = head.data["hash"] if head else hasher.hash("")
    try:
        hasher.verify(stored, password)
    except VerificationError:
        raise Wrong("sign_in") from None
    if head is None or head.state != "active":
        raise Wrong("sign_in")
    app.store.reset(counter)
    return Account(name, head.data["role"], head.version)


def current(app: App, name: str, version: int) -> Account | None:
    """The account, while it is as it was when the session began."""
    head = app.store.head(_no(name))
    if head is None or head.state != "active" or head.version != version:
        return None
    return Account(name, head.data["role"], version)


def note(app: App, name: str, event: str, data: dict[str, str]) -> None:
    """Remember in somebody's account what they did that is in no order: took out a list, say."""
    told = Event(event, "staff", app.now.isoformat(), data)
    head = app.store.head(f"done:{name}") or Head(f"done:{name}", "done", 0, "", told.at, {})
    try:
        app.store.commit(Change(head._replace(version=head.version + 1), [told]))
    except Conflict:
        note(app, name, event, data)


def _with_password(app: App, head: Head, event: str, by: str) -> str:
    from argon2 import PasswordHasher

    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
    _change(app, head, event, "active", by, hash=PasswordHasher().hash(password))
    return password


def _change(app: App, head: Head, event: str, state: str, by: str, **data: str) -> None:
    told = Event(event, "staff", app.now.isoformat(), {"who": by} if by else {})
    begun, data = head.begun or told.at, head.data | data
    after = head._replace(version=head.version + 1, state=state, begun=begun, data=data)
    app.store.commit(Change(after, [told]))


def _find(app: App, name: str) -> Head:
    head = app.store.head(_no(name))
    if head is None:
        raise Unknown(name)
    return head


def _no(name: str) -> str:
    return f"{KIND}:{name}"
