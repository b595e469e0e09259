"""The station's people, managed by an administrator."""

from functions.context.app import App
from functions.desk.session import Session, view
from functions.people import accounts
from functions.web.http import Request, Response


def show(request: Request, app: App, session: Session) -> Response:
    """Everybody who may sign in."""
    return _page(app, session)


def act(request: Request, app: App, session: Session) -> Response:
    """Add somebody, give a new password, or let nobody sign in with an account any more."""
    name, role = request.said("name").strip(), request.said("role")
    password = ""
    try:
        match request.said("do"):
            case "add":
                if not name or role not in accounts.ROLES:
                    return _page(app, session, 422, notice="name")
                password = accounts.add(app, name, role, session.who)
            case "reset":
                password = accounts.reset(app, name, session.who)
            case "disable":
                accounts.disable(app, name, session.who)
    except accounts.Unknown:
        return _page(app, session, 422, notice="known", name=name)
    # Not a redirect: the password is shown this once and kept nowhere.
    return _page(app, session, password=password, name=name)


def _page(
    app: App,
    session: Session,
    status: int = 200,
    notice: str = "",
    password: str = "",
    name: str = "",
) -> Response:
    return view(
        app,
        session,
        "staff.html",
        status,
        accounts=accounts.everybody(app),
        notice=notice,
        password=password,
        name=name,
    )
