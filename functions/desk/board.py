"""What waits: orders at each step, messages to be sent."""

from datetime import timedelta
from itertools import chain
from urllib.parse import quote, unquote

from functions.app import App
from functions.desk import lists
from functions.desk.confirm import Question
from functions.desk.session import Session, view
from functions.orders import counters, repository
from functions.orders.lifecycle.states import HELD
from functions.web import cookies
from functions.web.http import Request, Response, see_other

FIRST, PAGE = 6, 30
"""How many orders the board shows of each step, and the list to dispatch at once."""
COOKIE = "wudan_list_{}".format
"""Remembers what was chosen of a list, from its name."""
LASTS = timedelta(days=90)
"""How long it is remembered."""


def show(request: Request, app: App, session: Session) -> Response:
    """One list, as it was chosen, page by page; or all steps, each with the orders that are longest
    due. A list that is asked for by its name alone is shown as it was chosen last."""
    choice = lists.read(request.query)
    if choice is None:
        return _whole(app, session)
    kept = lists.parse(unquote(cookies.read(request, COOKIE(choice.name))))
    if [*request.query] == ["state"] and kept and kept._replace(page=1) != choice:
        return see_other(f"/desk/?{kept.query}")
    found = lists.find(app, choice, session.who)
    first = PAGE * (choice.page - 1)
    page = view(
        app,
        session,
        "list.html",
        choice=choice,
        found=found,
        orders=lists.rows(app, found.heads[first : first + PAGE]),
        page=choice._replace(page=1),
        more=choice._replace(page=choice.page + 1) if found.heads[first + PAGE :] else None,
        missing=_missing(app),
    )
    value = quote(choice._replace(page=1).query, safe="")
    cookie = cookies.write(request, COOKIE(choice.name), value, LASTS, "/desk/")
    return page._replace(cookies=(cookie,))


def _whole(app: App, session: Session) -> Response:
    problems, unread = app.orders.problems(lists.MOST), app.orders.unread(lists.MOST)
    now = counters.by_scope(app.store.tally(counters.NOW))
    columns = {
        name: app.store.waiting(repository.KIND, name, limit=FIRST) for name in lists.STEPS
    } | {lists.PROBLEMS: problems[:FIRST], lists.UNREAD: unread[:FIRST]}
    # What they show of what is sealed is read once for all columns.
    rows = {row.head.no: row for row in lists.rows(app, chain.from_iterable(columns.values()))}
    shown = {name: [rows[head.no] for head in heads] for name, heads in columns.items()}
    return view(
        app,
        session,
        "board.html",
        problems=shown.pop(lists.PROBLEMS),
        raised=len(problems),
        vacant=len(app.orders.vacant(lists.MOST)),
        unread=shown.pop(lists.UNREAD),
        added=len(unread),
        mine=len(lists.find(app, lists.Selection(lists.MINE, {}), session.who).heads),
        columns=shown,
        counts=now.get(counters.ALL, {}),
        held=sum(counted.get(HELD, 0) for counted in now.values()),
        missing=_missing(app),
        disbelieved=app.reference.disbelieved(),
        now=app.clock.now,
        erasing=app.retention.coming(),
        unreadable=app.store.fact(repository.UNREADABLE).split(),
        overdue=app.orders.overdue(app.clock.now.date().isoformat()),
        asked=app.team_links.requested(app.bundle.teams),
    )


def _missing(app: App) -> list[int]:
    return app.deadlines.calendar.missing(app.clock.now.date())


def ask_day(request: Request, app: App) -> Question | None:
    """Once the clock is believed, what is past its time is erased."""
    now = app.clock.now
    return Question("day", {"year": now.year, "month": now.month, "day": now.day})


def confirm(request: Request, app: App, session: Session) -> Response:
    """An administrator has checked today's date, so the clock is believed again."""
    app.reference.confirm()
    day = app.clock.now.date().isoformat()
    app.audit.record("clock_confirmed", session.who, sender=request.sender, day=day)
    return see_other("/desk/")


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
    return Question("again", {"to": to, "text": message.text})


def send_again(request: Request, app: App, session: Session) -> Response:
    """Send a message once more, in the next round."""
    app.outbox.again(request.value("id"))
    return see_other("/desk/messages/")
