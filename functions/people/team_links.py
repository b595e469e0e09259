"""The private link of each team: signed, ending by itself, replaced or taken back by the desk.

A team's links are a history (``issued``, ``revoked``, ``asked``); the number of links issued so
far is part of what is signed, so a new link ends the one before.
"""

import hmac
from datetime import datetime, timedelta

from functions.context.app import App
from functions.storage.history import Change, Event, Head

KIND = "link"
LASTS = timedelta(days=180)
SLACK = timedelta(days=1)
"""How much the clock may be put back after a link was issued."""
KEY = 22
"""Characters of the key in a link."""


def address(app: App, head: Head) -> str:
    """Where the team does its work."""
    team = head.data["team"]
    return f"/team/?team={team}&key={app.vault.stamp(*_signed(head))[:KEY]}"


def of(app: App, team: str) -> Head | None:
    """The team's link, as it stands; ``state`` is ``issued`` or ``revoked``."""
    return app.store.head(f"{KIND}:{team}")


def issue(app: App, team: str, who: str) -> Head:
    """Make a new link for a team; the one before ends.

    Raises:
        Conflict: somebody else does it at this moment.
    """
    old = of(app, team)
    until = (app.now + LASTS).isoformat()
    return _write(app, team, old, "issued", who, until, _count(old) + 1)


def revoke(app: App, team: str, who: str) -> None:
    """End a team's link."""
    if (old := of(app, team)) and old.state == "issued":
        _write(app, team, old, "revoked", who, "", _count(old))


def ask(app: App, team: str) -> None:
    """Remember that somebody with an old link of the team asked for a new one, once a day."""
    old = of(app, team)
    if old and old.data["asked"][:10] != app.now.date().isoformat():
        data = old.data | {"asked": app.now.isoformat()}
        head = old._replace(version=old.version + 1, data=data)
        app.store.commit(Change(head, [Event("asked", "team", app.now.isoformat())]))


def lives(app: App, head: Head) -> bool:
    """Whether the link can be used now; one that would last longer than links do was issued by a
    clock that was ahead, and cannot."""
    if head.state != "issued":
        return False
    return app.now < datetime.fromisoformat(head.data["until"]) <= app.now + LASTS + SLACK


def opens(app: App, team: str, key: str) -> bool:
    """Whether this key opens the team's page now."""
    head = of(app, team)
    if head is None or not lives(app, head):
        return False
    keys = app.vault.stamps(*_signed(head))
    return any(hmac.compare_digest(each[:KEY].encode(), key.encode()) for each in keys)


def _count(head: Head | None) -> int:
    return head.data["count"] if head else 0


def _write(
    app: App, team: str, old: Head | None, state: str, who: str, until: str, count: int
) -> Head:
    at = app.now.isoformat()
    data = {"team": team, "count": count, "until": until, "asked": ""}
    version = (old.version if old else 0) + 1
    head = Head(f"{KIND}:{team}", KIND, version, state, old.begun if old else at, data)
    app.store.commit(Change(head, [Event(state, "staff", at, {"who": who})]))
    return head


def _signed(head: Head) -> tuple[str, str, int]:
    return "team", head.data["team"], head.data["count"]
