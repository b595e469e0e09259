"""The teams at the desk: what they have on their hands, and their private links."""

from contextlib import suppress

from functions.context.app import App
from functions.desk.session import Session, view
from functions.orders import counters, ranking
from functions.people import team_links
from functions.storage.port import Conflict
from functions.web.http import Problem, Request, Response, see_other


def show(request: Request, app: App, session: Session) -> Response:
    """Every team with its load, its ratings and its link."""
    recent = ranking.recent(app)
    rows = []
    for team, name in app.bundle.teams.items():
        link = team_links.of(app, team)
        live = link is not None and team_links.lives(app, link)
        rows.append(
            {
                "slug": team,
                "name": name,
                "link": team_links.address(app, link) if link and live else "",
                "until": link.data["until"] if link and live else "",
                "asked": link.data["asked"] if link else "",
                "capacity": app.bundle.capacity.get(team),
                "done": recent.get(f"team:{team} done", 0),
            }
        )
    counts = app.store.tally(counters.NOW)
    return view(app, session, "teams.html", rows=rows, counts=counts, site=app.bundle.site)


def act(request: Request, app: App, session: Session) -> Response:
    """Issue a new link, or take the link back."""
    team = request.said("team")
    if team not in app.bundle.teams:
        raise Problem(404, "not_found")
    with suppress(Conflict):  # Somebody else did it just now, and the page shows what is.
        if request.said("do") == "revoke":
            team_links.revoke(app, team, session.who)
        else:
            team_links.issue(app, team, session.who)
    return see_other(f"/desk/teams/#{team}")
