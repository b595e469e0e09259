"""Finding orders: by number, phone, service, team, grid, month and step."""

from contextlib import suppress

from functions.app import App
from functions.desk import lists
from functions.desk.session import Session, view
from functions.errors import Wrong
from functions.forms import order_number
from functions.forms.kinds import KINDS
from functions.orders import repository
from functions.web.http import Request, Response, see_other

PAGE = 30
MARKS = ("service", "team", "grid", "month", "state", "level")


def show(request: Request, app: App, session: Session) -> Response:
    """The orders that match everything in the search form, the newest first."""
    text = request.value("q").strip()
    if no := order_number.parse(text):
        return see_other(f"/desk/order/?no={no}")
    chosen = {name: value for name in MARKS if (value := request.value(name))}
    marks = [f"{name}:{value}" for name, value in chosen.items()]
    trace = _trace(app, text) if text else ""
    unread = bool(text and not trace)
    marks = [trace, *marks] if trace else marks
    before = request.value("before")
    found = [] if unread else app.store.find(repository.KIND, marks, before, PAGE)
    return view(
        app,
        session,
        "find.html",
        q=text,
        chosen=chosen,
        rows_found=lists.rows(app, found),
        unread=unread,
        before=found[-1].position if len(found) == PAGE else "",
        grids=app.bundle.grids,
    )


def _trace(app: App, text: str) -> str:
    """The trace of a phone, also of a landline without the 0 before it, or of its last four digits.
    Empty if the text is neither."""
    for role, typed in (("last4", text), ("phone", text), ("phone", f"0{text}")):
        with suppress(Wrong):
            value = KINDS[role].parse({}, [typed], app.clock.now.date())
            return app.personal.trace(role, value)
    return ""
