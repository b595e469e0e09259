"""Which team it is: its private link, which ends and can be asked for again."""

from collections.abc import Callable
from typing import Any

from functions.app import App
from functions.errors import Problem
from functions.web import pages
from functions.web.http import Action, Request, Response

Page = Callable[[Request, App, str], Response]
"""An action of a team whose link is open."""


def linked(page: Page) -> Action:
    """The action for a team with an open link; others may ask the station for a new one."""

    def opened(request: Request, app: App) -> Response:
        team = app.names.now("team", request.value("team"))
        if team not in app.names.teams:
            raise Problem(404, "no_team")
        if request.method == "POST" and request.value("do") == "renew":
            app.team_links.ask(team)
            return view(app, "ended.html", team=team, asked=True)
        if not app.team_links.opens(team, request.value("key")):
            return view(app, "ended.html", 403, team=team, asked=False)
        return page(request, app, team)

    return opened


def view(app: App, template: str, status: int = 200, **data: Any) -> Response:
    """A page for teams."""
    names = {"services": app.names.services, "teams": app.names.teams}
    return Response(pages.render(app.bundle, f"team/{template}", **names, **data), status)
