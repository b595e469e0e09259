"""Everything that is derived, held against the histories it was derived from, and put right.

Heads, marks and counters are written beside every event, so nothing should ever be found. What
may be found: a database of a version that did not derive all this yet, a rule for counting that
changed, a file that somebody edited. Nobody should write meanwhile, for the counters are read
after the histories.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from functions import ledger, people, tally
from functions.app import App
from functions.lifecycle import Event, Refused, fold
from functions.store import Change, Head, Store
from functions.tally import Tally

KIND = "doctor"
AT_ONCE = 20
"""Counters in one change: an engine takes no transaction of any size."""


class Findings(NamedTuple):
    """``heads``: those that are not what their histories amount to, as they should be.

    ``counters``: what is missing from each that is wrong. ``impossible``: the numbers of
    histories that the life cycle would not have let happen; no head can be made of them.
    """

    histories: int
    heads: list[Head]
    counters: dict[tuple[str, str], int]
    impossible: list[str]

    @property
    def healthy(self) -> bool:
        return not (self.heads or self.counters or self.impossible)


def examine(app: App) -> Findings:
    """Read all orders and volunteers, and say what does not agree."""
    histories, heads, impossible, total = 0, [], [], Tally()
    for kind, no in _all(app):
        histories += 1
        try:
            head, counted = _derived(app, kind, no)
        except (Refused, people.Refused):
            impossible.append(no)
            continue
        total.update(counted)
        if app.store.head(no) != head:
            heads.append(head)
    return Findings(histories, heads, tally.difference(counters(app.store), total), impossible)


def mend(app: App, found: Findings) -> None:
    """Write what should have been there; that counters were put right is a history of its own.

    Raises:
        Conflict: somebody wrote meanwhile; examine again.
    """
    for head in found.heads:
        contact = ledger.contact(app, head.no)
        app.store.commit(Change(head, [], traces=ledger.traces(app, contact)))
    for missing in parted(found.counters):
        old, at = app.store.head(KIND), app.now.isoformat()
        head = old or Head(KIND, KIND, 0, "", at, {})
        event = Event("counted", "staff", at, {"counters": len(missing)})
        app.store.commit(Change(head._replace(version=head.version + 1), [event], tally=missing))


def counters(store: Store) -> Tally:
    """All counters of a store, by month and name."""
    months = (tally.NOW, *store.months())
    return Tally({(month, name): n for month in months for name, n in store.tally(month).items()})


def parted(missing: Mapping[tuple[str, str], int]) -> Iterator[dict[tuple[str, str], int]]:
    """Counters in parts that fit into one change."""
    left = sorted(missing.items())
    for first in range(0, len(left), AT_ONCE):
        yield dict(left[first : first + AT_ONCE])


def _all(app: App) -> Iterator[tuple[str, str]]:
    for kind in (ledger.KIND, people.KIND):
        for no in app.store.numbers(kind):
            yield kind, no


def _derived(app: App, kind: str, no: str) -> tuple[Head, Tally]:
    events = app.store.events(no)
    if kind == people.KIND:
        head = people.fold(app, no, events)
        return head, people.counted(head)
    order = fold(no, events)
    return ledger.head(app, order), tally.of_order(order)
