"""What every engine of the store does. Each call is one transaction, durable before it returns.

A caller that needs only :class:`Histories` or :class:`Counters` asks for no more; :class:`Store`
is everything.
"""

from collections.abc import Collection, Iterator, Sequence, Set
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from functions.storage.history import Change, Event, Head, Message, Place, Stored

TOGETHER = 6
"""How many histories one transaction can change."""


class Histories(Protocol):
    """Histories by their number: what happened, and what is kept beside it."""

    def commit(self, change: Change, *others: Change) -> str:
        """Add events to a history, or begin it, and return its number. ``others`` change further
        histories, each another one, in the same transaction: all of them or none.

        If the submission was committed before, write nothing and return the number of the history
        that it led to. One transaction has room for :data:`TOGETHER` changes of a few events each;
        what the first one erases may be of any size.

        Raises:
            Conflict: a stored history does not have the version that its events follow.
            Full: a counter would rise above its limit.
        """

    def filed(self, once: str) -> str | None:
        """The number of the history that a submission led to, if it was committed."""

    def head(self, no: str) -> Head | None:
        """The head of one history, or None where there is none."""

    def events(self, no: str) -> tuple[Event, ...]:
        """The history, oldest first; empty where there is none."""

    def personal(self, no: str) -> dict[int, bytes]:
        """What is sealed beside the history, by the number of its event (from 1)."""

    def sealed(self, parts: Collection[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
        """What is sealed beside these events of many histories, each given by the number of its
        history and its own, read at once for a list. Parts that are not there are left out."""

    def traces(self, no: str) -> list[str]:
        """The marks of a history that are made of personal data."""

    def submissions(self, no: str) -> list[str]:
        """The submissions that led to a history."""


class Counters(Protocol):
    """The community's counters, by month and name."""

    def tally(self, month: str) -> dict[str, int]:
        """The counters of a month (``2026-11``) that are not zero."""

    def months(self) -> list[str]:
        """The months that have counters, the earliest first, without the nameless one."""

    def tallies(self) -> dict[tuple[str, str], int]:
        """The counters of all months that are not zero, by month and name."""


class Store(Histories, Counters, Protocol):
    """All that an engine does. From ``faults`` on it serves commands that check a store.

    ``local`` says whether it writes on this machine: then one thread should write what comes at
    once, in one transaction (:meth:`batch`); over a network many threads should wait at the same
    time. ``damage`` is what reading raises where the data is damaged.
    """

    local: bool
    damage: tuple[type[Exception], ...]

    def find(
        self, kind: str, marks: Sequence[str] = (), before: str = "", limit: int = 20
    ) -> list[Head]:
        """Heads with all these marks, the newest first, after the position ``before``. The first
        mark should be the rarest, because the engine looks it up."""

    def find_each(self, kind: str, marks: Collection[str], limit: int) -> dict[str, list[Head]]:
        """By mark the heads that have it, the newest first, so many at most; all read together."""

    def waiting(
        self,
        kind: str,
        state: str,
        owner: str = "",
        after: str = "",
        limit: int = 20,
        until: str = "~",
    ) -> list[Head]:
        """Heads in a state that are due before the day ``until``, the longest due first, after the
        due position ``after``."""

    def numbers(self, kind: str) -> Iterator[str]:
        """The number of every history of a kind. It reads them all: never for a request."""

    def messages(
        self, state: str, until: str = "~", limit: int = 50, since: str = ""
    ) -> list[Message]:
        """Messages in a state that are to be tried from ``since`` to ``until``, the next first."""

    def settle(self, message: Message, tried: int) -> bool:
        """Write what became of a message, unless somebody else tried it after ``tried`` tries;
        return whether it was written."""

    def count(self, what: str, now: datetime, until: datetime) -> int:
        """Add one to the tries of something, forgotten at ``until``, and return how many there are.
        A counter that would end later was begun by a clock that was ahead: it ends at ``until``."""

    def tries(self, what: str, now: datetime, until: datetime) -> int:
        """How many there are of them, without adding one; none of a counter that ends later than
        ``until``, which was begun by a clock that was ahead."""

    def reset(self, what: str) -> None:
        """Set such a counter back to zero."""

    def fact(self, name: str) -> str:
        """A fact about the store, such as the fingerprint of its secret; empty if there is none."""

    def set_fact(self, name: str, value: str, seen: str | None = None) -> bool:
        """Write a fact, with ``seen`` only over that value; return whether it was written."""

    def batch(self, patience: float = 0) -> AbstractContextManager["Store"]:
        """A store whose changes are durable when the block has ended, perhaps not earlier.

        Raises:
            Busy: at the beginning, another thread was writing for all of ``patience`` seconds.
            Exception: at the beginning, another program was writing for as long; or at the end,
                nothing that was done inside could be written.
        """

    def snapshot(self) -> AbstractContextManager["Store"]:
        """A store to read from, which shows one moment where the engine can do that."""

    def exclusive(self) -> AbstractContextManager[None]:
        """While the block lasts nobody else on this machine has the store open.

        Raises:
            Unusable: ``in_use``, somebody has.
        """

    def remove(self, no: str) -> None:
        """Remove a history, all that is kept beside it and what leads to it, if there is one. It is
        for records whose time is over: an order is only erased, and its steps stay."""

    def checkpoint(self) -> None:
        """Bring all that was written into the one file that a copy takes, if readers allow it."""

    def close(self) -> None:
        """Close the store; all that was written is then in the one file that a copy takes."""

    def faults(self) -> list[str]:
        """What the engine itself finds wrong with its files, in its own words."""

    def everything(self) -> Iterator[Stored]:
        """Whatever is kept under any number, found without lists. It reads the whole store."""

    def places(self, head: Head, traces: Set[str], submissions: Set[str]) -> set[Place]:
        """Where lists should lead to a history with this head."""

    def renew(self, kept: Stored, head: Head | None, traces: Set[str]) -> None:
        """Write a head anew, and have exactly the right lists lead to it. Without a head, remove
        what leads to nothing: places, traces and submissions.

        Raises:
            Conflict: the history was added to since it was read.
        """
