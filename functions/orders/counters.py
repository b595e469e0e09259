"""What one order or volunteer adds to the community's figures, and what each counter is called.

A change adds what the order counts for after it and subtracts what it counted for before, so
counters are the sum over all histories; a test proves it.

An order counts once, in the month (Asia/Shanghai) in which it was filed, and what its resident
said in the month in which she said it: a duplicate that was merged counts as merged, and for the
rating that its resident gave; one that was reopened with the dates of its last round, and with its
rating until there is a new one.

A counter's name is a scope, a space and what is counted: ``service:haircut done``. Whoever reads
counters takes the names from here, because a name that nobody writes reads as zero.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from functions.orders.lifecycle.states import FINAL, HELD
from functions.orders.lifecycle.states import SOLVED as DEGREES

if TYPE_CHECKING:  # Builds import this module, and know no orders.
    from functions.orders.lifecycle.order import Order
    from functions.storage.history import Head

NO_GRID = "·"
"""The slug of orders that nobody gave to a grid."""
NOW = ""
"""The month of counters that say what is the case now, not what was filed in a month."""
ALL, SERVICE, TEAM, GRID, VOLUNTEERS = "all", "service", "team", "grid", "volunteers"
"""Scopes, and the kinds of scopes that :func:`scope` makes."""

STEPS = DISPATCHED, ACCEPTED, DONE, RATED = "dispatched", "accepted", "done", "rated"
ENDS = REJECTED, CANCELLED, MERGED = "rejected", "cancelled", "merged"
WISHES, IN_TIME, ASKED, SOLVED = "wishes", "in_time", "asked", "solved"
PROBLEMS, ANSWERED = "problems", "answered"
LOAD, MEMBERS, APPLIED = "load", "members", "applied"
MEMBER = "member"
"""What a volunteer's head says who was in a team before there was a record of them."""
OVERDUE = "overdue"
"""What is counted. ``asked``: orders that were done at least once, so that their resident was asked
for a rating. ``load``: orders that a team has to work on. ``overdue`` is never stored, because it
follows from :data:`due` and the day (:func:`as_of`)."""
HANDS = (DISPATCHED, ACCEPTED, DONE)
"""The states of which each team's orders of now are counted."""
PROMISED = ("triaged", DISPATCHED, ACCEPTED)
"""The states in which an order has a deadline and is not done."""
STARS = ("attitude", "skill", "timeliness")
HEARD = (RATED, ASKED, *DEGREES, PROBLEMS, ANSWERED)
"""What is counted of what residents said, besides the stars."""

Tally = Counter[tuple[str, str]]
"""Counts by month and name."""

scope = "{}:{}".format
"""The scope of a service or a team, from ``SERVICE`` or ``TEAM`` and its slug."""
name = "{} {}".format
"""The name of a counter, from a scope and what is counted."""
load = f"{TEAM}:{{}} {LOAD}".format
"""The name of the counter of a team's load, from its slug."""
stars, given = "{} stars".format, "{} given".format
"""What is counted, from one of ``STARS``: the sum of the stars, and how many ratings had any."""
STARRED = (*map(stars, STARS), *map(given, STARS))
hours = "hours:{}:".format
"""What is counted, from a step and before the number of hours from filing to it: orders."""
median = "median:{}".format
"""What is published in place of all hours of a step: their median, in half hours."""
DUE = "due:"
due = f"{DUE}{{}}".format
"""What is counted, from a day: orders that were promised by then, are not done, and do not wait for
their resident."""


TO_TRIAGE, TO_CALL = (NOW, name(ALL, "submitted")), (NOW, name(VOLUNTEERS, APPLIED))
"""The counters of the wishes and sign-ups that wait for the station to answer."""


def together(parts: Iterable[Mapping[str, int]]) -> Counter[str]:
    """Counters of several months as those of one period."""
    total: Counter[str] = Counter()
    for counted in parts:
        total.update(counted)
    return total


