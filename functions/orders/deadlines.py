"""By which day something should happen, by the station's rules and the calendar of working days."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from functions.context.workdays import Calendar
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.states import FINAL, HELD


class Deadlines:
    """``rules`` are ``desk:`` of ``site.yaml``. Days are ISO 8601."""

    def __init__(self, rules: Mapping[str, Any], calendar: Calendar):
        self.rules, self.calendar = rules, calendar

    def due(self, order: Order) -> str:
        """The day by which something should happen next, for lists and to find what is overdue."""
        if order.state == "dispatched":
            return order.answer_by
        since = order.since or order.changed_at
        if order.state in ("triaged", "accepted"):
            if order.waits_until or order.level != "complex":
                return order.waits_until or order.due
            return min(order.due, self.after(order.milestone_at or since, "milestone"))
        if order.state in FINAL:
            return "" if order.erased_at else self.kept_until(order.ended_at or order.changed_at)
        if order.state == HELD:
            return self.kept_until(order.changed_at)
        if order.state == "done":
            return self.after(order.done_at or since, "rate")
        if order.state == "rated":
            return self.after(order.rated_at or since, "close")
        return order.triage_by or self.after(since, "triage")

    @staticmethod
    def begun(at: str, answers: Mapping[str, Any]) -> str:
        """When something begins that is entered now: on an earlier day, if its paper came then."""
        day = answers.get("received", at[:10])
        return f"{day}T12:00:00{at[19:]}" if day < at[:10] else at

    def after(self, at: str, rule: str) -> str:
        """The day that is so many working days later as the rule says."""
        return self._later(at, self.rules[rule])

    def of_level(self, at: str, level: str) -> str:
        """The day by which the station promises an order of this level that was triaged now."""
        return self._later(at, self.rules["days"][level])

    def resumed(self, order: Order, at: str) -> str:
        """The order's deadline, moved by the working days that it waited for its resident, at most
        until the day that was agreed, and not before the day that the resident wishes for, if it
        had not passed by then."""
        ended = min(_day(at), _day(order.waits_until) + timedelta(days=1))
        due = self._later(order.due, self.calendar.between(_day(order.paused_at), ended))
        return due if order.due < order.paused_at[:10] else max(due, order.wished)

    def promised(self, order: Order) -> str:
        """The day by which it will be done, which is later by the working days that it waits for
        its resident."""
        if not (order.waits_until and order.due):
            return order.due
        return self.resumed(order, date.max.isoformat())

    def taken_up(self, order: Order, day: str, at: str) -> str:
        """A deadline of an order that was called off, later by the working days that it was, if
        it had not passed by then. One that was merged was still to be done."""
        ended = order.ended_at or at
        if not day or order.state == "merged" or day < ended[:10]:
            return day
        return self._later(day, self.calendar.between(_day(ended), _day(at)))

    def kept_until(self, at: str) -> str:
        """The last day on which personal data is kept that was last needed at a time."""
        return (_day(at) + timedelta(days=self.rules["keep"])).isoformat()

    def _later(self, at: str, days: int) -> str:
        return self.calendar.after(_day(at), days).isoformat()


def _day(at: str) -> date:
    return date.fromisoformat(at[:10])
