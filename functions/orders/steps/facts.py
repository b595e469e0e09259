"""What a step says in the history besides what was picked in its form: deadlines, words for the
public, who did it."""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from functions.context.bundle import Bundle
from functions.context.clock import Clock
from functions.errors import Refused, Wrong
from functions.forms import days, definition
from functions.forms.definition import Answers, Form
from functions.orders import corrections, counters, ratings
from functions.orders.giveaways import revealing
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.rules import TABLE, TAKEN_ON, UNDONE
from functions.orders.lifecycle.states import TEAM
from functions.orders.lifecycle.transitions import fold
from functions.orders.repository import MOST_JOINED, Orders
from functions.storage.vault import fingerprint

CALLED_OFF = ("cancelled", "rejected", "lapsed")
"""How an order ends undone, so that those that were merged into it are opened again."""
ENDED_UNDONE = ("cancelled", "rejected")
NOBODY = "nobody"
"""The choice by which an order is given to nobody in particular."""


class Circumstances(NamedTuple):
    """In which a step is taken."""

    orders: Orders
    bundle: Bundle
    clock: Clock

    @property
    def now(self) -> str:
        return self.clock.now.isoformat()

    def was_taken_on(self, order: Order) -> bool:
        """Whether an order that was called off can be given back to the team that had taken it on,
        because that is still there."""
        return bool(order.accepted_at) and order.team in self.bundle.teams


