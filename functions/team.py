"""``/team/``: a team's page, by its private link: its orders, and the slips to rate them by."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from functions.app import App
from functions.errors import Problem
from functions.forms import order_number
from functions.forms.definition import Form, without
from functions.orders import counters, repository
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.states import TEAM
from functions.orders.privacy import Unreadable, contact
from functions.orders.repository import History
from functions.orders.steps.service import ASIDE
from functions.storage.history import Event, Head
from functions.web import links, pages, records, slips, step_forms
from functions.web.http import Action, Request, Response, Routes, entry
from functions.web.step_forms import UNTRIED, Outcome
from functions.web.submission import ONCE

STATES = ("dispatched", "accepted", "done")
SHOWN = 50
LATELY = timedelta(days=7)
"""For how long the team's page says of an order that it was called off."""


def linked(action: Callable[[Request, App, str], Response]) -> Action:
    """The action for a team with an open link; others may ask the station for a new one."""

    def opened(request: Request, app: App) -> Response:
        team = app.names.now("team", request.value("team"))
        if team not in app.names.teams:
            raise Problem(404, "no_team")
        key = links.TEAM.key(request, team)
        renews = request.method == "POST" and request.value("do") == "renew"
        if renews or not app.team_links.opens(team, key):
            return _ended(request, app, team, key, renews)
        if request.method != "POST" and request.query.get(links.KEY):
            return links.TEAM.open(request, team, key)
        return action(request, app, team)

    return opened


def _ended(request: Request, app: App, team: str, key: str, renews: bool) -> Response:
    """The page for whoever has no open link, or asks for a new one. Only who shows one of the
    team's links, be it an old one, may ask: the station replaces it then for all of the team."""
    may_ask = app.team_links.opened_once(team, key)
    if renews and may_ask:
        app.team_links.ask(team)
        return view(app, "ended.html", team=team, asked=True)
    data = {"may_ask": may_ask, "key": key}
    data["untaken"] = step_forms.untaken(request, app, request.value("do"), ())
    return view(app, "ended.html", 403, team=team, asked=False, **data)


def view(app: App, template: str, status: int = 200, **data: Any) -> Response:
    """A page for teams."""
    data |= {"services": app.names.services, "teams": app.names.teams}
    return Response(pages.render(app.bundle, f"team/{template}", **data), status)


def show(request: Request, app: App, team: str) -> Response:
    """The team's orders in each of the states, the longest due first; or one order, if ``no`` names
    it."""
    if request.value("no"):
        return show_order(request, app, team)
    chosen, after = request.value("state"), request.value("after")
    lists = {
        state: app.orders.listed(
            app.store.waiting(repository.KIND, state, owner=team, after=after, limit=SHOWN)
        )
        for state in ((chosen,) if chosen in STATES else STATES)
    }
    today = app.clock.now.date().isoformat()
    counted = counters.by_scope(app.store.tally(counters.NOW))
    counts = counted.get(counters.scope(counters.TEAM, team), {})
    return view(
        app,
        "board.html",
        team=team,
        key=links.TEAM.key(request, team),
        lists=lists,
        today=today,
        counts=counts,
        full=SHOWN,
        after=after,
        ends=app.team_links.ends(team),
        off=[] if chosen in STATES else _called_off(app, team),
    )


def _called_off(app: App, team: str) -> list[Head]:
    """The orders that were called off in the team's hands a short time ago, the newest first."""
    since = app.deadlines.kept_until((app.clock.now - LATELY).isoformat())
    heads = app.store.waiting(repository.KIND, "cancelled", owner=team, after=since, limit=SHOWN)
    return app.orders.listed(reversed(heads))


