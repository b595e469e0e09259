"""What is done with an order, whoever does it: a checked form becomes events in one transaction.

Which events may follow is a matter of the life cycle. This module adds what each needs besides what
was filled in: deadlines, words for the public, who did it, events that follow with it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

from functions.context.bundle import Bundle
from functions.context.clock import Clock
from functions.errors import Conflict, Full, Refused, Wrong
from functions.forms import days
from functions.forms.definition import Answers, Form
from functions.orders import corrections, counters, ratings
from functions.orders.giveaways import revealing
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.rules import TABLE
from functions.orders.lifecycle.states import CLOCK, RESIDENT, STAFF, TEAM
from functions.orders.lifecycle.transitions import apply, moves
from functions.orders.repository import MOST_JOINED, Orders, Step
from functions.storage.history import Change, Event
from functions.storage.vault import fingerprint

HARMLESS = ("noted", "assigned", "answered", "handled")
"""What may be added to an order whatever else happened to it since its form was drawn."""
ASIDE = ("noted", "handled")
"""What staff or a team add that changes nothing for somebody else who is filling in a form."""
CALLED_OFF = ("cancelled", "rejected", "lapsed")
"""How an order ends undone, so that those that were merged into it are opened again."""
ENDED_UNDONE = ("cancelled", "rejected")
NOBODY = "nobody"
"""The choice by which an order is given to nobody in particular."""
SERVED = ("done", "rated", "closed")
ENDS_WAITING = ("dispatched", "done", "returned")
"""What cannot be done while an order waits for its resident, so that doing it ends the wait."""
FIRST = 1
"""The version of a new order's keys."""
SETTLES = ("closed", "erased")
"""What staff do not do with an order while they have not answered what its resident reported."""
BLANK: Form = {"fields": ()}
NOTHING = Answers({}, {}, {}, {})
"""The form and the answers of a step that asks nothing."""