def by_scope(counted: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Counters by scope, and in it by what is counted."""
    parts: dict[str, dict[str, int]] = {}
    for each, count in counted.items():
        whose, _, what = each.partition(" ")
        parts.setdefault(whose, {})[what] = count
    return parts


def as_of(today: str, counted: Mapping[str, int]) -> Counter[str]:
    """The counters of a month, with what is overdue on a day in place of when all is due."""
    made: Counter[str] = Counter()
    for each, count in counted.items():
        whose, _, what = each.partition(" ")
        if not what.startswith(DUE):
            made[each] += count
        elif what.removeprefix(DUE) < today:
            made[name(whose, OVERDUE)] += count
    return made


def is_later(month: str, counter: str) -> bool:
    """Whether earlier versions did not have such a counter, or had it in other months, so that a
    store which they began has to be counted anew (:func:`functions.orders.upkeep.recount`)."""
    whose, _, what = counter.partition(" ")
    of_team = whose.startswith(scope(TEAM, "")) and what in HANDS
    later = what.startswith(DUE) or what in HEARD or what in STARRED
    return later or whose.startswith(scope(GRID, "")) or (month == NOW and of_team)


def of_order(order: "Order") -> Tally:
    """What an order counts for."""
    counted: Tally = Counter()
    if order.signs:  # It counts once it may pass.
        return Counter({(NOW, name(ALL, HELD)): 1} if order.state == HELD else ())
    if not order.state:
        return counted
    if order.state not in FINAL:
        counted[NOW, name(ALL, order.state)] = 1
    if order.state in (DISPATCHED, ACCEPTED):
        counted[NOW, load(order.team)] = 1
    if order.team and order.state in HANDS:
        counted[NOW, name(scope(TEAM, order.team), order.state)] = 1
    for when, whose, counts in _parts(order):
        for what, more in counts.items():
            counted[when, name(whose, what)] += more
    return counted


def _parts(order: "Order") -> list[tuple[str, str, dict[str, int]]]:
    """What an order counts for in months, by month and scope: in that in which it was filed, and
    what its resident said in the month of that."""
    month, team = order.filed_at[:7], order.rated_team or order.team
    heard, rating = (order.rated_at or order.done_at or month)[:7], _rating(order)
    if order.state == MERGED:
        progress, parts = dict[str, int](), [(month, ALL, {MERGED: 1})]
    else:
        progress, parts = _progress(order), [(month, ALL, _hours(order))]
    for whose in of(order):
        parts += [(month, whose, progress), (heard, whose, rating)]
    if team:
        parts += [(heard, scope(TEAM, team), rating)]
    if order.team:
        parts += [(month, scope(TEAM, order.team), progress)]
    return parts


def of(order: "Order") -> tuple[str, ...]:
    """The scopes in which an order counts, whichever team it has."""
    return (ALL, scope(SERVICE, order.service), scope(GRID, order.grid or NO_GRID))


def of_volunteer(head: "Head | None") -> Tally:
    """What a volunteer counts for."""
    counted: Tally = Counter()
    if head and head.data.get("signs"):
        return Counter({(NOW, name(VOLUNTEERS, HELD)): 1} if head.state == HELD else ())
    if head and head.state:
        if not head.data.get(MEMBER):  # Who was in a team already did not sign up now.
            counted[head.begun[:7], name(VOLUNTEERS, APPLIED)] = 1
        counted[NOW, name(VOLUNTEERS, head.state)] = 1
        if head.state == "active":
            counted[NOW, name(scope(TEAM, head.data.get("team", "")), MEMBERS)] = 1
    return counted


def difference(before: Tally, after: Tally) -> dict[tuple[str, str], int]:
    """What to add to the counters when one thing changed."""
    changed = Counter(after)
    changed.subtract(before)
    return {each: more for each, more in changed.items() if more}


def renamed(counter: str, new_names: Mapping[str, Mapping[str, str]]) -> str:
    """The counter's name after services and teams were renamed; ``new_names`` by kind and slug."""
    whose, _, what = counter.partition(" ")
    kind, _, slug = whose.partition(":")
    new = new_names.get(kind, {}).get(slug)
    return name(scope(kind, new), what) if new else counter


def under(new_names: Mapping[str, Mapping[str, str]], counted: Mapping[str, int]) -> Counter[str]:
    """Counters under the names of today."""
    return together({renamed(each, new_names): count} for each, count in counted.items())


def _progress(order: "Order") -> dict[str, int]:
    counts = {WISHES: 1}
    for step in (DISPATCHED, ACCEPTED, DONE):
        if getattr(order, f"{step}_at"):
            counts[step] = 1
    if order.done_at and order.done_at[:10] <= order.due:
        counts[IN_TIME] = 1
    if order.state in PROMISED and order.due and not order.waits_until:
        counts[due(order.due)] = 1
    if order.state in ENDS:
        counts[order.state] = 1
    return counts


def _hours(order: "Order") -> dict[str, int]:
    """How many hours after it was filed each step was reached: none where times go back, as they
    could in earlier versions."""
    counts, filed = {}, datetime.fromisoformat(order.filed_at)
    for step in STEPS:
        if at := getattr(order, f"{step}_at"):
            after = (datetime.fromisoformat(at) - filed).total_seconds() // 3600
            counts[f"{hours(step)}{max(0, int(after))}"] = 1
    return counts


def _rating(order: "Order") -> dict[str, int]:
    """What counts in the month in which the resident rated, or could since it was done."""
    counts = {ASKED: 1} if order.done_at else {}
    if order.rated_at:
        # Done at least once, even if it was reopened since, so its resident was asked.
        counts = {ASKED: 1, RATED: 1, order.solved: 1}
        for star in STARS:
            if value := getattr(order, star):
                counts |= {stars(star): value, given(star): 1}
    if order.problem:
        counts[PROBLEMS] = 1
    if order.problem == "answered":
        counts[ANSWERED] = 1
    return counts