def show_order(request: Request, app: App, team: str, outcome: Outcome = UNTRIED) -> Response:
    """The order as its team sees it; a team that had it before sees only what became of it, and may
    still say what happened."""
    order, events = _history(request, app, team)
    mine = order.team == team
    typed = app.personal.of(order.no)
    known = contact(typed) if mine and order.state == "accepted" else {}
    joined = records.joined(app, order) if known else []
    offered = [k for k in app.steps.offered(order, TEAM) if mine or k in ASIDE]
    for seen in (order, *[each.order for each in joined]) if known else ():
        app.access_log.record(seen.no, TEAM, team, request.sender)
    page = view(
        app,
        "order.html",
        outcome.status,
        team=team,
        key=links.TEAM.key(request, team),
        order=order,
        mine=mine,
        contact=known,
        unreadable=isinstance(known, Unreadable),
        # Before it accepts, a team sees only what was picked, which is in the history.
        wish=records.wish(app, events, known) if mine else [],
        joined=joined,
        told=_notes(app, events, typed) if mine else [],
        parted=_parted(events, joined) if known else [],
        volunteer=records.doer(app, order, typed, events) if mine else "",
        forms=_forms(app, order, offered),
        tried=outcome.tried,
        typed=request.typed,
        errors=outcome.errors,
        notice=outcome.notice,
        since=outcome.since([(event, ()) for event in events]),
        untaken=step_forms.untaken(request, app, outcome.tried, offered, order._replace(team=team)),
        once=request.value(ONCE) or app.vault.fresh(),
        due=app.deadlines.due(order),
        slip=f"/team/slip/?team={team}&no={order.no}",
    )
    return page._replace(refusal=outcome.refusal(app.bundle.words["desk"]["notices"]))


def _forms(app: App, order: Order, offered: Sequence[str]) -> dict[str, Form]:
    """Whether a team is to see a note as well, is asked of staff."""
    forms = step_forms.forms(app, order, offered)
    return {kind: without(form, "to") for kind, form in forms.items()}


def act(request: Request, app: App, team: str) -> Response:
    """Take one step; a second person is told what the first one did."""
    order, page = _history(request, app, team).order, partial(show_order, request, app, team)

    def done(after: Order) -> str:
        return f"/team/?team={team}&no={after.no}"  # Also where it left, to be told so.

    return step_forms.take(request, app, order, TEAM, page, done, team)


def slip(request: Request, app: App, team: str) -> Response:
    """The slip of an order that is the team's."""
    order = _history(request, app, team).order
    if order.team != team:
        raise Problem(404, "no_slip")
    return slips.slip(app, order)


def _history(request: Request, app: App, team: str) -> History:
    """The order that is the team's, or was, so that it can be told what became of it."""
    no = order_number.parse(request.value("no"))
    found = app.orders.history(no) if no else None
    if found and (team == found.order.team or team in [e.data.get("team") for e in found.events]):
        return found
    raise Problem(404, "no_order")


def _notes(
    app: App, events: tuple[Event, ...], typed: Mapping[int, Mapping[str, Any]]
) -> list[str]:
    """What the team was told since the order was dispatched: by the station with it and in notes
    that it is to see, and, once it accepted, by the resident; and what it noted itself."""
    at = max((seq for seq, e in enumerate(events, 1) if e.kind == "dispatched"), default=1)
    accepted = any(event.kind == "accepted" for event in events[at - 1 :])
    numbers = [
        seq
        for seq, event in enumerate(events, 1)
        if (seq >= at and (event.kind == "dispatched" or _is_note_of_team(event)))
        or (accepted and records.is_added(event))
    ]
    return records.notes(app, typed, numbers)


def _parted(events: tuple[Event, ...], joined: list[records.Joined]) -> list[str]:
    """The orders that the team saw as done with this one since it accepted, and that are not any
    more."""
    at = max(seq for seq, event in enumerate(events) if event.kind == "accepted")
    left = dict.fromkeys(e.data["from"] for e in events[at:] if e.kind == "parted")
    return [no for no in left if no not in [each.order.no for each in joined]]


def _is_note_of_team(event: Event) -> bool:
    """Whether a note is the team's own, or meant for it."""
    return "team" in event.data.get("to", ()) or (event.kind, event.by) == ("noted", TEAM)


ROUTES: Routes = {
    "/team/": {"GET": linked(show), "POST": linked(act)},
    "/team/slip/": {"GET": linked(slip)},
}
handler = entry(ROUTES)
