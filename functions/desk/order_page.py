"""One order at the desk: everything that is known about it, and every step that may follow."""

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from functions.app import App
from functions.context.sentences import fill
from functions.desk import lists, search
from functions.desk.confirm import Question
from functions.desk.session import Session, view
from functions.errors import Problem
from functions.forms import order_number
from functions.forms.definition import Form
from functions.forms.kinds.kind import COMMA
from functions.orders import corrections, repository
from functions.orders.lifecycle.order import Order, order_of
from functions.orders.lifecycle.states import FINAL, STAFF
from functions.orders.lifecycle.transitions import fold
from functions.orders.privacy import contact, identifying, unreadable
from functions.orders.repository import History
from functions.orders.steps.facts import CALLED_OFF
from functions.orders.steps.service import BLANK
from functions.people.accounts import Accounts
from functions.storage.history import Head
from functions.web import records, replies, slips, step_forms, submission
from functions.web.http import Request, Response, see_other
from functions.web.step_forms import UNTRIED, Outcome
from functions.web.submission import ONCE, WORDING

ALIKE, RECENT = 8, timedelta(days=30)


def show(request: Request, app: App, session: Session, outcome: Outcome = UNTRIED) -> Response:
    """The order's page. It records that somebody saw the contact details."""
    found = _history(request, app)
    order, events = found
    kept, heads, more = _list(request, app, session)
    if session.resumed:
        outcome = step_forms.resumed(request)
    typed = app.personal.of(order.no)
    known = _known(request, app, session, found, typed)
    history = records.history(app, events, typed)
    gone = lists.left(app, [order.handler])
    views = app.access_log.of(order.no)
    numbers = {order.no, *[each.order.no for each in known["joined"]]}
    return view(
        app,
        session,
        "order.html",
        outcome.status,
        **known,
        **_forms(request, app, found, outcome),
        typed=_retyped(request, app, found, typed) if outcome.tried else {},
        history=history,
        since=outcome.since(history),
        unreadable=unreadable(typed),
        looks=views,
        others=app.access_log.lately(order.no, views, session.who),
        alike=_alike(app, order, known["contact"], numbers),
        due=app.deadlines.due(order),
        reported=records.reported(app, order, events, typed),
        filled=corrections.filled(app.bundle.forms["wish"], corrections.known(events, typed))
        | {name: [value] for name, value in _likely(order, session, gone).items()},
        gone=gone,
        list=kept,
        left=len(heads),
        more=more,
        following=lists.following(heads, order.no, request.value("next")),
        slip=f"/desk/rating-slip/?no={order.no}",
    )


def _known(
    request: Request,
    app: App,
    session: Session,
    found: History,
    typed: Mapping[int, Mapping[str, Any]],
) -> dict[str, Any]:
    """What every page of the order shows of it, and whether it could be recorded that somebody saw
    the contact details."""
    order, events = found
    joined, first = records.joined(app, order), contact(typed)
    # What nobody typed anything for shows no contact.
    seen = [order.no] if any(typed.values()) else []
    seen += [each.order.no for each in joined if each.wish or each.added]
    recorded = [app.access_log.record(no, STAFF, session.who, request.sender) for no in seen]
    return {
        "order": order,
        "contact": first,
        "wish": records.wish(app, events, first),
        "promised": app.deadlines.promised(order),
        "joined": joined,
        "volunteer": records.doer(app, order, typed, events),
        "recorded": all(recorded),
    }


def _forms(request: Request, app: App, found: History, outcome: Outcome) -> dict[str, Any]:
    """The forms of the steps that may follow, and what became of the one that was tried."""
    order = found.order
    offers = app.steps.offered(order, STAFF)
    forms = step_forms.forms(app, order, offers, Accounts(app.store, app.clock).at_work)
    return {
        "forms": replies.offered(app.bundle, forms),
        "advice": app.ranking.suggest(order.service)[:3] if "dispatched" in offers else [],
        "tried": outcome.tried,
        "errors": outcome.errors,
        "notice": outcome.notice,
        "untaken": step_forms.untaken(request, app, outcome.tried, offers, order),
        "once": request.value(ONCE) or app.vault.fresh(),
    }


def _retyped(
    request: Request, app: App, found: History, typed: Mapping[int, Mapping[str, Any]]
) -> Mapping[str, list[str]]:
    """What was typed for a step. What was left as the form was drawn is taken over as others made
    it meanwhile, so that sending it again does not undo that."""
    kind, version = request.value("do"), step_forms.drawn_version(request)
    form: Form = app.bundle.actions.get(kind, BLANK)
    if kind == corrections.KIND:
        form = corrections.correctable(form)
    seen = _stands(found, typed, version)
    return corrections.retyped(form, seen, _stands(found, typed), request.typed)


