"""The teams at the desk: how many orders they have, and their private links."""

from contextlib import suppress

from functions.app import App
from functions.desk.confirm import Question
from functions.desk.session import Session, view
from functions.errors import Conflict, Problem
from functions.orders import counters
from functions.web import submission
from functions.web.http import Request, Response, see_other

SHOW = "show"
"""What the button sends that asks for a team's link."""


def show(request: Request, app: App, session: Session, shown: str = "") -> Response:
    """Every team, and every former one that still has orders, with its load; and the link of the
    one for which it was asked."""
    recent = counters.by_scope(app.ranking.recent())
    now = counters.by_scope(app.store.tally(counters.NOW))
    loaded = [scope.partition(":") for scope, counted in now.items() if counted.get(counters.LOAD)]
    busy = {slug for kind, _, slug in loaded if kind == counters.TEAM}
    rows = []
    for team in (*app.bundle.teams, *sorted(busy - app.bundle.teams.keys())):
        scope = counters.scope(counters.TEAM, team)
        link = app.team_links.of(team)
        live = link if link and app.team_links.lives(link) else None
        rows.append(
            {
                "slug": team,
                "name": app.names.teams.get(team, team),
                "link": app.team_links.address(live) if live and team == shown else "",
                "until": live.data.get("until", "") if live else "",
                "asked": link.data.get("asked", "") if link else "",
                "capacity": app.bundle.capacity.get(team),
                "done": recent.get(scope, {}).get(counters.DONE, 0),
                "members": now.get(scope, {}).get(counters.MEMBERS, 0),
                "load": now.get(scope, {}).get(counters.LOAD, 0),
            }
        )
    return view(app, session, "teams.html", rows=rows, site=app.bundle.site)


def act(request: Request, app: App, session: Session) -> Response:
    """Issue a new link and show it, show the one that there is, or take it back. Whoever sees it
    can do the team's work by it, for as long as it lasts."""
    team = request.value("team")
    if team not in app.names.teams or app.names.now("team", team) != team:
        raise Problem(404, "not_found")
    with suppress(Conflict):  # Somebody else did it just now, and the page shows how it stands.
        once = submission.drawn_once(request, app, f"link {team}", {})
        if request.value("do") == "revoke":
            app.team_links.revoke(team, session.who)
            app.audit.record("link_revoked", session.who, sender=request.sender, team=team)
            return see_other(f"/desk/teams/#{team}")
        if request.value("do") == SHOW or (once and app.store.filed(once)):
            app.audit.record("link_shown", session.who, sender=request.sender, team=team)
        else:
            app.team_links.issue(team, session.who, once)
            app.audit.record("link_issued", session.who, sender=request.sender, team=team)
    return show(request, app, session, team)


def ask(request: Request, app: App) -> Question | None:
    """Those who have the team's link lose it."""
    team, do = request.value("team"), request.value("do")
    link = app.team_links.of(team)
    if do == SHOW or not link or not app.team_links.lives(link):
        return None
    load = app.store.tally(counters.NOW).get(counters.load(team), 0)
    code = "revoke" if do == "revoke" else "renew"
    names = {"team": app.names.teams.get(team, team), "load": load}
    return Question(code, names)
