"""The forms by which the station and the teams take an order's steps."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.app import App
from functions.context import logs
from functions.errors import Conflict, Problem, Refused, Wrong
from functions.forms.answers import Shown
from functions.forms.definition import Answers, Form, without
from functions.orders import corrections
from functions.orders.lifecycle.order import Order
from functions.orders.steps.service import ASIDE
from functions.storage.failures import unwritten
from functions.storage.history import Event
from functions.web import records, submission
from functions.web.http import RETRY, Request, Response, see_other

if TYPE_CHECKING:
    from functions.orders.ranking import Weighed


Told = tuple[Event, Sequence[Shown]]
"""An event, and what was answered with it."""


class Outcome(NamedTuple):
    """What an order's page says about a step that was not taken.

    ``tried`` is the kind of the step whose form is shown as it was filled in, with a sentence
    beside each field in ``errors``; ``notice`` is a code of ``words.desk.notices``. ``drawn`` is
    the version of the order that the form was drawn for, if others moved it on since.
    """

    status: int = 200
    notice: str = ""
    tried: str = ""
    errors: Mapping[str, str] = {}
    version: int | None = None

    def refusal(self, notices: Mapping[str, str] = {}) -> Mapping[str, Any]:
        """What programs are told of it; ``notices`` are sentences by their codes."""
        if self.errors:
            return {"errors": self.errors}
        return {"error": notices[self.notice]} if self.notice in notices else {}

    def since(self, history: Sequence[Told]) -> Sequence[Told]:
        """What happened to the order since the form was drawn."""
        return () if self.version is None else history[self.version :]


GAVE_UP = {"declined": "declined", "returned": "declined", "escalated": "unanswered"}
"""What speaks against a team that an order was sent to already, by how it came back."""
UNTRIED = Outcome()
"""No step was tried."""


def take(
    request: Request,
    app: App,
    order: Order,
    by: str,
    page: Callable[[Outcome], Response],
    done: Callable[[Order], str],
    team: str = "",
    colleagues: Callable[[], Sequence[str]] = tuple,
    **more: str,
) -> Response:
    """Take the step that the request asks for, and lead on to the address that ``done`` gives; a
    form that is sent again leads there too. If it cannot be taken, or the order is not the asking
    ``team``'s any more, which may then only note what happened, ``page`` shows the order as it is
    by then. ``colleagues``: :func:`forms`.

    Raises:
        Problem: ``unknown_step``.
    """
    kind, version, wording = map(request.value, ("do", "version", submission.WORDING))
    if kind not in app.bundle.actions:
        raise Problem(400, "unknown_step")
    form = app.names.answerable(forms(app, order, [kind], colleagues)[kind], wording)
    answers = submission.check(app, form, request.typed)
    once = submission.drawn_once(request, app, f"{kind} {order.no}", answers.values)
    if once and app.store.filed(once):
        return see_other(done(order))
    if kind == corrections.KIND:
        answers = _corrections(request, app, order, form, answers)

    def taken() -> Response:
        if team and order.team != team and kind not in ASIDE:
            raise Conflict
        after = app.steps.take(order, kind, by, form, answers, more, version=version, once=once)
        return see_other(done(after))

    try:
        return written(request, taken, page, kind)
    except (Wrong, Conflict, Refused) as error:
        return page(_outcome(request, app, kind, form, answers, error))


def _outcome(
    request: Request,
    app: App,
    kind: str,
    form: Form,
    answers: Answers,
    error: Wrong | Conflict | Refused,
) -> Outcome:
    """Why a step was not taken."""
    if isinstance(error, Wrong):
        errors = submission.sentences(app, form, answers.errors or {error.field: error})
        return Outcome(error.status, tried=kind, errors=errors)
    return Outcome(error.status, notice=error.code, tried=kind, version=drawn_version(request))


def written(
    request: Request,
    act: Callable[[], Response],
    page: Callable[[Outcome], Response],
    tried: str = "",
) -> Response:
    """The answer to an act; where nothing can be written now, the page with what was typed."""
    try:
        return act()
    except (Wrong, Conflict, Refused):
        raise
    except Exception as error:
        code = unwritten(error)
        if not code:
            raise
        logs.failure(error, f"{request.method} {request.path}")
        response = page(Outcome(503, notice=code, tried=tried))
        return response._replace(headers={**response.headers, **RETRY})


def resumed(request: Request) -> Outcome:
    """What an order's page says to somebody who signed in again after filling in a step's form."""
    return Outcome(tried=request.value("do"), version=drawn_version(request))


def drawn_version(request: Request, name: str = "version") -> int | None:
    """The version of what a form was drawn for, which it sends under this name."""
    version = request.value(name)
    return int(version[:9]) if version.isdecimal() else None


def _corrections(request: Request, app: App, order: Order, form: Form, answers: Answers) -> Answers:
    events = tuple(map(app.names.of_event, app.store.events(order.no)))
    typed = app.personal.of(order.no)
    seen = records.seen(order, events, typed, drawn_version(request))
    before = records.known(order, events, typed)
    return corrections.changes(form, seen, before, request.typed, answers)


def untaken(
    request: Request, app: App, kind: str, offered: Iterable[str], order: Order | None = None
) -> list[Shown]:
    """What was typed for a step that cannot be taken any more, to be copied from the page; with the
    names of those who could be chosen for an order."""
    if kind in offered or kind not in app.bundle.actions:
        return []
    form = forms(app, order, [kind])[kind] if order else app.bundle.actions[kind]
    return submission.as_typed(form, request.typed)


def forms(
    app: App,
    order: Order,
    kinds: Iterable[str],
    colleagues: Callable[[], Sequence[str]] = tuple,
) -> dict[str, Form]:
    """The forms of steps, with the teams, volunteers or, at the desk, ``colleagues`` that this
    order can be given to."""
    found: dict[str, Form] = {kind: app.bundle.actions[kind] for kind in kinds}
    for kind in found:
        if kind == "dispatched":
            found[kind] = records.choosing(found[kind], "team", _teams(app, order))
        elif kind in ("accepted", "assigned"):
            found[kind] = records.choosing(found[kind], "volunteer", _volunteers(app, order))
        elif kind == "handled":
            known = [{"value": name, "label": name, "group": ""} for name in colleagues()]
            found[kind] = records.choosing(found[kind], "handler", known)
        elif kind == "restored" and not app.steps.was_taken_on(order):
            found[kind] = without(found[kind], "hands")
        elif kind == corrections.KIND:
            found[kind] = corrections.correctable(found[kind])
    return found


def _teams(app: App, order: Order) -> list[dict[str, str]]:
    words, choices = app.bundle.words["team_marks"], []
    for team, marks in marked(app, order, app.ranking.suggest(order.service), unlinked(app)):
        notes = "，".join(words[mark] for mark in marks)
        label = app.bundle.teams[team] + (f"（{notes}）" if notes else "")
        choices.append({"value": team, "label": label, "group": ""})
    return choices


def unlinked(app: App) -> set[str]:
    """The teams that have no link by which they could answer."""
    links = {team: app.team_links.of(team) for team in app.bundle.teams}
    return {team for team, link in links.items() if not (link and app.team_links.lives(link))}


def marked(
    app: App, order: Order, teams: Iterable["Weighed"], unlinked: Set[str]
) -> Iterator[tuple[str, list[str]]]:
    """The teams, each with the names in ``words.team_marks`` of what speaks against it."""
    marks = _gave_up(app, order)
    for team, why in teams:
        against = {
            "full": not why["room"],
            "unlinked": team in unlinked,
            marks.get(team, ""): team in marks,
        }
        yield team, [name for name, is_so in against.items() if is_so]


def _gave_up(app: App, order: Order) -> dict[str, str]:
    """The teams that did not take this order when it was sent to them, or gave it back, each with
    the mark that says which."""
    found, team = dict[str, str](), ""
    for event in map(app.names.of_event, app.store.events(order.no)):
        if event.kind == "dispatched":
            team = event.data["team"]
        if mark := GAVE_UP.get(event.kind):
            found[team] = mark
    return found


def _volunteers(app: App, order: Order) -> list[dict[str, str]]:
    """The team's volunteers to choose from, but not the resident: nobody serves themselves."""
    phone = app.personal.contact(order.no).get("phone", "")
    return [
        {
            "value": person.head.no,
            "label": records.typed_name(app, person.typed, "name"),
            "group": "",
        }
        for person in app.volunteers.of_team(order.team)
        if not phone or person.typed.get("phone") != phone
    ]