def _stands(
    found: History, typed: Mapping[int, Mapping[str, Any]], version: int | None = None
) -> dict[str, Any]:
    """What forms are filled in with that others may change: what was asked for, and what the
    station made of it; as of a version, if one is told."""
    order, events = found
    if version in range(1, len(events)):
        order = fold(order.no, events[:version])
    return records.seen(*found, typed, version) | _settled(order)


def _list(
    request: Request, app: App, session: Session
) -> tuple[lists.Selection | search.Search | None, Sequence[Head], bool]:
    """The list from which the order was opened, its orders, and whether there are more of them."""
    query = request.value("list")
    if sought := search.parse(query):
        found = search.find(app, sought)
        return sought, found.heads, bool(found.before)
    kept = lists.parse(query)
    return kept, lists.find(app, kept, session.who).heads if kept else [], False


def sheet(request: Request, app: App, session: Session) -> Response:
    """The order on paper, for whoever goes there; of one that is done with another, that other one.
    It records that somebody saw the contact."""
    found = _history(request, app)
    last = app.orders.last(found.order)
    if last.no != found.order.no:
        return see_other(f"/desk/slip/?no={last.no}")
    typed = app.personal.of(found.order.no)
    added = records.added(app, found.events, typed)
    return view(
        app, session, "slip.html", added=added, **_known(request, app, session, found, typed)
    )


def slip(request: Request, app: App, session: Session) -> Response:
    """The slip to rate the order by, for the resident."""
    return slips.slip(app, _history(request, app).order)


def act(request: Request, app: App, session: Session) -> Response:
    """Take one step and show the order again."""
    request = replies.taken(request)
    if request.value("do") == corrections.KIND:
        request = submission.separate_phones(request, app, app.bundle.actions[corrections.KIND])
    order, page = _history(request, app).order, partial(show, request, app, session)
    response = step_forms.take(
        request,
        app,
        order,
        STAFF,
        page,
        partial(_beside, request),
        colleagues=Accounts(app.store, app.clock).at_work,
        who=session.who,
    )
    if request.value("do") == "erased" and response.status == 303:
        app.audit.record("erased", session.who, no=order.no, sender=request.sender)
    return response


def ask(request: Request, app: App) -> Question | None:
    """What does not come back, what everybody can read, and what reaches other orders; nothing is
    asked, and promised, that is refused anyway."""
    order, kind = _history(request, app).order, request.value("do")
    crossed = app.steps.crosses(order, kind, request.value("version"))
    if crossed or kind not in app.steps.moves(order, STAFF):
        return None
    question = _question(request, app, order, kind)
    if question is None:
        return None
    form = app.names.answerable(app.bundle.actions[kind], request.value(WORDING))
    answers = submission.check(app, form, request.typed)
    return None if app.steps.objection(order, kind, STAFF, form, answers) else question


def _question(request: Request, app: App, order: Order, kind: str) -> Question | None:
    """What a step that may follow would have to be asked."""
    if kind == "erased":
        return Question(kind, {"whom": order_number.spell(order.no)})
    if kind == "merged":
        return _ask_merging(request, app, order)
    if kind == "answered":
        text = request.value("text").strip()
        public = request.value("how") == "public" and text
        return Question(kind, {"text": text}) if public else None
    return _ask_calling_off(app, order, kind) if kind in CALLED_OFF else None


def _ask_calling_off(app: App, order: Order, kind: str) -> Question | None:
    again = app.steps.begin_again(order.no)
    if not again:
        return None
    numbers = COMMA.join(order_number.spell(other.no) for other in again)
    ended = len(app.orders.joined(order.no)) - len(again)
    warned = app.bundle.words["desk"]["warned"]["erased"] if ended else ""
    counts = {"count": len(again), "numbers": numbers}
    return Question(kind, counts | {"warned": fill(warned, count=ended)})


def _ask_merging(request: Request, app: App, order: Order) -> Question | None:
    no = order_number.parse(request.value("into"))
    into = app.orders.find(no) if no else None
    if into is None:
        return None
    names = {
        "no": order_number.spell(order.no),
        "into": order_number.spell(into.no),
        "service": app.names.services.get(into.service, ""),
        "state": app.bundle.words["states"][into.state]["name"],
        "day": into.filed_at[:10],
    }
    return Question("merge", names)


