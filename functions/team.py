"""``/team/``: a team's own page, by its private link: answer, arrange, report, show the slip."""

from typing import Any

from functions.context.app import App
from functions.forms import order_number
from functions.forms.definition import Wrong, check
from functions.orders import repository, steps
from functions.orders.lifecycle import TEAM, Order, Refused
from functions.people import access_log, team_links
from functions.storage.port import Conflict
from functions.web import pages, step_forms, submission
from functions.web.http import Keeping, Problem, Request, Response, Routes, entry, see_other

SHOWN = 50


def show(request: Request, app: App) -> Response:
    """What the team is asked and what it has on its hands; or one order, if ``no`` names it."""
    team, key = _opened(request, app)
    if team == "":
        return _ended(request, app)
    if request.said("no"):
        return _page(request, app, _order(request, app, team))
    lists = {
        state: repository.listed(
            app, app.store.waiting(repository.KIND, state, owner=team, limit=SHOWN)
        )
        for state in ("dispatched", "accepted", "done")
    }
    return _view(
        app,
        "board.html",
        team=team,
        key=key,
        lists=lists,
        today=app.now.date().isoformat(),
    )


def act(request: Request, app: App) -> Response:
    """Do one step; who comes second is told what the first one did."""
    team, _ = _opened(request, app)
    if request.said("do") == "renew":
        team_links.ask(app, request.said("team"))
        return _ended(request, app, asked=True)
    if team == "":
        return _ended(request, app)
    order = _order(request, app, team)
    kind = request.said("do")
    if kind not in app.bundle.actions:
        raise Problem(400, "too_many")
    if order.team != team:  # It was the team's, and is not any more.
        return _page(request, app, order, 409, notice="moved")
    asked = step_forms.form(app, order, kind)
    answers = check(asked, request.typed, app.now.date())
    if request.said("version") != str(order.version):
        return _page(request, app, order, 409, notice="moved")
    if not answers.errors:
        try:
            order = steps.perform(app, order, kind, TEAM, asked, answers)
            return see_other(_address(request, "" if order.team != team else order.no))
        except Wrong as wrong:
            answers.errors[str(wrong.names["field"])] = wrong
        except Refused as refused:
            return _page(request, app, order, 409, notice=refused.reason)
        except Conflict:
            now = repository.find(app, order.no) or order
            return _page(request, app, now, 409, notice="moved")
    said = {name: submission.sentence(app, asked, name, e) for name, e in answers.errors.items()}
    return _page(request, app, order, 422, tried=kind, errors=said)


def _later(request: Request, app: App, code: str, no: str) -> Response:
    """The order with what was filled in, to be sent again after a while."""
    team, _ = _opened(request, app)
    if team == "":
        raise Problem(503, code)
    order = _order(request, app, team)
    return _page(request, app, order, 503, tried=request.said("do"), notice=code)


def slip(request: Request, app: App) -> Response:
    """The slip to show or to print: its code opens the rating of just this order."""
    no = order_number.parse(request.said("no"))
    order = repository.find(app, no) if no else None
    key = request.said("key")
    if order is None or not repository.is_rating_key(app, order, key):
        raise Problem(404, "no_order")
    import segno

    where = f"{app.bundle.site['url']}/rate/?no={order.no}&key={key}"
    code = segno.make(where, error="m").svg_inline(scale=5, omitsize=True, border=2)
    return _view(app, "slip.html", order=order, code=code, where=where)


def _opened(request: Request, app: App) -> tuple[str, str]:
    """The team whose link this is, and its key; nothing where the link has ended."""
    team, key = request.said("team"), request.said("key")
    if team not in app.bundle.teams:
        raise Problem(404, "no_team")
    return (team, key) if team_links.opens(app, team, key) else ("", "")


def _ended(request: Request, app: App, asked: bool = False) -> Response:
    body = pages.render(
        app.bundle,
        "team/ended.html",
        team=request.said("team"),
        asked=asked,
        teams=app.bundle.teams,
    )
    return Response(body, 200 if asked else 403)


def _order(request: Request, app: App, team: str) -> Order:
    no = order_number.parse(request.said("no"))
    order = repository.find(app, no) if no else None
    if order is None or not _concerns(app, order, team):
        raise Problem(404, "no_order")
    return order


def _concerns(app: App, order: Order, team: str) -> bool:
    """Whether the order is the team's, or was, so that it may be told what became of it."""
    return team == order.team or any(
        event.data.get("team") == team for event in app.store.events(order.no)
    )


def _page(
    request: Request,
    app: App,
    order: Order,
    status: int = 200,
    tried: str = "",
    errors: dict[str, str] | None = None,
    notice: str = "",
) -> Response:
    team = request.said("team")
    mine = order.team == team
    said = repository.said(app, order.no)
    contact = said.get(1, {}) if mine and order.state == "accepted" else {}
    if contact:
        access_log.record(app, order.no, TEAM, team)
    offers = steps.offered(app, order, TEAM) if mine else []
    return _view(
        app,
        "order.html",
        status,
        team=team,
        key=request.said("key"),
        order=order,
        mine=mine,
        contact=contact,
        unreadable=isinstance(contact, repository.Unreadable),
        asked=app.bundle.forms["wish"],
        told=_told(app, order, said) if mine else "",
        volunteer=step_forms.doer(app, order, said, app.store.events(order.no)) if mine else "",
        forms={kind: step_forms.form(app, order, kind) for kind in offers},
        tried=tried,
        typed=request.typed,
        errors=errors or {},
        notice=notice,
        due=repository.deadline(app, order),
        slip=f"/team/slip/?no={order.no}&key={repository.rating_key(app, order)}",
    )


def _told(app: App, order: Order, said: dict[int, dict[str, Any]]) -> str:
    """What the station wrote to the team when it dispatched the order."""
    events = app.store.events(order.no)
    at = max((seq for seq, e in enumerate(events, 1) if e.kind == "dispatched"), default=0)
    note = said.get(at, {})
    if isinstance(note, repository.Unreadable):
        return str(app.bundle.words["unreadable"]["page"])
    return str(note.get("note", ""))


def _view(app: App, template: str, status: int = 200, **data: Any) -> Response:
    body = pages.render(
        app.bundle,
        f"team/{template}",
        services=app.bundle.services,
        teams=app.bundle.teams,
        **data,
    )
    return Response(body, status)


def _address(request: Request, no: str) -> str:
    order = f"&no={no}" if no else ""
    return f"/team/?team={request.said('team')}&key={request.said('key')}{order}"


ROUTES: Routes = {
    "/team/": {"GET": show, "POST": Keeping(act, _later)},
    "/team/slip/": {"GET": slip},
}
handler = entry(ROUTES)
