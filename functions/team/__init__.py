"""``/team/``: a team's own page, by its private link: answer, arrange, report, show the slip."""

from functions.app import App
from functions.orders import repository
from functions.team import assignment
from functions.team.link import linked, view
from functions.web.http import Request, Response, Routes, entry

STATES = ("dispatched", "accepted", "done")
SHOWN = 50


def show(request: Request, app: App, team: str) -> Response:
    """The team's orders in each of the states, the longest due first; or one order, if ``no`` names
    it."""
    if request.value("no"):
        return assignment.show(request, app, team)
    lists = {
        state: app.orders.listed(app.store.waiting(repository.KIND, state, owner=team, limit=SHOWN))
        for state in STATES
    }
    today = app.clock.now.date().isoformat()
    key = request.value("key")
    return view(app, "board.html", team=team, key=key, lists=lists, today=today)


ROUTES: Routes = {
    "/team/": {"GET": linked(show), "POST": linked(assignment.act)},
    "/team/slip/": {"GET": assignment.slip},
}
handler = entry(ROUTES)
