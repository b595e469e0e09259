"""One order at the desk: all that is known of it, and every step that may follow."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from functions import wish
from functions.context import logs
from functions.context.app import App
from functions.desk.session import Session, view
from functions.forms import order_number
from functions.forms.definition import Answers, Wrong, check
from functions.orders import ranking, repository, steps
from functions.orders.lifecycle import FINAL, STAFF, Order, Refused
from functions.people import access_log
from functions.storage.failures import unwritten
from functions.storage.history import Change, Head
from functions.storage.port import Conflict
from functions.web import step_forms, submission
from functions.web.http import Problem, Request, Response, see_other

ALIKE, RECENT = 8, timedelta(days=30)


def show(request: Request, app: App, session: Session) -> Response:
    """The order's page; that somebody looked at the contact details is remembered."""
    order = _order(request, app)
    return _page(app, session, order)


def act(request: Request, app: App, session: Session) -> Response:
    """Do one step and show the order again; the same form again, if an answer is wrong."""
    order = _order(request, app)
    kind = request.said("do")
    if kind not in app.bundle.actions:
        raise Problem(400, "too_many")
    asked = step_forms.form(app, order, kind)
    answers = check(asked, request.typed, app.now.date())
    if request.said("version") != str(order.version):
        return _page(app, session, order, 409, notice="moved")
    if not answers.errors:
        try:
            steps.perform(app, order, kind, STAFF, asked, answers, session.who)
            return see_other(f"/desk/order/?no={order.no}")
        except Wrong as wrong:
            answers.errors[str(wrong.names["field"])] = wrong
        except Refused as refused:
            return _page(app, session, order, 409, notice=refused.reason)
        except Conflict:
            return _page(app, session, repository.find(app, order.no) or order, 409, notice="moved")
        except Exception as error:
            code = unwritten(error)
            if not code:
                raise
            logs.failure(error, f"{request.method} {request.path}")
            return _page(app, session, order, 503, tried=kind, typed=request.typed, notice=code)
    said = {name: submission.sentence(app, asked, name, e) for name, e in answers.errors.items()}
    return _page(app, session, order, 422, tried=kind, typed=request.typed, errors=said)


def _order(request: Request, app: App) -> Order:
    no = order_number.parse(request.said("no"))
    order = repository.find(app, no) if no else None
    if order is None:
        raise Problem(404, "no_order")
    return order


def _page(
    app: App,
    session: Session,
    order: Order,
    status: int = 200,
    tried: str = "",
    typed: Mapping[str, list[str]] | None = None,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
) -> Response:
    said = repository.said(app, order.no)
    recorded = not any(said.values()) or access_log.record(app, order.no, STAFF, session.who)
    events = app.store.events(order.no)
    offers = steps.offered(app, order, STAFF)
    return view(
        app,
        session,
        "order.html",
        status,
        order=order,
        contact=said.get(1, {}),
        asked=app.bundle.forms["wish"],
        history=[
            (event, said.get(seq, {}) if seq > 1 else {}) for seq, event in enumerate(events, 1)
        ],
        unreadable=repository.unreadable(said),
        looks=access_log.of(app, order.no),
        recorded=recorded,
        alike=alike(app, order, said.get(1, {})),
        volunteer=step_forms.doer(app, order, said, events),
        due=repository.deadline(app, order),
        today=app.now.date().isoformat(),
        forms={kind: step_forms.form(app, order, kind) for kind in offers},
        filled=_filled(order),
        advice=ranking.suggest(app, order.service)[:3] if "dispatched" in offers else [],
        tried=tried,
        typed=typed or {},
        errors=errors or {},
        notice=notice,
        services=app.bundle.services,
        teams=app.bundle.teams,
        track=repository.address(app, order),
        slip=f"/team/slip/?no={order.no}&key={repository.rating_key(app, order)}",
    )


def _filled(order: Order) -> dict[str, list[str]]:
    """What forms begin with, where it is known."""
    return {
        name: [value]
        for name, value in (
            ("service", order.service),
            ("grid", order.grid),
            ("level", order.level),
            ("text", order.published),
        )
        if value
    }


def alike(app: App, order: Order, contact: Mapping[str, Any]) -> list[tuple[Order, list[str]]]:
    """Other orders of the same phone or address, with which of the two it is.

    Those that ended long before this one came are another matter.
    """
    found: dict[str, tuple[Head, list[str]]] = {}
    for name in ("phone", "address"):
        value = contact.get(name, "")
        value = repository.plain(value) if name == "address" else value
        if value:
            for head in app.store.find(
                repository.KIND, [repository.trace(app, name, value)], limit=ALIKE
            ):
                found.setdefault(head.no, (head, []))[1].append(name)
    found.pop(order.no, None)
    others = ((repository.order_of(head), same) for head, same in found.values())
    since = (datetime.fromisoformat(order.filed_at) - RECENT).isoformat()
    return [o for o in others if o[0].state not in FINAL or o[0].changed_at >= since]


def blank(request: Request, app: App, session: Session) -> Response:
    """A wish to write down for somebody who phoned or brought it on paper."""
    asked = app.bundle.actions["submitted"]
    return view(app, session, "wish.html", form=asked, typed={}, errors={}, once=app.vault.fresh())


def file(request: Request, app: App, session: Session) -> Response:
    """File the wish in the resident's name, with who wrote it down and how it came."""
    asked = app.bundle.actions["submitted"]
    answers = check(asked, request.typed, app.now.date())
    if answers.errors:
        said = {
            name: submission.sentence(app, asked, name, e) for name, e in answers.errors.items()
        }
        return view(
            app,
            session,
            "wish.html",
            422,
            form=asked,
            typed=request.typed,
            errors=said,
            once=app.vault.fresh(),
        )

    def begin(no: str) -> Change:
        return wish.filed(app, no, asked, Answers(answers.values, {}), STAFF, {"who": session.who})

    no = submission.file(request, app, asked, answers, begin)
    return see_other(f"/desk/order/?no={no}")