class Steps(NamedTuple):
    """The one way by which orders are begun and moved on."""

    orders: Orders
    bundle: Bundle
    clock: Clock

    def offered(self, order: Order, by: str) -> list[str]:
        """The steps that have a form and may follow, in the order of the forms."""
        can = self.moves(order, by)
        if order.waits_until:
            can |= self.moves(order._replace(waits_until=""), by) & {*ENDS_WAITING}
        return [kind for kind in self.bundle.actions if kind in can]

    def moves(self, order: Order, by: str) -> set[str]:
        """The events that may follow now; a merged order is rated once the other one is done."""
        can = {*moves(order, by, self.now)}
        if order.state == "merged" and self.orders.last(order).state not in SERVED:
            can.discard("rated")
        return can

    def begin(
        self,
        no: str,
        form: Form,
        answers: Answers,
        by: str,
        more: Mapping[str, str],
        signs: str = "",
    ) -> Change:
        """The transaction that begins an order with these answers; it is held if there are signs
        that no resident filed it."""
        key = fingerprint(self.orders.vault.tracking_key(no, FIRST))
        data = answers.public | {"wording": form["version"], "key": key, "issued": FIRST, **more}
        at = self.orders.deadlines.begun(self.orders.reference.moment(self.now), answers.values)
        steps = [Step(Event("submitted", by, at, data), answers.personal)]
        nothing = Order(no)
        after = apply(nothing, steps[0].event)
        if signs:
            steps.append(Step(Event("held", CLOCK, at, {"signs": signs})))
            after = apply(after, steps[1].event)
        return self.orders.change(nothing, after, steps)

    def take(
        self,
        order: Order,
        kind: str,
        by: str,
        form: Form = BLANK,
        answers: Answers = NOTHING,
        more: Mapping[str, str] | None = None,
        *,
        version: str | None = None,
        once: str = "",
    ) -> Order:
        """Take a step, with all that follows from it, and return what the order is now.

        ``more`` joins the answers in the history: who did it, or how it came. ``version`` is the
        order's when the form was drawn, and ``once`` names the submission.

        Raises:
            Conflict: the order has another version now.
            Wrong: the first answer that cannot be taken, by itself or because of the order.
            Refused: the step may not follow.
        """
        if version is not None and self.crosses(order, kind, version):
            raise Conflict
        if answers.errors:
            raise next(iter(answers.errors.values()))
        steps = self._steps(order, kind, by, form, answers, dict(more or {}))
        try:
            return self._move(order, steps, once)
        except Conflict:
            latest = self.orders.find(order.no)
            if latest is None or not self._again(order, latest, kind):
                raise
            return self.take(latest, kind, by, form, answers, more, once=once)

    def is_possible(self, order: Order, kind: str, by: str, form: Form, answers: Answers) -> bool:
        """Whether the answers to a step that may follow can be taken as well, as things are now."""
        with suppress(Wrong, Refused):
            return not answers.errors and bool(self._steps(order, kind, by, form, answers, {}))
        return False

    def crosses(self, order: Order, kind: str, version: str) -> bool:
        """Whether something happened to the order since the version that a form was drawn for, so
        that whoever filled it in has to look again."""
        if version == str(order.version):
            return False
        events = self.orders.store.events(order.no)
        since = events[int(version[:9]) :] if version.isdecimal() else events
        if kind in HARMLESS:
            return kind != "noted" and kind in [event.kind for event in since]
        return not since or any(e.kind not in ASIDE or e.by == RESIDENT for e in since)

    def _again(self, order: Order, latest: Order, kind: str) -> bool:
        """Whether a step that met a conflict is taken with the order as it is now."""
        # What happens to the order that a merged one is done with counts as well.
        moved = latest.version != order.version or (latest.state == "merged" and kind in HARMLESS)
        kept = moved and latest.team == order.team
        return kept and not self.crosses(latest, kind, str(order.version))

    def by_clock(self, order: Order, *kinds: str) -> Order:
        """What time itself does to an order, in one transaction; raises as :meth:`take` does."""
        return self._together(order, CLOCK, *kinds)

    def erase(self, order: Order) -> Order:
        """What a resident does who wants her data gone: an order that is done ends with it; raises
        as :meth:`take` does."""
        ending = ("closed",) if order.state in ("done", "rated") else ()
        return self._together(order, RESIDENT, *ending, "erased")

    def _together(self, order: Order, by: str, *kinds: str) -> Order:
        steps = (self._steps(order, kind, by, BLANK, NOTHING, {}) for kind in kinds)
        return self._move(order, [*chain.from_iterable(steps)])

    def _move(self, order: Order, steps: Sequence[Step], once: str = "") -> Order:
        """Take the steps, and with them those of other orders that belong to the same act.

        Raises:
            Wrong: the team that it is dispatched to has as much to do as it can take on.
        """
        others = [other for step in steps for other in self._others(order, step.event)]
        sent = [step.event.data for step in steps if step.event.kind == "dispatched"]
        team = sent[0].get("team", "") if sent else ""
        limits = {}
        if team in self.bundle.capacity:
            limits = {(counters.NOW, counters.load(team)): self.bundle.capacity[team]}
        try:
            return self.orders.move(order, *steps, others=others, once=once, limits=limits)
        except Full:
            raise Wrong("full", "team", team=self.bundle.teams[team]) from None

    def _others(self, order: Order, event: Event) -> Iterator[tuple[Order, Step]]:
        """What an event of this order does to others: the one that it is merged into is told of
        it and of what its resident adds, and those that were merged into one that is called off
        are opened again."""
        if event.kind == "merged" and (into := self.orders.find(event.data["into"])):
            if into.state not in TABLE["joined"].after:  # It moved on since it was chosen.
                raise Conflict
            yield into, Step(Event("joined", CLOCK, event.at, {"from": order.no}))
        if event.kind == "noted" and event.by == RESIDENT and order.state == "merged":
            last = self.orders.last(order)
            if last.no != order.no and not last.erased_at:
                yield last, Step(Event("added", CLOCK, event.at, {"from": order.no}))
        if event.kind in CALLED_OFF:
            for joined in self.orders.joined(order.no):
                if "unmerged" in moves(joined, CLOCK):
                    due = _taken_up(self, joined, BLANK, NOTHING)
                    yield joined, Step(Event("unmerged", CLOCK, event.at, due))

    def _steps(
        self, order: Order, kind: str, by: str, form: Form, answers: Answers, more: dict[str, str]
    ) -> list[Step]:
        """The step, between what has to come before it and after it."""
        if by == STAFF and kind in SETTLES and order.problem == "raised":
            raise Refused("unanswered")
        at = self.now
        facts = FACTS[kind](self, order, form, answers) if kind in FACTS else {}
        typed = {k: v for k, v in answers.personal.items() if k not in facts}
        data = answers.public | facts | more
        if kind == "rated" and order.state == "merged":
            data |= self._served(order, data)
        steps = [Step(Event(kind, by, at, data), typed)]
        if order.waits_until and kind in ENDS_WAITING:
            due = FACTS["resumed"](self, order, form, answers)
            steps.insert(0, Step(Event("resumed", by, at, due | more)))
        if kind == "rated" and data["solved"] == "unsolved":
            again = "unmerged" if order.state == "merged" else "reopened"
            steps.append(Step(Event(again, by, at, more)))
        return steps

    def _served(self, order: Order, data: Mapping[str, Any]) -> dict[str, str]:
        """Whom the rating of a merged order is about: who served the order that it was done with.

        Raises:
            Refused: ``state``, that is not done; ``own``, who rates reported it done.
        """
        done = self.orders.last(order)
        if done.state not in SERVED:
            raise Refused("state")
        if done.done_by and data.get("who") == done.done_by:
            raise Refused("own")
        return {"team": done.team, "volunteer": done.volunteer}

    @property
    def now(self) -> str:
        return self.clock.now.isoformat()


