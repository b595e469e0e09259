"""The month's report at the desk, before a build puts it on the site."""

from functions.app import App
from functions.desk.session import Session, view
from functions.orders import figures
from functions.web.http import Request, Response


def show(request: Request, app: App, session: Session) -> Response:
    """The report of a month, by default this one."""
    month = request.value("month") or app.clock.now.date().isoformat()[:7]
    return view(
        app,
        session,
        "report.html",
        report=figures.named(
            figures.report(month, app.store.tally(month)), app.names.services, app.names.teams
        ),
        months=app.store.months()[::-1],
    )
