"""The teams at the desk: how many orders they have, and their private links."""

from contextlib import suppress

from functions.app import App
from functions.desk.session import Session, view
from functions.errors import Conflict, Problem
from functions.orders import counters
from functions.web.http import Request, Response, see_other


def show(request: Request, app: App, session: Session) -> Response:
    """Every team with its load, its ratings and its link; of those that ended, or are gone, each
    that still has orders."""
    recent = counters.by_scope(app.ranking.recent())
    now = counters.by_scope(app.store.tally(counters.NOW))
    loads = {scope: counted for scope, counted in now.items() if counted.get(counters.LOAD)}
    busy = {slug for kind, _, slug in (s.partition(":") for s in loads) if kind == counters.TEAM}
    rows = []
    for team in (*app.bundle.teams, *sorted(busy - app.bundle.teams.keys())):
        scope = counters.scope(counters.TEAM, team)
        link = app.team_links.of(team)
        live = link is not None and app.team_links.lives(link)
        rows.append(
            {
                "slug": team,
                "name": app.names.teams.get(team, team),
                "link": app.team_links.address(link) if link and live else "",
                "until": link.data.get("until", "") if link and live else "",
                "asked": link.data.get("asked", "") if link else "",
                "capacity": app.bundle.capacity.get(team),
                "done": recent.get(scope, {}).get(counters.DONE, 0),
                "members": now.get(scope, {}).get(counters.MEMBERS, 0),
                "load": now.get(scope, {}).get(counters.LOAD, 0),
            }
        )
    return view(app, session, "teams.html", rows=rows, site=app.bundle.site)


def act(request: Request, app: App, session: Session) -> Response:
    """Issue a new link, or take the link back."""
    team = request.value("team")
    if team not in app.names.teams:
        raise Problem(404, "not_found")
    with suppress(Conflict):  # Somebody else did it just now, and the page shows how it stands.
        if request.value("do") == "revoke":
            app.team_links.revoke(team, session.who)
        else:
            app.team_links.issue(team, session.who)
    return see_other(f"/desk/teams/#{team}")
