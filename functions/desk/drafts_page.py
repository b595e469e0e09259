"""What is not published: the list of it, and each item's page as it would be."""

from functions.app import App
from functions.context.drafts import Drafts, Unready
from functions.desk.entrance.ticket import POLICY
from functions.desk.session import Session, view
from functions.errors import Problem
from functions.web.http import Request, Response

PATH = "/desk/drafts/"
PAGE, PICTURE = f"{PATH}page/", f"{PATH}picture/"


def show(request: Request, app: App, session: Session) -> Response:
    """All drafts and planned items, or what has to be mended first."""
    try:
        listed, mistakes = _there(app).listed(), _there(app).mistakes
    except Unready as error:
        return _unready(app, session, error)
    return view(app, session, "drafts.html", drafts=listed, mistakes=mistakes)


def preview(request: Request, app: App, session: Session) -> Response:
    """The page of one item by the site's own template."""
    try:
        page = _there(app).page(request.value("of"), f"{PICTURE}?file=")
    except Unready as error:
        return _unready(app, session, error)
    if page is None:
        raise Problem(404, "not_found")
    return Response(page, 200, POLICY)


def picture(request: Request, app: App, session: Session) -> Response:
    """A picture on such a page."""
    found = _there(app).picture(request.value("file"))
    if found is None:
        raise Problem(404, "not_found")
    media_type, data = found
    return Response(data, 200, {**POLICY, "content-type": media_type})


def _there(app: App) -> Drafts:
    """The drafts, which only the machine that builds the site has."""
    if app.drafts is None:
        raise Problem(404, "no_drafts")
    return app.drafts


def _unready(app: App, session: Session, error: Unready) -> Response:
    return view(app, session, "drafts.html", 422, drafts=(), mistakes=error.args)
