"""Volunteers (招募、注册、管理、评价): each a history, from the sign-up to the leaving."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from functions.context import clock_reference
from functions.context.app import App
from functions.forms.definition import Answers, Form
from functions.orders import counters, repository
from functions.orders.lifecycle import STAFF
from functions.storage.history import Change, Event, Head

KIND = "volunteer"

TABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "applied": (("",), "applied"),
    "approved": (("applied", "inactive"), "active"),
    "moved": (("active",), "active"),
    "deactivated": (("applied", "active"), "inactive"),
    "erased": (("applied", "inactive"), "erased"),
}
"""Events, the states that each may follow, and the state that it leads to."""

OUTSIDE = ("applied", "inactive")
"""The states of those who are in no team, or no longer: what they told is kept for a time."""


class Refused(Exception):
    """The event may not follow in this state."""


class Person(NamedTuple):
    """A volunteer with what they typed: name and phone, and whatever the form asks."""

    head: Head
    said: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.said.get("name", ""))

    @property
    def unreadable(self) -> bool:
        """Whether what they typed does not open; else nothing is there once it was erased."""
        return isinstance(self.said, repository.Unreadable)


def applied(
    app: App, asked: Form, answers: Answers, by: str, **more: str
) -> Callable[[str], Change]:
    """What begins the history of somebody who signs up, under the number that it gets."""
    data = answers.public(asked) | {"wording": asked["version"], **more}
    data["wants"] = data.pop("team", "")
    event = Event("applied", by, clock_reference.moment(app, app.now.isoformat()), data)
    return lambda no: change(app, None, no, event, answers.personal(asked))


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
    due = ""
    if to in OUTSIDE:
        # Who left is kept from then on; who was never in a team, from the sign-up.
        due = repository.kept_until(app, event.at if team else begun)
    new = Head(no, KIND, version, to, begun, data, due, team, marks)
    said = dict(personal or {})
    return Change(
        new,
        [event],
        {version: app.vault.seal(no, said)} if said else {},
        traces=repository.traces(app, said),
        tally=counters.difference(counted(head), counted(new)),
        erase=event.kind == "erased",
    )


def move(app: App, head: Head, kind: str, by: str = STAFF, **data: str) -> None:
    """What the station does with a volunteer, or time itself.

    Raises:
        Refused: it may not follow.
        Conflict: somebody else was quicker.
    """
    last = app.store.events(head.no)[-1].at
    event = clock_reference.dated(app, Event(kind, by, app.now.isoformat(), data), last)
    app.store.commit(change(app, head, head.no, event))


def person(app: App, no: str) -> Person | None:
    """The volunteer of this number, with what they typed."""
    head = app.store.head(no)
    return opened(app, head) if head and head.kind == KIND else None


def opened(app: App, head: Head) -> Person:
    """A volunteer as listed, with what they typed."""
    return Person(head, repository.contact(app, head.no))


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


def rederive(app: App) -> int:
    """Derive the heads of all volunteers anew, because until when their data is kept follows from
    the station's rules; see :func:`functions.orders.repository.derive_anew`."""

    def derive(no: str) -> Head | None:
        with suppress(Refused):
            return fold(app, no, app.store.events(no))
        return None

    return repository.derive_anew(
        app, KIND, [app.bundle.site["desk"]["keep"], Head._fields], derive
    )


def counted(head: Head | None) -> counters.Tally:
    """What a volunteer counts for."""
    if head is None:
        return counters.of_volunteer("", "", "")
    return counters.of_volunteer(head.state, head.begun, head.data.get("team", ""))
