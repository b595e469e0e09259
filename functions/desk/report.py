"""The month's report at the desk, before a build puts it on the site."""

from functions.app import App
from functions.desk.session import Session, view
from functions.orders import figures
from functions.web.http import Request, Response


def show(request: Request, app: App, session: Session) -> Response:
    """The report of a month, by default this one."""
    month = request.value("month") or app.clock.now.date().isoformat()[:7]
    made = figures.report(month, app.store.tally(month))
    named = figures.named(made, app.names.services, app.names.teams)
    return view(app, session, "report.html", report=named, months=app.store.months()[::-1])
