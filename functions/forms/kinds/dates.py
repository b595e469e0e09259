"""Days, to come and past."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from functions.errors import Wrong
from functions.forms import days
from functions.forms.kinds.kind import COMMA, Cell, Field, Kept, PlainKind


class Date(PlainKind):
    """A day to come, at most a year ahead, as ``YYYY-MM-DD``; by hand also 4月5日（周日）, 15号,
    20260405, 下周三 and 明天. Where the question has ``days``, only such a day, with the
    ``exceptions`` from them."""

    kept: Kept = "history"
    widget = "date"
    dated = True

    def facts(self, field: Field, today: date) -> Mapping[str, Any]:
        between = (today.isoformat(), (today + days.AHEAD).isoformat())
        return {"between": between, "coming": days.coming(field, today)}

    def parse(self, field: Field, texts: Sequence[str], today: date) -> str:
        day = days.meant(texts[0], today)
        if day is None or not today <= day <= today + days.AHEAD:
            raise Wrong("date")
        if field.get("days") and not days.falls(field, day):
            raise self._missed(field, day, COMMA.join(days.coming(field, today)))
        return day.isoformat()

    def _missed(self, field: Field, day: date, coming: str) -> Wrong:
        """What is wrong with a day on which the service does not take place."""
        change = field.get("exceptions", {}).get(day.isoformat())
        if change is None:
            return Wrong("day", days=COMMA.join(field["days"]), coming=coming)
        names = {"day": days.shown(day), "reason": change["reason"], "coming": coming}
        if change["to"]:
            return Wrong("moved_day", to=days.shown(date.fromisoformat(change["to"])), **names)
        return Wrong("cancelled_day", **names)

    def show(self, field: Field, value: str) -> str:
        return days.shown(date.fromisoformat(value))

    def cell(self, field: Field, value: str) -> Cell:
        return date.fromisoformat(value)

    def typed(self, field: Field, text: str) -> list[str]:
        return [days.from_cell(text)]


class Past(Date):
    """A day that has come, at most a quarter ago: when a paper was received."""

    longest = timedelta(days=92)

    def parse(self, field: Field, texts: Sequence[str], today: date) -> str:
        day = days.meant(texts[0], today, back=True)
        if day is None or not today - self.longest <= day <= today:
            raise Wrong("past")
        return day.isoformat()
