"""What is done with an order, whoever does it: a checked form becomes events in one transaction.

Which events may follow is a matter of the life cycle. This module adds what each needs besides what
was filled in: deadlines, words for the public, who did it, events that follow with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from functions.errors import Conflict, Full, Refused, Wrong
from functions.forms.definition import Answers, Form
from functions.orders import counters
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.rules import TABLE
from functions.orders.lifecycle.states import CLOCK, RESIDENT, STAFF
from functions.orders.lifecycle.transitions import apply, moves
from functions.orders.repository import Step
from functions.orders.steps import pace
from functions.orders.steps.facts import CALLED_OFF, FACTS, Circumstances
from functions.storage.history import Change, Event
from functions.storage.vault import fingerprint

HARMLESS = ("noted", "assigned", "answered", "handled")
"""What may be added to an order whatever else happened to it since its form was drawn."""
ASIDE = ("noted", "handled")
"""What staff or a team add that changes nothing for somebody else who is filling in a form."""
PARTING = ("cancelled", "unmerged", "erased")
"""How a merged order is not done any more with the one that it was merged into; of one that was
erased nobody knows any more where to go."""
SERVED = ("done", "rated", "closed")
UNTIMELY = ("rated", "cancelled", "unmerged")
"""What becomes of a merged order depends on whether the other one was served."""
FIRST = 1
"""The version of a new order's keys."""
SETTLES = ("closed", "erased")
"""What staff do not do with an order while they have not answered what its resident reported."""
BLANK: Form = {"fields": ()}
NOTHING = Answers({}, {}, {}, {})
"""The form and the answers of a step that asks nothing."""


class Steps(Circumstances):
    """The one way by which orders are begun and moved on."""

    def offered(self, order: Order, by: str) -> list[str]:
        """The steps that have a form and may follow, in the order of the forms."""
        can = self.moves(order, by)
        return [kind for kind in self.bundle.actions if kind in can]

    def moves(self, order: Order, by: str) -> set[str]:
        """The events that may follow now, also as far as a merged order's other one lets them."""
        can = {*moves(order, by, self.now)}
        if order.state == "merged":
            can -= {kind for kind in UNTIMELY if self.untimely(order, kind)}
        if "unrated" in can and self.objection(order, "unrated", by, BLANK, NOTHING):
            can.remove("unrated")  # It would lead back to what is not there any more.
        return can

    def untimely(self, order: Order, kind: str) -> str:
        """Why a merged order takes no step of a kind while the one that it is done with is as it
        is; empty where it does, and for orders of their own. It is rated once in each round of
        that, and is not called off once that was served, nor taken apart once it is rated."""
        if order.state != "merged" or kind not in UNTIMELY:
            return ""
        done = self.orders.last(order)
        if done.state not in SERVED:
            return "state" if kind == "rated" else ""
        if kind == "cancelled":
            return "finished"
        if order.rating_at < done.done_at:
            return ""
        return "rated" if kind == "rated" else "finished"

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
        events: Sequence[Event] = (),
    ) -> Order:
        """Take a step, with all that follows from it, and return what the order is now.

        ``more`` joins the answers in the history: who did it, or how it came. ``version`` is the
        order's when the form was drawn, and ``once`` names the submission. ``events`` are the
        order's, if the caller has read them.

        Raises:
            Conflict: the order has another version now.
            Wrong: the first answer that cannot be taken, by itself or because of the order.
            Refused, Often: the step may not follow.
        """
        if version is not None and self.crosses(order, kind, version):
            raise Conflict
        if answers.errors:
            raise next(iter(answers.errors.values()))
        if by == RESIDENT:
            pace.check(events or self.orders.store.events(order.no), kind)
        steps = self._steps(order, kind, by, form, answers, dict(more or {}))
        try:
            return self._move(order, steps, once)
        except Conflict:
            found = self.orders.history(order.no)
            if found is None or not self._again(order, found.order, kind):
                raise
            latest, events = found
            return self.take(latest, kind, by, form, answers, more, once=once, events=events)

    def objection(
        self,
        order: Order,
        kind: str,
        by: str,
        form: Form,
        answers: Answers,
        more: Mapping[str, str] | None = None,
    ) -> Wrong | Refused | None:
        """What :meth:`take` would raise with these answers, as things are now; None if nothing."""
        try:
            for error in answers.errors.values():
                raise error
            for step in self._steps(order, kind, by, form, answers, dict(more or {})):
                order = apply(order, step.event)
        except (Wrong, Refused) as error:
            return error
        return None

    def promise(self, order: Order, form: Form, answers: Answers) -> str:
        """The day by which an order would be promised if it were triaged with these answers now."""
        return str(FACTS["triaged"](self, order, form, answers)["due"])

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
        moved = latest.version != order.version or latest.state == "merged"
        kept = moved and latest.team == order.team
        return kept and not self.crosses(latest, kind, str(order.version))

    def begin_again(self, no: str) -> list[Order]:
        """Those merged right into the order of this number that are opened again if it is called
        off: what was erased has ended for good."""
        return [each for each in self.orders.joined(no) if "unmerged" in moves(each, CLOCK)]

    def by_clock(self, order: Order, *kinds: str) -> Order:
        """What time itself does to an order, in one transaction; raises as :meth:`take` does."""
        return self._together(order, CLOCK, *kinds)

    def vacate(self, volunteer: str, by: str, **more: str) -> None:
        """Say of every order that a volunteer who leaves was to do that somebody else has to go;
        raises as :meth:`take` does."""
        for order in self.orders.assigned(volunteer):
            self.take(order, "vacated", by, more=more)

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
        it, of what its resident adds and, while it is to be done, that it is not done with it any
        more; those that were merged into it go along when it is merged itself, and are opened
        again when it is called off."""
        if event.kind == "merged" and (into := self.orders.find(event.data["into"])):
            if into.state not in TABLE["joined"].after:  # It moved on since it was chosen.
                raise Conflict
            yield into, Step(Event("joined", CLOCK, event.at, {"from": order.no}))
            for joined in self.orders.joined(order.no):
                yield joined, Step(Event("rejoined", CLOCK, event.at, {"into": into.no}))
        back = self.orders.find(event.data.get("merged_into", "")) if order.rated_at else None
        if back and "joined" in moves(back, CLOCK):
            yield back, Step(Event("joined", CLOCK, event.at, {"from": order.no}))
        parts = event.kind in PARTING
        if order.state == "merged" and (parts or (event.kind, event.by) == ("noted", RESIDENT)):
            last, name = self.orders.last(order), "parted" if parts else "added"
            if last.no != order.no and name in moves(last, CLOCK):
                yield last, Step(Event(name, CLOCK, event.at, {"from": order.no}))
        if event.kind in CALLED_OFF:
            for joined in self.begin_again(order.no):
                due = FACTS["unmerged"](self, joined, BLANK, NOTHING)
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
        if code := self.untimely(order, kind):
            raise Refused(code)
        if kind == "rated" and order.state == "merged":
            data |= self._served(order, data)
        steps = [Step(Event(kind, by, at, data), typed)]
        if kind == "rated" and data["solved"] == "unsolved":
            again = "unmerged" if order.state == "merged" else "reopened"
            steps.append(Step(Event(again, by, at, more)))
        return steps

    def _served(self, order: Order, data: Mapping[str, Any]) -> dict[str, str]:
        """Whom the rating of a merged order is about: who served the order that it was done with.

        Raises:
            Refused: ``own``, who rates reported it done.
        """
        done = self.orders.last(order)
        if done.done_by and data.get("who") == done.done_by:
            raise Refused("own")
        return {"team": done.team, "volunteer": done.volunteer}