def _history(request: Request, app: App) -> History:
    no = order_number.parse(request.value("no"))
    found = app.orders.history(no) if no else None
    if found is None:
        raise Problem(404, "no_order")
    return found


def _address(order: Order) -> str:
    return f"/desk/order/?no={order.no}"


def _beside(request: Request, order: Order) -> str:
    """The order's address, with the list that it was taken from."""
    kept = {name: value for name in ("list", "next") if (value := request.value(name))}
    return f"{_address(order)}&{urlencode(kept)}" if kept else _address(order)


def _likely(order: Order, session: Session, gone: Collection[str]) -> dict[str, str]:
    """What is known already of what the forms ask; whoever looks is likely to take on what nobody
    is at, or who is ``gone``."""
    taken = order.handler and order.handler not in gone
    return {"handler": order.handler if taken else session.who, **_settled(order)}


def _settled(order: Order) -> dict[str, str]:
    known = {"service": order.service, "grid": order.grid, "level": order.level}
    return {name: value for name, value in (known | {"text": order.published}).items() if value}


Related = list[tuple[Order, list[str]]]
"""Other orders of the same phone or address, with which of the two it is, the newest first."""


def marks(app: App, typed: Mapping[str, Any]) -> dict[str, str]:
    """The marks under which other orders of the same phone or address are found, each with which of
    the two it is."""
    known = identifying(typed).items()
    same = app.bundle.words["same"]
    return {app.personal.trace(role, value): role for role, value in known if role in same}


def of_marks(app: App, every: Collection[str]) -> dict[str, list[Head]]:
    """The newest orders of each of these marks."""
    return app.store.find_each(repository.KIND, every, ALIKE)


def related(
    order: Order, found: Mapping[str, Sequence[Head]], roles: Mapping[str, str], known: Set[str]
) -> Related:
    """Those of them that are neither held nor ``known`` already, nor ended long before this order
    was filed, by the ``roles`` of its marks."""
    since = (datetime.fromisoformat(order.filed_at) - RECENT).isoformat()
    same: dict[str, tuple[Order, list[str]]] = {}
    for mark, role in roles.items():
        for other in map(order_of, found[mark]):
            recent = other.state not in FINAL or other.changed_at >= since
            if recent and not other.signs and other.no not in known:
                same.setdefault(other.no, (other, []))[1].append(role)
    return sorted(same.values(), key=lambda each: each[0].filed_at, reverse=True)


def alike(order: Order, others: Related) -> Related:
    """Those of them that may be about the same thing as this one. What has ended was about another
    if it was for another service."""
    return [
        (other, same)
        for other, same in others
        if other.state not in FINAL or other.service == order.service
    ][:ALIKE]


def _alike(app: App, order: Order, typed: Mapping[str, Any], known: Set[str]) -> Related:
    roles = marks(app, typed)
    return alike(order, related(order, of_marks(app, roles), roles, known))


def blank(
    request: Request,
    app: App,
    session: Session,
    outcome: Outcome = UNTRIED,
    known: Head | None = None,
) -> Response:
    """A wish to write down for somebody who phoned or brought it on paper; as it was filled in, if
    it could not be filed, or if there is one ``known`` with the same answers."""
    return view(
        app,
        session,
        "wish.html",
        outcome.status,
        form=app.bundle.actions["submitted"],
        typed=request.typed,
        errors=outcome.errors,
        notice=outcome.notice,
        known=known,
        once=request.value(ONCE) or app.vault.fresh(),
    )


def file(request: Request, app: App, session: Session) -> Response:
    """File the wish in the resident's name, with who wrote it down and how it came."""
    form = app.names.answerable(app.bundle.actions["submitted"], request.value(WORDING))
    request = submission.separate_phones(request, app, form)
    answers = submission.check(app, form, request.typed)
    if answers.errors:
        errors = submission.sentences(app, form, answers.errors)
        return blank(request, app, session, Outcome(422, errors=errors))
    at = datetime.fromisoformat(app.deadlines.begun(app.clock.now.isoformat(), answers.values))
    recent = submission.lately(app, repository.KIND, answers, at)
    if known := submission.begun_before(request, app, recent, form, answers):
        return blank(request, app, session, Outcome(409), known)
    more = {"who": session.who}
    begin = partial(app.steps.begin, form=form, answers=answers, by=STAFF, more=more)
    page = partial(blank, request, app, session)

    def filed() -> Response:
        no, _ = submission.file(request, app, form, answers, begin)
        return see_other(_address(Order(no)))

    return step_forms.written(request, filed, page)
