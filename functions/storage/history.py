"""A history and what belongs to it.

A *history* is the list of events of one thing, under its number: an order, a volunteer, an
account. Beside it lie its *head* (what the events amount to, for lists) and what must not enter
the events: personal data, sealed, one blob per event, erased on its own.
"""

import json
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A value as engines keep it."""


def to_utc(moment: datetime) -> str:
    """A moment in the form in which later ones compare as greater."""
    return moment.astimezone(UTC).isoformat()


class Event(NamedTuple):
    """Something that happened, once and for all. ``data`` never holds personal data."""

    kind: str
    by: str
    at: str
    """ISO 8601 with its offset from UTC, to the second."""
    data: Mapping[str, Any] = MappingProxyType({})


class Head(NamedTuple):
    """What one history amounts to. ``version`` is the number of its events.

    ``begun`` is when the first of them was. ``due`` is the day by which something should happen
    next, and ``owner`` who is to see to it; both may be empty. ``marks`` are the names under
    which it can be found, such as ``service:haircut``.
    """

    no: str
    kind: str
    version: int
    state: str
    begun: str
    data: dict[str, Any]
    due: str = ""
    owner: str = ""
    marks: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where a list that is the newest first goes on."""
        return f"{self.begun} {self.no}"

    @property
    def turn(self) -> str:
        """Where a list that is the longest due first goes on."""
        return f"{self.due} {self.no}"


class Message(NamedTuple):
    """Something to be told to ``to``. ``next_at`` is when to try, in UTC and ISO 8601."""

    id: str
    to: str
    text: str
    state: str = "waiting"
    """``waiting``, ``sent`` or ``failed``."""
    tries: int = 0
    next_at: str = ""
    error: str = ""


class Change(NamedTuple):
    """One transaction. ``head.version`` counts the new events too.

    ``personal`` holds what is sealed, by the number of its event; ``traces`` are marks made of
    personal data, which go when that is erased. ``tally`` is added to the counters, by month and
    name, and none of those in ``limits`` may come out above its limit. ``once`` names the
    submission that the events come from.

    ``erase`` forgets, before anything of this change is written, all that was kept apart so far,
    and its traces. ``rewritten`` replaces events by their number; only `doctor` does that, to take
    out what should never have entered a history.
    """

    head: Head
    events: Sequence[Event]
    personal: Mapping[int, bytes] = {}
    traces: Sequence[str] = ()
    tally: Mapping[tuple[str, str], int] = {}
    limits: Mapping[tuple[str, str], int] = {}
    messages: Sequence[Message] = ()
    once: str = ""
    erase: bool = False
    rewritten: Mapping[int, Event] = {}


Place = tuple[Any, ...]
"""Where a list leads to a history, in the engine's own terms."""


class Kept(NamedTuple):
    """All that lies under one number, whether it belongs together or not.

    ``damaged`` names the parts that cannot be read as what was written: ``head``, ``event 3``,
    ``sealed 1``. They are left out of the others. ``head`` is None where it is missing or
    damaged; the number of a history without one may be lost, and is then like ``#17``.
    """

    no: str
    head: Head | None
    events: Mapping[int, Event]
    personal: Mapping[int, bytes]
    traces: Set[str]
    submissions: Set[str]
    places: Set[Place]
    damaged: Sequence[str]