def _triaged(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    """What came on paper counts from when it came, until it is promised by a day."""
    due = order.due
    if order.waits_until:
        due = steps.orders.deadlines.resumed(order, steps.now)
    since = steps.now if due or order.reopened_at else order.received or steps.now
    after = order._replace(
        level=answers.values["level"], service=answers.values.get("service", order.service)
    )
    return {"due": _promise(steps, order._replace(due=due), after, since)}


def _promise(steps: Steps, before: Order, after: Order, since: str) -> str:
    """The day by which an order is promised as it is after a step. What is done on few days is not
    promised before the next of them, nor before the day that was wished for.

    A deadline that has passed stays, and one of the same level becomes later only for such a day:
    of another service, or one that is wished for. It was put off for a day that was a mistake, if
    the level gives an earlier one even from now on."""
    due, today = before.due, since[:10]
    if due and due < today:
        return due
    known = due if after.level == before.level else ""
    only = steps.bundle.practical.get(after.service, {}).get("days", ())
    first = steps.orders.deadlines.of_level(since, after.level)
    first = min(known or first, first)
    day = days.promised(only, date.fromisoformat(today), date.fromisoformat(first)).isoformat()
    if known and after.service == before.service:
        day = min(known, day)
    return max(day, after.wished)


def _taken_up(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    days = {name: getattr(order, name) for name in ("due", "triage_by")}
    taken_up = steps.orders.deadlines.taken_up
    return {name: taken_up(order, day, steps.now) for name, day in days.items() if day}


def _resumed(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    # One that does not wait cannot be resumed, which the life cycle says.
    return {"due": steps.orders.deadlines.resumed(order, steps.now)} if order.paused_at else {}


def _rated(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    raised = {"problem": "raised"} if answers.personal.get("problems") else {}
    return {"wording": form["version"], **raised}


def _relinked(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    issued = order.issued + 1
    return {"key": fingerprint(steps.orders.vault.tracking_key(order.no, issued)), "issued": issued}


def _unrated(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    """One that goes back to what it was merged into is done with that as before, so that must
    still be done, or have been."""
    found = steps.orders.history(order.no)
    facts = ratings.taken_back(order, found.events) if found else {}
    if into := facts.get("merged_into"):
        other = steps.orders.find(into)
        if other is None or other.state in ENDED_UNDONE:
            raise Refused("state")
    return facts


def _into(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    other = steps.orders.find(answers.values["into"])
    if other is None or other.no == order.no or other.state not in TABLE["joined"].after:
        raise Wrong("into", "into")
    together = [other, order]
    if sum(1 + len(steps.orders.all_joined(each.no)) for each in together) > 1 + MOST_JOINED:
        raise Wrong("crowded", "into", most=MOST_JOINED)
    return {"into": other.no, **_ended(steps, order, form, answers)}


def _corrected(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    """While it waits, its time stands still; a day that is wished for counts once it goes on."""
    changed = answers.values
    facts: dict[str, Any] = corrections.facts(form, answers)
    if not (order.due and order.state in counters.PROMISED and {"date", "service"} & {*changed}):
        return facts
    after = order._replace(
        service=changed.get("service", order.service),
        wished="" if order.waits_until else changed.get("date", order.wished),
    )
    due = _promise(steps, order, after, order.paused_at if order.waits_until else steps.now)
    return facts | ({"due": due} if due != order.due else {})


def _published(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    if found := revealing(answers.values["text"], steps.orders.personal.contact(order.no)):
        raise Wrong("personal", "text", found="、".join(found))
    return {"text": answers.values["text"]}


def _answered(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    text = {} if answers.values["how"] == "private" else _published(steps, order, form, answers)
    return {"problem": "answered"} | text


def _noted(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    if "team" in answers.values.get("to", ()) and order.state != "accepted":
        _check_note(steps, order, answers)
    return {}


def _dispatched(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    _check_note(steps, order, answers)
    return {"due": steps.orders.deadlines.after(steps.now, "answer")}


def _check_note(steps: Steps, order: Order, answers: Answers) -> None:
    """Before it accepts, a team must not learn from a note who the resident is."""
    note = answers.values.get("note", "")
    if note and (found := revealing(note, steps.orders.personal.contact(order.no))):
        raise Wrong("personal_note", "note", found="、".join(found))


def _going(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    """Who goes is picked from the list or written, and not two persons."""
    if "person" in answers.values and answers.values["volunteer"] != TEAM:
        raise Wrong("two", "person")
    return {}


def _ended(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    """The days for which it waited until it was called off are not lost if it is taken up again,
    and neither is the day by which it was to be triaged."""
    if order.state == "submitted":
        return {"triage_by": steps.orders.deadlines.due(order)}
    return _resumed(steps, order, form, answers) if order.waits_until and order.due else {}


def _handled(steps: Steps, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    return {"handler": ""} if answers.values["handler"] == NOBODY else {}


FACTS: dict[str, Callable[[Steps, Order, Form, Answers], dict[str, Any]]] = {
    "triaged": _triaged,
    "dispatched": _dispatched,
    "accepted": _going,
    "assigned": _going,
    "noted": _noted,
    "handled": _handled,
    "resumed": _resumed,
    "rated": _rated,
    "relinked": _relinked,
    "unrated": _unrated,
    "retaken": _taken_up,
    "restored": _taken_up,
    "unmerged": _taken_up,
    "merged": _into,
    **dict.fromkeys(CALLED_OFF, _ended),
    "corrected": _corrected,
    "opted": _corrected,
    "released": _published,
    "answered": _answered,
}
"""What a step says in the history besides what was picked in its form."""
