"""Messages that could not be delivered, and those on their way."""

from functions.context.app import App
from functions.desk.session import Session, view
from functions.messages import outbox
from functions.web.http import Request, Response, see_other


def show(request: Request, app: App, session: Session) -> Response:
    """What failed, and what is still to be tried."""
    return view(
        app,
        session,
        "messages.html",
        lost=app.store.messages("failed"),
        waiting=app.store.messages("waiting"),
        teams=app.bundle.teams,
    )


def again(request: Request, app: App, session: Session) -> Response:
    """Send one once more, as soon as messages are sent."""
    outbox.again(app, request.said("id"))
    return see_other("/desk/messages/")
