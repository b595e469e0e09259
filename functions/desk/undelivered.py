"""Messages that could not be delivered, and those that are still to be sent."""

from functions.app import App
from functions.desk.session import Session, view
from functions.web.http import Request, Response, see_other


def show(request: Request, app: App, session: Session) -> Response:
    """What failed, and what is still to be tried."""
    return view(
        app,
        session,
        "messages.html",
        lost=app.store.messages("failed"),
        waiting=app.store.messages("waiting"),
    )


def again(request: Request, app: App, session: Session) -> Response:
    """Send a message once more, in the next round."""
    app.outbox.again(request.value("id"))
    return see_other("/desk/messages/")
