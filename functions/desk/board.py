"""What waits: orders at each step, messages to be sent."""

from functions.app import App
from functions.desk.session import Session, view
from functions.orders import counters, repository
from functions.people.accounts import Accounts
from functions.web.http import Request, Response, see_other

STEPS = ("submitted", "triaged", "dispatched", "accepted", "done", "rated")
FIRST, PAGE = 6, 30
"""How many orders the board shows of each step, and how many the step's own page shows."""


def show(request: Request, app: App, session: Session) -> Response:
    """All steps, each with the orders that are longest due; or one step, page by page."""
    state, after = request.value("state"), request.value("after")
    whole = state not in STEPS
    limit = FIRST if whole else PAGE
    columns = {
        name: app.store.waiting(repository.KIND, name, after=after, limit=limit)
        for name in (STEPS if whole else (state,))
    }
    full = columns.get(state, [])
    return view(
        app,
        session,
        "board.html",
        columns={name: app.orders.listed(heads) for name, heads in columns.items()},
        counts=counters.by_scope(app.store.tally(counters.NOW)).get(counters.ALL, {}),
        missing=app.deadlines.calendar.missing(app.clock.now.date()),
        state="" if whole else state,
        # Only the whole board says what the schedule does.
        disbelieved=app.reference.disbelieved() if whole else None,
        now=app.clock.now,
        erasing=app.retention.coming() if whole else 0,
        unreadable=app.store.fact(repository.UNREADABLE).split() if whole else [],
        after=full[-1].due_position if len(full) == PAGE else "",
        overdue=app.orders.overdue(app.clock.now.date().isoformat()) if whole else {},
        problems=app.orders.problems(PAGE) if whole else [],
        asked=app.team_links.asked(app.bundle.teams) if whole else [],
    )


def confirm(request: Request, app: App, session: Session) -> Response:
    """An administrator has checked today's date, so the clock is believed again."""
    app.reference.confirm()
    day = app.clock.now.date().isoformat()
    Accounts(app.store, app.clock).note(session.who, "confirmed_clock", {"day": day})
    return see_other("/desk/")


def messages(request: Request, app: App, session: Session) -> Response:
    """The messages that could not be delivered, and those that are still to be sent."""
    lost, waiting = app.store.messages("failed"), app.store.messages("waiting")
    return view(app, session, "messages.html", lost=lost, waiting=waiting)


def send_again(request: Request, app: App, session: Session) -> Response:
    """Send a message once more, in the next round."""
    app.outbox.again(request.value("id"))
    return see_other("/desk/messages/")
