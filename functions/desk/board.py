"""What waits, by step, and the month's list to dispatch at once."""

from functions.context import clock_reference
from functions.context.app import App
from functions.desk.session import Session, view
from functions.forms.definition import Answers, Wrong
from functions.orders import counters, ranking, repository, steps
from functions.orders.lifecycle import STAFF, Refused
from functions.people import accounts, retention
from functions.storage.failures import Unfinished
from functions.storage.port import Conflict
from functions.web.http import Request, Response, see_other

STEPS = ("submitted", "triaged", "dispatched", "accepted", "done", "rated")
FIRST, PAGE = 6, 30
"""How many of each step the board shows, and how many its own page does."""


def show(request: Request, app: App, session: Session) -> Response:
    """All steps with what is longest due; or one step, page by page."""
    state = request.said("state")
    states = (state,) if state in STEPS else STEPS
    limit = PAGE if state in STEPS else FIRST
    after = request.said("after")
    columns = {
        name: app.store.waiting(repository.KIND, name, after=after, limit=limit) for name in states
    }
    full = columns.get(state, [])
    today = app.now.date()
    whole = state not in STEPS
    return view(
        app,
        session,
        "board.html",
        columns={name: repository.listed(app, heads) for name, heads in columns.items()},
        counts=app.store.tally(counters.NOW),
        today=today.isoformat(),
        missing=app.calendar.missing(today),
        state="" if whole else state,
        # What time itself does, and whether it may: told on the board alone.
        disbelieved=clock_reference.disbelieved(app) if whole else None,
        now=app.now,
        erasing=retention.coming(app) if whole else 0,
        unreadable=app.store.fact(repository.UNREADABLE).split() if whole else [],
        after=full[-1].turn if len(full) == PAGE else "",
        services=app.bundle.services,
        teams=app.bundle.teams,
    )


def confirm(request: Request, app: App, session: Session) -> Response:
    """An administrator has looked at today's date: the clock is believed again."""
    clock_reference.confirm(app)
    accounts.note(app, session.who, "confirmed_clock", {"day": app.now.date().isoformat()})
    return see_other("/desk/")


def monthly(
    request: Request,
    app: App,
    session: Session,
    results: list[tuple[str, str]] | None = None,
) -> Response:
    """The orders that wait to be dispatched, each with the team that suits it best."""
    heads = app.store.waiting(repository.KIND, "triaged", limit=PAGE)
    orders = [repository.order_of(head) for head in heads]
    ready = [order for order in orders if "dispatched" in steps.offered(app, order, STAFF)]
    advice = {service: ranking.suggest(app, service) for service in {o.service for o in ready}}
    return view(
        app,
        session,
        "dispatch.html",
        orders=[(order, repository.deadline(app, order)) for order in ready],
        advice=advice,
        results=results or [],
        held=len(orders) - len(ready),
        today=app.now.date().isoformat(),
        services=app.bundle.services,
        teams=app.bundle.teams,
    )


def dispatch(request: Request, app: App, session: Session) -> Response:
    """Dispatch those that are ticked, each on its own: one that cannot go holds up no other."""
    asked = app.bundle.actions["dispatched"]
    results: list[tuple[str, str]] = []
    for no in request.typed.get("no", []):
        team = request.said(f"team-{no}")
        order = repository.find(app, no)
        if order is None or team not in app.bundle.teams:
            continue
        try:
            answers = Answers({"team": team}, {})
            steps.perform(app, order, "dispatched", STAFF, asked, answers, session.who)
            results.append((no, ""))
        except Wrong as wrong:
            results.append((no, wrong.code))
        except (Refused, Conflict):
            results.append((no, "moved"))
        except Exception as error:
            if any(not code for _, code in results):
                raise Unfinished from error
            raise
    return monthly(request, app, session, results)
