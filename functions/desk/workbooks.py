"""Excel at the desk: exports of orders, ratings, volunteers and the report; imports of paper."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote

from functions.app import App
from functions.desk.session import Session, view
from functions.errors import Conflict, Refused, Unfinished, Wrong
from functions.forms import order_number, spreadsheet
from functions.forms.answers import row
from functions.forms.definition import Answers, Form, check
from functions.forms.kinds import Cell
from functions.orders import corrections, figures, repository
from functions.orders.lifecycle import STAFF, order_of
from functions.orders.privacy import Unreadable
from functions.people import volunteers
from functions.people.accounts import Accounts
from functions.storage.history import Head
from functions.web import step_forms, submission
from functions.web.http import Request, Response
from functions.web.submission import Begin

AT_ONCE = 500


def show(
    request: Request, app: App, session: Session, status: int = 200, **outcome: Any
) -> Response:
    """The tables that can be exported and imported, and what became of an import."""
    data = {"problems": [], "taken": None, "known": 0, "kind": ""} | outcome
    heads, months = {kind: _labels(app, kind) for kind in FORMS}, app.store.months()[::-1]
    return view(app, session, "sheets.html", status, heads=heads, months=months, **data)


def orders_xlsx(request: Request, app: App, session: Session) -> Response:
    """The orders of a month, with everything that was answered when they were filed."""

    def rows() -> Iterator[Sequence[Cell]]:
        for head in _all(app, repository.KIND, request.value("month")):
            order, words = order_of(head), app.bundle.words
            typed = app.personal.contact(head.no)
            yield (
                order_number.spell(order.no),
                order.filed_at[:16].replace("T", " "),
                words["states"][order.state]["name"],
                app.names.services.get(order.service, ""),
                words["level_names"].get(order.level, ""),
                order.grid,
                app.names.teams.get(order.team, ""),
                _day(order.due),
                _day(order.done_at),
                *_answers(app, "wishes", corrections.picked(app.store.events(head.no)), typed),
            )

    return _download(app, session, "orders", request.value("month"), rows())


def ratings_xlsx(request: Request, app: App, session: Session) -> Response:
    """The ratings of a month, with what residents wrote; without names and phones."""

    def rows() -> Iterator[Sequence[Cell]]:
        for head in _all(app, repository.KIND, request.value("month")):
            order = order_of(head)
            if order.rated_at:
                events, typed = app.store.events(head.no), app.personal.of(head.no)
                at = max(seq for seq, event in enumerate(events, 1) if event.kind == "rated")
                picked = {**events[at - 1].data, "no": order.no}
                yield (
                    _day(order.rated_at),
                    app.names.services.get(order.service, ""),
                    app.names.teams.get(order.rated_team, ""),
                    *_answers(app, "ratings", picked, typed.get(at, {})),
                )

    return _download(app, session, "ratings", request.value("month"), rows())


def volunteers_xlsx(request: Request, app: App, session: Session) -> Response:
    """All volunteers except those who were erased."""

    def rows() -> Iterator[Sequence[Cell]]:
        for head in _all(app, volunteers.KIND):
            if head.state != "erased":
                person = app.volunteers.opened(head)
                yield (
                    app.bundle.words["volunteer_states"][head.state],
                    app.names.teams.get(head.data.get("team", ""), ""),
                    _day(head.begun),
                    *_answers(app, "volunteers", person.answers, person.typed),
                )

    return _download(app, session, "volunteers", "", rows())


def _answers(
    app: App, kind: str, picked: Mapping[str, Any], typed: Mapping[str, Any]
) -> list[Cell]:
    """The cells of the questions and of other answers, in the words that :func:`take` reads."""
    form, words = app.bundle.actions[FORMS[kind]], app.bundle.words
    offered = [c["value"] for f in form["fields"] if f["name"] == "source" for c in f["choices"]]
    if (source := picked.get("source")) and source not in offered:
        picked = {**picked, "source": words["sources"][source]}  # Nobody brings it on paper.
    cell = words["unreadable"]["cell"] if isinstance(typed, Unreadable) else ""
    return row(form, step_forms.labelled(app, form, picked), {**picked, **typed}, cell)


def _labels(app: App, kind: str) -> list[str]:
    return [field["label"] for field in app.bundle.actions[FORMS[kind]]["fields"]]


def _day(at: str) -> date | None:
    return date.fromisoformat(at[:10]) if at else None


def report_xlsx(request: Request, app: App, session: Session) -> Response:
    """The report of a month, with the same digits as on the site."""
    month, words = request.value("month"), app.bundle.words["sheets"]
    made = figures.report(month, app.store.tally(month), app.clock.now.date())
    named = figures.named(made, app.names.services, app.names.teams)
    rows = figures.rows(named, words["names"], words["kinds"])
    return _download(app, session, "report", month, rows)


def take(request: Request, app: App, session: Session) -> Response:
    """Import a workbook: every row is checked, and all are taken or none."""
    kind = request.value("kind")
    if kind not in TAKES:
        return show(request, app, session, 422, problems=[(0, app.bundle.words["sheets"]["kind"])])
    form = app.bundle.actions[FORMS[kind]]
    try:
        rows = spreadsheet.read(request.files.get("file", b""), form)
    except Wrong as wrong:
        sentence = app.bundle.words["sheets"]["unreadable"][wrong.code].format(**wrong.names)
        return show(request, app, session, 422, problems=[(0, sentence)])
    problems, commits = [], []
    for line, typed in rows:
        answers = check(form, typed, app.clock.now.date())
        try:
            if not answers.errors:
                commits.append(TAKES[kind](app, session, form, answers))
        except Wrong as wrong:
            answers.errors[wrong.field] = wrong
        sentences = submission.sentences(app, form, answers.errors)
        problems += [(line, sentence) for sentence in sentences.values()]
    if problems:
        return show(request, app, session, 422, problems=problems)
    taken = 0
    for commit in commits:
        try:
            taken += commit()
        except Exception as error:
            if taken:
                raise Unfinished from error
            raise
    return show(request, app, session, taken=taken, known=len(commits) - taken, kind=kind)


Commit = Callable[[], bool]
"""Takes a row; false if the same row was taken before."""


def _take_wish(app: App, session: Session, form: Form, answers: Answers) -> Commit:
    more = {"who": session.who}
    begin = partial(app.steps.begin, form=form, answers=answers, by=STAFF, more=more)
    # The same wish in another month is another wish: many services are needed every month.
    month = app.clock.now.date().isoformat()[:7]
    return _once(app, submission.name_of(app, "row", "wish", month, answers.values), begin)


def _take_volunteer(app: App, session: Session, form: Form, answers: Answers) -> Commit:
    begin = app.volunteers.applied(form, answers, STAFF, who=session.who)
    return _once(app, submission.name_of(app, "row", "volunteer", answers.values), begin)


def _once(app: App, once: str, begin: Begin) -> Commit:
    def commit() -> bool:
        is_new = not app.store.filed(once)
        submission.begin_once(app, begin, once)
        return is_new

    return commit


def _take_rating(app: App, session: Session, form: Form, answers: Answers) -> Commit:
    order = app.orders.find(answers.values["no"])
    once = submission.name_of(app, "row", "rating", answers.values)
    if app.store.filed(once):
        return lambda: False
    if order is None or "rated" not in app.steps.offered(order, STAFF):
        raise Wrong("unratable", "no")

    def commit() -> bool:
        with suppress(Refused, Conflict):  # It was rated meanwhile; once is enough.
            app.steps.take(order, "rated", STAFF, form, answers, {"who": session.who}, once=once)
            return True
        return False

    return commit


TAKES: dict[str, Callable[[App, Session, Form, Answers], Commit]] = {
    "wishes": _take_wish,
    "volunteers": _take_volunteer,
    "ratings": _take_rating,
}
FORMS = {"wishes": "submitted", "volunteers": "applied", "ratings": "rated_on_paper"}
EXPORTS = {"orders": "wishes", "volunteers": "volunteers", "ratings": "ratings"}
"""The table as which an export can be imported again."""


def _all(app: App, kind: str, month: str = "") -> Iterator[Head]:
    marks, before = [f"month:{month}"] if month else [], ""
    while heads := app.store.find(kind, marks, before, AT_ONCE):
        yield from heads
        before = heads[-1].position


def _download(
    app: App, session: Session, name: str, month: str, rows: Iterator[Sequence[Cell]]
) -> Response:
    """The workbook. The history of the account keeps who exported it, and when."""
    Accounts(app.store, app.clock).note(session.who, "exported", {"sheet": name, "month": month})
    words = app.bundle.words["sheets"]
    title, columns = words["titles"][name], words["columns"]
    heads = words["report"]
    if name in EXPORTS:
        heads = [*columns[name], *_labels(app, EXPORTS[name]), columns["others"]]
    file = quote(f"{title}{month and '-' + month}.xlsx")
    headers = {
        "content-type": spreadsheet.XLSX,
        "content-disposition": f"attachment; filename*=UTF-8''{file}",
    }
    return Response(spreadsheet.xlsx(title, heads, rows), 200, headers)
