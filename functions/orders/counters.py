"""What one order or volunteer adds to the community's figures, and what each counter is called.

What an order counts for is a function of what its history amounts to now. A change adds what the
order counts for after it and takes off what it counted for before, so counters cannot drift; a
test holds them to the sum over all histories.

An order counts in the month (Asia/Shanghai) in which it was filed, once: a duplicate that was
merged counts as merged and nothing else; one that was reopened has the dates of its last round
and keeps its rating until there is a new one, which may come late.

A counter's name is a scope, a space and what is counted: ``service:haircut done``. Whoever reads
counters takes the names from here, because a name that nobody writes reads as zero.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from functions.orders.lifecycle import FINAL, Order

NOW = ""
"""The month of counters that say what is the case now, not what was filed in a month."""

ALL, SERVICE, TEAM, VOLUNTEERS = "all", "service", "team", "volunteers"
"""Scopes, and the kinds of scopes that :func:`scope` makes."""

STEPS = DISPATCHED, ACCEPTED, DONE, RATED = "dispatched", "accepted", "done", "rated"
ENDS = REJECTED, CANCELLED, MERGED = "rejected", "cancelled", "merged"
WISHES, IN_TIME, ASKED, SOLVED = "wishes", "in_time", "asked", "solved"
PROBLEMS, ANSWERED = "problems", "answered"
LOAD, MEMBERS, APPLIED = "load", "members", "applied"
"""What is counted. ``asked``: orders whose resident was asked for a rating, because they were done
at least once. ``load``: orders that a team has on its hands."""

STARS = ("attitude", "skill", "timeliness")

Tally = Counter[tuple[str, str]]
"""Counts by month and name."""


scope = "{}:{}".format
"""The scope of a service or a team, from ``SERVICE`` or ``TEAM`` and its slug."""

name = "{} {}".format
"""The name of a counter, from a scope and what is counted."""

load = f"{TEAM}:{{}} {LOAD}".format
"""The name of the counter of the orders that a team has on its hands, from its slug."""

stars, given = "{} stars".format, "{} given".format
"""What is counted, from one of ``STARS``: the sum of the stars, and how many ratings had any."""

hours = "hours:{}:".format
"""What is counted, from a step and before the number of hours from filing to it: orders."""


def by_scope(counted: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Counters by scope, and in it by what is counted."""
    parts: dict[str, dict[str, int]] = {}
    for each, count in counted.items():
        whose, _, what = each.partition(" ")
        parts.setdefault(whose, {})[what] = count
    return parts


def of_order(order: Order) -> Tally:
    """What an order counts for."""
    counted: Tally = Counter()
    if not order.state:
        return counted
    if order.state not in FINAL:
        counted[NOW, name(ALL, order.state)] = 1
    if order.state in (DISPATCHED, ACCEPTED):
        counted[NOW, load(order.team)] = 1
    month = order.filed_at[:7]
    if order.state == MERGED:
        counted[month, name(ALL, MERGED)] = 1
        return counted
    progress, rating = _progress(order), _rating(order)
    for whose, counts in (
        (ALL, progress | rating | _hours(order)),
        (scope(SERVICE, order.service), progress | rating),
        (scope(TEAM, order.team), progress if order.team else {}),
        (scope(TEAM, order.rated_team), rating if order.rated_team else {}),
    ):
        for what, more in counts.items():
            counted[month, name(whose, what)] += more
    return counted


def of_volunteer(state: str, applied_at: str, team: str) -> Tally:
    """What a volunteer counts for."""
    counted: Tally = Counter()
    if state:
        counted[applied_at[:7], name(VOLUNTEERS, APPLIED)] = 1
        counted[NOW, name(VOLUNTEERS, state)] = 1
    if state == "active":
        counted[NOW, name(scope(TEAM, team), MEMBERS)] = 1
    return counted


def difference(before: Tally, after: Tally) -> dict[tuple[str, str], int]:
    """What to add to the counters when one thing changed."""
    changed = {}
    for each in {*before, *after}:
        if more := after.get(each, 0) - before.get(each, 0):
            changed[each] = more
    return changed


def renamed(counter: str, new_names: Mapping[str, Mapping[str, str]]) -> str:
    """The counter's name after services and teams were renamed; ``new_names`` by kind and slug."""
    whose, _, what = counter.partition(" ")
    kind, _, slug = whose.partition(":")
    new = new_names.get(kind, {}).get(slug)
    return name(scope(kind, new), what) if new else counter


def _progress(order: Order) -> dict[str, int]:
    counts = {WISHES: 1}
    for step in (DISPATCHED, ACCEPTED, DONE):
        if getattr(order, f"{step}_at"):
            counts[step] = 1
    if order.done_at and order.done_at[:10] <= order.due:
        counts[IN_TIME] = 1
    if order.done_at and not order.rated_at:
        counts[ASKED] = 1
    if order.state in ENDS:
        counts[order.state] = 1
    return counts


def _hours(order: Order) -> dict[str, int]:
    """How many hours after it was filed each step was reached. In histories of earlier versions
    times could go back; that counts as no hours."""
    counts, filed = {}, datetime.fromisoformat(order.filed_at)
    for step in STEPS:
        if at := getattr(order, f"{step}_at"):
            after = (datetime.fromisoformat(at) - filed).total_seconds() // 3600
            counts[f"{hours(step)}{max(0, int(after))}"] = 1
    return counts


def _rating(order: Order) -> dict[str, int]:
    counts = {}
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
