"""Where histories are kept: one protocol, and the engine that an address names.

A *history* is the list of events of one thing, under its number: an order, or a volunteer's
sign-up. Beside it lie its *head* (what the events amount to, for lists) and what must not enter
the events: personal data, sealed, one blob per event, erased on its own.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from functions.lifecycle import Event


class Conflict(Exception):
    """Somebody else changed this history since the caller read it; nothing was written."""


class Head(NamedTuple):
    """The latest of one history. ``version`` is the number of its events.

    ``due`` is the day (ISO 8601) by which something should happen next, and ``owner`` who is to
    see to it; both may be empty.
    """

    no: str
    kind: str
    version: int
    state: str
    changed_at: str
    data: dict[str, Any]
    due: str = ""
    owner: str = ""


class Store(Protocol):
    """What every engine does. Each call is one transaction, durable before it returns."""

    def commit(
        self, head: Head, events: Sequence[Event], personal: bytes | None = None, once: str = ""
    ) -> str:
        """Add events to a history, or begin it, and return its number.

        ``head.version`` counts the new events too; ``personal`` belongs to the first of them.
        ``once`` names the submission that these events come from: where that was committed
        before, nothing is written and the number of the history that it went to is returned.

        Raises:
            Conflict: the stored history does not have the version that the events follow.
        """

    def filed(self, once: str) -> str | None:
        """The number of the history that a submission went to, if it was committed."""

    def head(self, no: str) -> Head | None:
        """The head of one history, or None where there is none."""

    def events(self, no: str) -> tuple[Event, ...]:
        """The history, oldest first; empty where there is none."""

    def personal(self, no: str) -> dict[int, bytes]:
        """What is kept apart, by the number of its event (from 1)."""

    def erase(self, no: str) -> None:
        """Forget what is kept apart; the history stays."""

    def heads(self, kind: str, state: str = "", before: str = "", limit: int = 20) -> list[Head]:
        """The latest changed first; ``before`` is the ``changed_at no`` of the last one seen."""

    def waiting(
        self, kind: str, state: str, owner: str = "", after: str = "", limit: int = 20
    ) -> list[Head]:
        """What is longest due first; ``after`` is the ``due no`` of the last one seen."""

    def count(self, what: str, now: datetime, until: datetime) -> int:
        """Add one to a counter that ends at ``until``, and return what it stands at."""

    def reset(self, what: str) -> None:
        """Set a counter back to nothing."""


def connect(address: str) -> Store:
    """The store at ``sqlite:PATH``; its folder is made where it is missing.

    Raises:
        ValueError: for an address of another kind.
    """
    engine, _, place = address.partition(":")
    if engine == "sqlite" and place:
        from functions.store.sqlite import SQLite

        return SQLite(place)
    raise ValueError(f"WUDAN_STORE is {address!r}, but should be like sqlite:var/wudan.db")
