"""Where histories are kept: one protocol, and the engine that an address names.

A *history* is the list of events of one thing, under its number: an order, a volunteer, an
account. Beside it lie its *head* (what the events amount to, for lists) and what must not enter
the events: personal data, sealed, one blob per event, erased on its own.
"""

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from functions.lifecycle import Event

to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A value as engines keep it."""


def to_utc(moment: datetime) -> str:
    """A moment in the form in which later ones compare as greater."""
    return moment.astimezone(UTC).isoformat()


class Conflict(Exception):
    """Somebody else changed this history since the caller read it; nothing was written."""


class Full(Exception):
    """A counter would rise above its limit; nothing was written."""


class Busy(Exception):
    """Others are writing; nothing was written."""


class Unusable(Exception):
    """A store that must not be read or written as it is; nothing was changed.

    ``code`` says why: ``secret_missing``, ``secret_short``, ``secret_foreign``,
    ``store_missing``, ``store_empty``, ``store_damaged``, ``store_newer``, ``store_unknown``,
    ``in_use`` or ``unwritable``. ``names`` go into the sentence about it.
    """

    def __init__(self, code: str, **names: object):
        super().__init__(f"{code}: {', '.join(f'{name}={value}' for name, value in names.items())}")
        self.code = code
        self.names = names


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
    and its traces. ``rewritten`` replaces events by their number; only :mod:`functions.doctor`
    does that, to take out what should never have entered a history.
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


class Store(Protocol):
    """What every engine does. Each call is one transaction, durable before it returns."""

    local: bool
    """Whether it writes on this machine: then what comes at once is best written by one thread
    :meth:`together`; over a network many should wait at the same time."""

    damage: tuple[type[Exception], ...]
    """What reading raises where what lies there is not what was written."""

    def together(self, patience: float = 0) -> AbstractContextManager["Store"]:
        """A store whose changes are durable when the block has ended, perhaps not before.

        Raises:
            Busy: at the beginning, another thread was writing for all of ``patience`` seconds.
            Exception: at the beginning, another program was writing for as long; or at the end,
                what kept all that was done inside from being written.
        """

    def snapshot(self) -> AbstractContextManager["Store"]:
        """A store to read from, as it was at one moment where the engine can do that."""

    def exclusive(self) -> AbstractContextManager[None]:
        """While the block lasts nobody else on this machine has the store open.

        Raises:
            Unusable: ``in_use``, somebody has.
        """

    def checkpoint(self) -> None:
        """Bring all that was written into the one file that a copy takes, as far as readers let."""

    def close(self) -> None:
        """Let go of the store; what was written is then in the one file that a copy takes."""

    def faults(self) -> list[str]:
        """What the engine itself finds wrong with its files, in its own words."""

    def commit(self, change: Change) -> str:
        """Add events to a history, or begin it, and return its number.

        Where the submission was committed before, nothing is written and the number of the
        history that it went to is returned.

        Raises:
            Conflict: the stored history does not have the version that the events follow.
            Full: a counter would rise above its limit.
        """

    def filed(self, once: str) -> str | None:
        """The number of the history that a submission went to, if it was committed."""

    def head(self, no: str) -> Head | None:
        """The head of one history, or None where there is none."""

    def events(self, no: str) -> tuple[Event, ...]:
        """The history, oldest first; empty where there is none."""

    def personal(self, no: str) -> dict[int, bytes]:
        """What is kept apart, by the number of its event (from 1)."""

    def traces(self, no: str) -> list[str]:
        """The marks of a history that are made of personal data."""

    def submissions(self, no: str) -> list[str]:
        """The submissions that went to a history."""

    def find(
        self, kind: str, marks: Sequence[str] = (), before: str = "", limit: int = 20
    ) -> list[Head]:
        """Those with all these marks, the newest first; ``before`` is the last one's place.

        The first mark is looked up, so it should be the one that fewest have.
        """

    def waiting(
        self,
        kind: str,
        state: str,
        owner: str = "",
        after: str = "",
        limit: int = 20,
        until: str = "~",
    ) -> list[Head]:
        """Those in a state, the longest due first; ``after`` is the last one's turn.

        ``until`` leaves out those that are due on that day or later.
        """

    def tally(self, month: str) -> dict[str, int]:
        """The counters of a month (``2026-11``) that are not nothing."""

    def months(self) -> list[str]:
        """The months that have counters, the earliest first; not the one without a name."""

    def messages(
        self, state: str, until: str = "~", limit: int = 50, since: str = ""
    ) -> list[Message]:
        """Messages in a state, those to be tried first at the head; ``since`` leaves out those
        that are to be tried before that moment."""

    def settle(self, message: Message, tried: int) -> bool:
        """Keep what became of a message, if nobody else has tried it since ``tried`` times."""

    def count(self, what: str, now: datetime, until: datetime) -> int:
        """Add one to a counter that ends at ``until``, and return what it stands at.

        One that would end later was begun by a clock that was ahead, and ends then, too.
        """

    def reset(self, what: str) -> None:
        """Set a counter back to nothing."""

    def fact(self, name: str) -> str:
        """What is known of the store itself, such as the fingerprint of its secret; or nothing."""

    def set_fact(self, name: str, value: str, seen: str | None = None) -> bool:
        """Keep a fact; with ``seen`` only while it still stands like that. Says whether it was."""

    def numbers(self, kind: str) -> Iterator[str]:
        """The number of every history of a kind; reads them all, so never for a request."""

    def everything(self) -> Iterator[Kept]:
        """Whatever is kept under any number, found without the help of lists.

        It reads the whole store, so only :mod:`functions.doctor` and :mod:`functions.move` ask.
        """

    def places(self, head: Head, traces: Set[str], submissions: Set[str]) -> set[Place]:
        """Where lists should lead to a history with this head."""

    def renew(self, kept: Kept, head: Head | None, traces: Set[str]) -> None:
        """Write a head anew, and have exactly those lists lead to it that should. Without a head,
        what leads to nothing is removed: places, traces and submissions.

        Raises:
            Conflict: the history was added to since it was read.
        """

    def tallies(self) -> dict[tuple[str, str], int]:
        """The counters of all months that are not nothing, by month and name."""


def connect(address: str) -> Store:
    """The store at ``sqlite:PATH``, whose folder is made where it is missing, or at
    ``dynamodb:TABLE``; ``dynamodb:TABLE/COMMUNITY`` where several share a table.

    Raises:
        ValueError: for an address of another kind.
    """
    engine, _, place = address.partition(":")
    if engine == "sqlite" and place:
        from functions.store.sqlite import SQLite

        return SQLite(place)
    if engine == "dynamodb" and place:
        from functions.store.dynamodb import DynamoDB

        return DynamoDB(*place.split("/", 1))
    raise ValueError(
        f"WUDAN_STORE is {address!r}, but should be like sqlite:var/wudan.db or dynamodb:TABLE"
    )
