"""What waits: orders at each step, the list to dispatch all at once, messages to be sent."""

from collections.abc import Sequence

from functions.app import App
from functions.desk.confirm import Question
from functions.desk.session import Session, view
from functions.errors import Conflict, Refused, Unfinished, Wrong
from functions.forms.definition import Answers
from functions.orders import counters, repository
from functions.orders.lifecycle import STAFF, order_of
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


def monthly(
    request: Request, app: App, session: Session, results: Sequence[tuple[str, str]] = ()
) -> Response:
    """The orders that wait to be dispatched, each with the team that suits it best; with the codes
    of what became of those that were tried, empty for those that were dispatched."""
    heads = app.store.waiting(repository.KIND, "triaged", limit=PAGE)
    orders = [order_of(head) for head in heads]
    ready = [order for order in orders if "dispatched" in app.steps.offered(order, STAFF)]
    advice = {service: app.ranking.suggest(service) for service in {o.service for o in ready}}
    return view(
        app,
        session,
        "dispatch.html",
        orders=[(order, app.deadlines.due(order)) for order in ready],
        advice=advice,
        results=results,
        held=len(orders) - len(ready),
    )


def dispatch(request: Request, app: App, session: Session) -> Response:
    """Dispatch the orders that are ticked, each in its own transaction."""
    form = app.bundle.actions["dispatched"]
    results: list[tuple[str, str]] = []
    for no in request.typed.get("no", []):
        team = request.value(f"team-{no}")
        order = app.orders.find(no)
        if order is None or team not in app.bundle.teams:
            continue
        answers = Answers({"team": team}, {}, {"team": team}, {})
        try:
            app.steps.take(order, "dispatched", STAFF, form, answers, {"who": session.who})
            results.append((no, ""))
        except (Wrong, Refused, Conflict) as error:
            results.append((no, error.code))
        except Exception as error:
            if any(not code for _, code in results):
                raise Unfinished from error
            raise
    return monthly(request, app, session, results)


def messages(request: Request, app: App, session: Session) -> Response:
    """The messages that could not be delivered, and those that are still to be sent."""
    lost, waiting = app.store.messages("failed"), app.store.messages("waiting")
    return view(app, session, "messages.html", lost=lost, waiting=waiting)


def ask_again(request: Request, app: App) -> Question | None:
    """What a group or a mailbox reads cannot be taken back."""
    lost = {message.id: message for message in app.store.messages("failed", limit=1000)}
    if (message := lost.get(request.value("id"))) is None:
        return None
    to = app.names.teams.get(message.to, app.bundle.site["station"])
    return Question("again", "/desk/messages/", {"to": to, "text": message.text})


def send_again(request: Request, app: App, session: Session) -> Response:
    """Send a message once more, in the next round."""
    app.outbox.again(request.value("id"))
    return see_other("/desk/messages/")
