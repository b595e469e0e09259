"""A history and what belongs to it.

A *history* is the list of events of one thing, under its number: an order, a volunteer, an
account. Beside it are its *head* (what the events amount to, for lists) and what must not enter
the events: personal data, sealed, one blob per event, which can be erased alone.
"""

import json
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A value as the engines store it."""

LAYOUT = 1
"""Which keys the data of a head has, for all kinds. Raise it whenever they change: it is stored in
the data, so that `doctor` can tell an older head (0: before there were numbers) from a damaged one,
and the schedule derives all heads anew.

Only heads need it. An event is never rewritten, so a new meaning gets a new kind or key; what is
sealed has the form's questions as keys, and another cipher would have another purpose in
:mod:`functions.storage.vault`; a fact is one value; tables have a version of their own."""

LAYOUT_KEY = "#layout"
"""No question of a form can have this name."""

UNREADABLE = (ValueError, TypeError, AttributeError)
"""What is raised where a head's data is no JSON, or JSON of another shape."""


def to_utc(moment: datetime) -> str:
    """A moment as text that sorts by time."""
    return moment.astimezone(UTC).isoformat()


class Event(NamedTuple):
    """Something that happened. ``data`` never holds personal data."""

    kind: str
    by: str
    at: str
    """ISO 8601 with its offset from UTC, to the second."""
    data: Mapping[str, Any] = MappingProxyType({})


class Head(NamedTuple):
    """What one history amounts to. ``version`` is the number of its events.

    ``begun`` is the time of the first event. ``due`` is the day by which something should happen
    next, and ``owner`` the team that should do it; both may be empty. ``marks`` are the names under
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
    layout: int = LAYOUT
    """The :data:`LAYOUT` of ``data``."""

    @property
    def position(self) -> str:
        """Its position in a list with the newest first."""
        return f"{self.begun} {self.no}"

    @property
    def due_position(self) -> str:
        """Its position in a list with the longest due first."""
        return f"{self.due} {self.no}"


class Message(NamedTuple):
    """Something to tell ``to``. ``next_at`` is when to try, in UTC and ISO 8601."""

    id: str
    to: str
    text: str
    state: str = "waiting"
    """``waiting``, ``sent`` or ``failed``."""
    tries: int = 0
    next_at: str = ""
    error: str = ""


class Change(NamedTuple):
    """One transaction. ``head.version`` includes the new events.

    ``personal`` holds what is sealed, by the number of its event; ``traces`` are marks made of
    personal data, which are removed when that is erased. ``tally`` is added to the counters, by
    month and name, and no counter in ``limits`` may rise above its limit. ``once`` names the
    submission that the events come from.

    ``erase`` removes, before anything of this change is written, all personal data of the history
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


class Stored(NamedTuple):
    """All that is stored under one number, whether it belongs together or not.

    ``damaged`` names the parts that are not what was written: ``head``, ``event 3``, ``sealed 1``.
    They are left out of the other fields. ``head`` is None where it is missing or damaged; the
    number of a history without a head may be lost, and is then like ``#17``.
    """

    no: str
    head: Head | None
    events: Mapping[int, Event]
    personal: Mapping[int, bytes]
    traces: Set[str]
    submissions: Set[str]
    places: Set[Place]
    damaged: Sequence[str]
