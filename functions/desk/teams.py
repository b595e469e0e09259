"""The teams at the desk: what they have on their hands, and their private links."""

from contextlib import suppress

from functions import actions, links, tally
from functions.app import App
from functions.desk.session import Session, view
from functions.http import Problem, Request, Response, see_other
from functions.store import Conflict


def show(request: Request, app: App, session: Session) -> Response:
    """Every team with its load, its ratings and its link."""
    recent = actions.recent(app)
    rows = []
    for team, name in app.bundle.teams.items():
        link = links.of(app, team)
        live = link is not None and links.lives(app, link)
        rows.append(
            {
                "slug": team,
                "name": name,
                "link": links.address(app, link) if link and live else "",
                "until": link.data["until"] if link and live else "",
                "asked": link.data["asked"] if link else "",
                "capacity": app.bundle.capacity.get(team),
                "done": recent.get(f"team:{team} done", 0),
            }
        )
    counts = app.store.tally(tally.NOW)
    return view(app, session, "teams.html", rows=rows, counts=counts, site=app.bundle.site)


def act(request: Request, app: App, session: Session) -> Response:
    """Issue a new link, or take the link back."""
    team = request.said("team")
    if team not in app.bundle.teams:
        raise Problem(404, "not_found")
    with suppress(Conflict):  # Somebody else did it just now, and the page shows what is.
        if request.said("do") == "revoke":
            links.revoke(app, team, session.who)
        else:
            links.issue(app, team, session.who)
    return see_other(f"/desk/teams/#{team}")
