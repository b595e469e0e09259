"""The month's report at the desk, with all that the site leaves out."""

from functions.app import App
from functions.desk.session import Session, view
from functions.orders import figures
from functions.web.http import Request, Response


def show(request: Request, app: App, session: Session) -> Response:
    """The report of a month, by default this one."""
    today = app.clock.now.date()
    month = request.value("month") or today.isoformat()[:7]
    made = figures.report(month, app.store.tally(month), today)
    named = figures.named(made, app.names.services, app.names.teams)
    return view(app, session, "report.html", report=named, months=app.store.months()[::-1])