def _triaged(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    """A wish on paper counts from the day on which it came, until it is promised by a day."""
    due = order.due
    if order.waits_until:
        due = given.orders.deadlines.resumed(order, given.now)
    since = given.now if due or order.reopened_at else order.received or given.now
    after = order._replace(
        level=answers.values["level"], service=answers.values.get("service", order.service)
    )
    return {"due": _promise(given, order._replace(due=due), after, since)}


def _promise(given: Circumstances, before: Order, after: Order, since: str) -> str:
    """The day by which an order is promised as it is after a step. What is done on few days is not
    promised before the next of them, nor before the day that was wished for.

    A deadline that has passed stays, and one of the same level becomes later only for such a day:
    of another service, or one that is wished for. It was put off for a day that was a mistake, if
    the level gives an earlier one even from now on."""
    due, today = before.due, since[:10]
    if due and due < today:
        return due
    known = due if after.level == before.level else ""
    schedule = given.bundle.practical.get(after.service, {})
    first = given.orders.deadlines.of_level(since, after.level)
    first = min(known or first, first)
    day = days.promised(schedule, date.fromisoformat(today), date.fromisoformat(first)).isoformat()
    if known and after.service == before.service:
        day = min(known, day)
    return max(day, after.wished)


def _taken_up(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    days = {name: getattr(order, name) for name in ("due", "triage_by")}
    taken_up = given.orders.deadlines.taken_up
    return {name: taken_up(order, day, given.now) for name, day in days.items() if day}


def _restored(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    """It begins again, or the team that had taken it on goes on with it."""
    facts = _taken_up(given, order, form, answers)
    if answers.values.get("hands") != "team":
        return facts
    if not given.was_taken_on(order):
        raise Refused("state")
    before = _before(given, order, "cancelled")
    if before.waits_until < given.now[:10]:
        before = before._replace(waits_until="", due=facts.get("due", ""))
    return facts | {name: value for name in TAKEN_ON if (value := getattr(before, name))}


def _resumed(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    # One that does not wait cannot be resumed, which the life cycle says.
    return _waited(given, order, form, answers) or {"due": order.due}


def _waited(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    """The deadline of one that waits, once it does not wait any more."""
    waits = order.waits_until and order.due
    return {"due": given.orders.deadlines.resumed(order, given.now)} if waits else {}


def _undone(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    """The order is as it was before it was done, and waits if it did."""
    before = _before(given, order, "done")
    changed = [name for name in UNDONE if getattr(before, name) != getattr(order, name)]
    return {name: getattr(before, name) for name in changed}


def _before(given: Circumstances, order: Order, kind: str) -> Order:
    """The order as it was before the last event of a kind; whoever left meanwhile does not go."""
    events = given.orders.store.events(order.no)
    last = max(seq for seq, event in enumerate(events) if event.kind == kind)
    before = fold(order.no, map(given.orders.names.of_event, events[:last]))
    head = given.orders.store.head(before.volunteer)
    return before._replace(volunteer="") if head and head.state != "active" else before


def _rated(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    raised = {"problem": "raised"} if answers.personal.get("problems") else {}
    return {"wording": form["version"], **raised}


def _relinked(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    issued = order.issued + 1
    return {"key": fingerprint(given.orders.vault.tracking_key(order.no, issued)), "issued": issued}


def _unrated(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    """One that goes back to what it was merged into is done with that as before, so that must
    still be done, or have been. None goes back while others wait to be done with it."""
    found = given.orders.history(order.no)
    facts = ratings.taken_back(order, found.events) if found else {}
    goes_back = "merged_into" in facts or "done_at" in facts
    joined = given.orders.joined(order.no) if goes_back else []
    if any(each.changed_at >= order.reopened_at for each in joined):
        raise Refused("state")
    if into := facts.get("merged_into"):
        other = given.orders.find(into)
        other = other and given.orders.last(other)
        if other is None or other.state in ENDED_UNDONE:
            raise Refused("state")
        facts["merged_into"] = other.no
    return facts


def _rejoined(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    return {"into": given.orders.last(order).no}


def _into(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    other = given.orders.find(answers.values["into"])
    if other is None or other.no == order.no or other.state not in TABLE["joined"].after:
        raise Wrong("into", "into")
    together = [other, order]
    if sum(1 + len(given.orders.all_joined(each.no)) for each in together) > 1 + MOST_JOINED:
        raise Wrong("crowded", "into", most=MOST_JOINED)
    return {"into": other.no, **_ended(given, order, form, answers)}


def _corrected(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    """While it waits, its time stands still; a day that is wished for counts once it goes on."""
    changed = answers.values
    facts: dict[str, Any] = corrections.facts(form, answers)
    if reached := [name for name in ("phone", "sms") if changed.get(name)]:
        known = {"sms": order.sms, **given.orders.personal.contact(order.no)}
        if definition.unreachable_by_sms(known | changed):
            raise Wrong("landline", reached[0])
    if not (order.due and order.state in counters.PROMISED and {"date", "service"} & {*changed}):
        return facts
    after = order._replace(
        service=changed.get("service", order.service),
        wished="" if order.waits_until else changed.get("date", order.wished),
    )
    due = _promise(given, order, after, order.paused_at if order.waits_until else given.now)
    return facts | ({"due": due} if due != order.due else {})


def _published(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    if found := revealing(answers.values["text"], given.orders.personal.contact(order.no)):
        raise Wrong("personal", "text", found="、".join(found))
    return {"text": answers.values["text"]}


def _answered(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    text = {} if answers.values["how"] == "private" else _published(given, order, form, answers)
    return {"problem": "answered"} | text


def _noted(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    if "team" in answers.values.get("to", ()) and order.state != "accepted":
        _check_note(given, order, answers)
    return {}


def _dispatched(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    _check_note(given, order, answers)
    return {"due": given.orders.deadlines.after(given.now, "answer")}


def _check_note(given: Circumstances, order: Order, answers: Answers) -> None:
    """Before it accepts, a team must not learn from a note who the resident is."""
    note = answers.values.get("note", "")
    if note and (found := revealing(note, given.orders.personal.contact(order.no))):
        raise Wrong("personal_note", "note", found="、".join(found))


def _going(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    """Who goes is picked from the list or written, and not two persons."""
    if "person" in answers.values and answers.values["volunteer"] != TEAM:
        raise Wrong("two", "person")
    return {}


def _ended(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    """The days for which it waited until it was called off are not lost if it is taken up again,
    and neither is the day by which it was to be triaged."""
    if order.state == "submitted":
        return {"triage_by": given.orders.deadlines.due(order)}
    return _waited(given, order, form, answers)


def _handled(given: Circumstances, order: Order, form: Form, answers: Answers) -> dict[str, Any]:
    return {"handler": ""} if answers.values["handler"] == NOBODY else {}


FACTS: dict[str, Callable[[Circumstances, Order, Form, Answers], dict[str, Any]]] = {
    "triaged": _triaged,
    "dispatched": _dispatched,
    "accepted": _going,
    "assigned": _going,
    "noted": _noted,
    "handled": _handled,
    "resumed": _resumed,
    "done": _waited,
    "undone": _undone,
    "rated": _rated,
    "relinked": _relinked,
    "unrated": _unrated,
    "retaken": _taken_up,
    "restored": _restored,
    "unmerged": _taken_up,
    "merged": _into,
    "rejoined": _rejoined,
    **dict.fromkeys(CALLED_OFF, _ended),
    "corrected": _corrected,
    "opted": _corrected,
    "released": _published,
    "answered": _answered,
}
"""By the kind of the step. Each looks whether the answers can be taken, and raises if not."""
