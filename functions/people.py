"""Volunteers (招募、注册、管理、评价): each a history, from the sign-up to the leaving."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from functions import ledger, tally
from functions.app import App
from functions.lifecycle import Event
from functions.store import Change, Head

KIND = "volunteer"

TABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "applied": (("",), "applied"),
    "approved": (("applied", "inactive"), "active"),
    "moved": (("active",), "active"),
    "deactivated": (("applied", "active"), "inactive"),
    "erased": (("inactive",), "erased"),
}
"""Events, the states that each may follow, and the state that it leads to."""


class Refused(Exception):
    """The event may not follow in this state."""


class Person(NamedTuple):
    """A volunteer with what they typed: name and phone, and whatever the form asks."""

    head: Head
    said: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.said.get("name", ""))


def change(
    app: App, head: Head | None, no: str, event: Event, personal: Mapping[str, Any] | None = None
) -> Change:
    """The transaction that adds an event to a volunteer's history.

    Raises:
        Refused: the event may not follow.
    """
    after, to = TABLE[event.kind]
    state = head.state if head else ""
    if state not in after:
        raise Refused(event.kind)
    data = (head.data if head else {}) | dict(event.data)
    begun = head.begun if head else event.at
    version = (head.version if head else 0) + 1
    team = data.get("team", "")
    marks = (f"state:{to}", f"team:{team}", f"{to} {team}")
    new = Head(no, KIND, version, to, begun, data, "", team, marks)
    said = dict(personal or {})
    return Change(
        new,
        [event],
        {version: app.vault.seal(no, said)} if said else {},
        traces=ledger.traces(app, said),
        tally=tally.difference(counted(head), counted(new)),
        erase=event.kind == "erased",
    )


def move(app: App, head: Head, kind: str, who: str, **data: str) -> None:
    """What the station does with a volunteer.

    Raises:
        Refused: it may not follow.
        Conflict: somebody else was quicker.
    """
    event = Event(kind, "staff", app.now.isoformat(), {"who": who, **data})
    app.store.commit(change(app, head, head.no, event))


def person(app: App, no: str) -> Person | None:
    """The volunteer of this number, with what they typed."""
    head = app.store.head(no)
    return opened(app, head) if head and head.kind == KIND else None


def opened(app: App, head: Head) -> Person:
    """A volunteer as listed, with what they typed."""
    return Person(head, ledger.contact(app, head.no))


def of_team(app: App, team: str) -> list[Person]:
    """The active volunteers of a team."""
    return [opened(app, head) for head in app.store.find(KIND, [f"active {team}"], limit=200)]


def fold(app: App, no: str, events: Iterable[Event]) -> Head:
    """The head that a history amounts to.

    Raises:
        Refused: the history could not have happened.
    """
    head = None
    for event in events:
        head = change(app, head, no, event).head
    if head is None:
        raise Refused("nothing")
    return head


def counted(head: Head | None) -> tally.Tally:
    """What a volunteer counts for."""
    if head is None:
        return tally.of_volunteer("", "", "")
    return tally.of_volunteer(head.state, head.begun, head.data.get("team", ""))
