"""What residents said in months that are closed: published as it was when the month was over."""

from functions.orders import counters
from functions.orders.figures.summary import Counts
from functions.storage.port import Store

SAID = {*counters.HEARD, *counters.STARRED} - {counters.ANSWERED}
"""What stays as it was when its month was closed: what was said then. What is answered later is
not said by residents."""
CLOSED = "closed"
"""The number and kind of the history with what residents said in months that are closed."""


def closed(store: Store) -> dict[str, dict[str, int]]:
    """What was published of what residents said, of each month that was closed."""
    events = reversed(store.events(CLOSED))  # Of two who closed a month the first one counts.
    return {event.data["month"]: event.data["said"] for event in events}


def opinions(counted: Counts) -> dict[str, int]:
    """What residents said, of published counters."""
    return {each: count for each, count in counted.items() if each.partition(" ")[2] in SAID}


def as_closed(counted: Counts, heard: Counts) -> dict[str, int]:
    """Published counters with what was said as it was when the month was closed: somebody who keeps
    all versions of a page must not see one by one what is said, or taken back, later. Until it is
    closed, nothing of it is told."""
    kept = {each: count for each, count in counted.items() if each not in opinions(counted)}
    answered = counters.name(counters.ALL, counters.ANSWERED)
    if counters.name(counters.ALL, counters.RATED) not in heard:
        kept.pop(answered, None)
    whose = counters.by_scope(kept)
    return kept | {each: n for each, n in heard.items() if each.partition(" ")[0] in whose}
