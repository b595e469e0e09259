"""What every engine of the store does: one protocol."""

from collections.abc import Iterator, Sequence, Set
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from functions.storage.history import Change, Event, Head, Kept, Message, Place


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

        It reads the whole store, so only `doctor` and `move` ask.
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
