"""A *history*: the events of one thing (an order, a volunteer, an account), under its number.

Beside it are its *head* (what the events amount to, for lists) and what must not enter the events:
personal data, sealed, one blob per event, which can be erased alone.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple

to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A value as the engines store it."""

LAYOUT = 4
"""Which keys the data of a head has, and what is made of the events besides, for all kinds. Raise
it whenever that changes: it is stored in the data, so that `doctor` can tell an older head (0:
before there were numbers) from a damaged one, and the schedule derives all heads anew.

Only heads need it. A new meaning of an event gets a new kind or key; what is sealed has the form's
questions as keys; a fact is one value; tables have a version of their own."""
LAYOUT_KEY = "#layout"
"""No question of a form can have this name."""
UNREADABLE = (ValueError, TypeError, AttributeError)
"""What is raised where a head's data is no JSON, or JSON of another shape."""


def to_utc(moment: datetime) -> str:
    """A moment as text that sorts by time."""
    return moment.astimezone(UTC).isoformat()


class Event(NamedTuple):
    """Something that happened ``at`` a time (ISO 8601 with its offset from UTC, to the second).
    ``data`` never holds personal data."""

    kind: str
    by: str
    at: str
    data: Mapping[str, Any] = MappingProxyType({})


class Head(NamedTuple):
    """What one history amounts to. ``version`` is the number of its events, and ``begun`` the time
    of the first. ``due`` is the day by which something should happen next, and ``owner`` the team
    that should do it; both may be empty. ``marks`` are the names under which it can be found, such
    as ``service:haircut``."""

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

    def followed(self, **changes: Any) -> "Head":
        """The head after one more event, which changes these fields."""
        return self._replace(version=self.version + 1, **changes)

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

    ``personal`` is what is sealed, by the number of its event; ``traces`` are marks made of it, to
    be removed with it. ``tally`` is added to the counters, by month and name, and none in
    ``limits`` may rise above its limit. ``once`` names the submission that the events come from.
    ``erase`` removes first all personal data of the history and its traces. ``rewritten`` replaces
    events by their number; only `doctor` does that, to take out what should never have entered.
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


Counted = Mapping[tuple[str, str], int]


def added_up(changes: Sequence[Change]) -> tuple[Counted, Counted]:
    """What changes add to the counters together, and the limits that these must keep."""
    tally: Counter[tuple[str, str]] = Counter()
    limits: dict[tuple[str, str], int] = {}
    for change in changes:
        tally.update(change.tally)
        limits |= change.limits
    return dict(filter(itemgetter(1), tally.items())), limits


Place = tuple[Any, ...]
"""Where a list leads to a history, in the engine's own terms."""


class Stored(NamedTuple):
    """All that is stored under one number, whether it belongs together or not.

    ``damaged`` names the parts that are not what was written (``head``, ``event 3``, ``sealed 1``)
    and are left out of the other fields. Where ``head`` is None, because it is missing or damaged,
    the number may be lost, and is then like ``#17``.
    """

    no: str
    head: Head | None
    events: Mapping[int, Event]
    personal: Mapping[int, bytes]
    traces: Set[str]
    submissions: Set[str]
    places: Set[Place]
    damaged: Sequence[str]
