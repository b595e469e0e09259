"""Excel at the desk: exports of orders, ratings, volunteers and the report; imports of paper."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from urllib.parse import quote

from functions.app import App
from functions.desk.session import Session, view
from functions.errors import Conflict, Refused, Unfinished, Wrong
from functions.forms import order_number, spreadsheet
from functions.forms.answers import row
from functions.forms.definition import Answers, Form, check
from functions.forms.kinds import Cell
from functions.orders import figures, repository
from functions.orders.lifecycle import STAFF, order_of
from functions.orders.privacy import Unreadable
from functions.people import volunteers
from functions.people.accounts import Accounts
from functions.storage.history import Change, Head
from functions.web import step_forms, submission
from functions.web.http import Request, Response

AT_ONCE = 500


def show(request: Request, app: App, session: Session) -> Response:
    """The tables that can be exported and imported."""
    return _page(app, session)


def orders_xlsx(request: Request, app: App, session: Session) -> Response:
    """The orders of a month, with everything that was answered when they were filed."""
    heads = _heads(app, "orders", "wishes")

    def rows() -> Iterator[Sequence[Cell]]:
        for head in _of_month(app, request):
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
                *_answers(app, "wishes", app.store.events(head.no)[0].data, typed),
            )

    return _download(app, session, "orders", request.value("month"), heads, rows())


def ratings_xlsx(request: Request, app: App, session: Session) -> Response:
    """The ratings of a month, with what residents wrote; without names and phones."""
    heads = _heads(app, "ratings", "ratings")

    def rows() -> Iterator[Sequence[Cell]]:
        for head in _of_month(app, request):
            order = order_of(head)
            if order.rated_at:
                events, typed = app.store.events(head.no), app.personal.of(head.no)
                at = max(seq for seq, event in enumerate(events, 1) if event.kind == "rated")
                yield (
                    _day(order.rated_at),
                    app.names.services.get(order.service, ""),
                    app.names.teams.get(order.rated_team, ""),
                    *_answers(
                        app, "ratings", {**events[at - 1].data, "no": order.no}, typed.get(at, {})
                    ),
                )

    return _download(app, session, "ratings", request.value("month"), heads, rows())


def volunteers_xlsx(request: Request, app: App, session: Session) -> Response:
    """All volunteers except those who were erased."""
    heads = _heads(app, "volunteers", "volunteers")

    def rows() -> Iterator[Sequence[Cell]]:
        for head in _all(app, volunteers.KIND, []):
            if head.state != "erased":
                person = app.volunteers.opened(head)
                yield (
                    app.bundle.words["volunteer_states"][head.state],
                    app.names.teams.get(head.data.get("team", ""), ""),
                    _day(head.begun),
                    *_answers(app, "volunteers", person.answers, person.typed),
                )

    return _download(app, session, "volunteers", "", heads, rows())


def _answers(
    app: App, kind: str, picked: Mapping[str, Any], typed: Mapping[str, Any]
) -> list[Cell]:
    """The cells under :func:`_heads`, in the words that :func:`take` reads."""
    form, words = app.bundle.actions[FORMS[kind]], app.bundle.words
    offered = [c["value"] for f in form["fields"] if f["name"] == "source" for c in f["choices"]]
    if (source := picked.get("source")) and source not in offered:
        picked = {**picked, "source": words["sources"][source]}  # Nobody brings it on paper.
    unreadable = isinstance(typed, Unreadable)
    answered = step_forms.labelled(app, form, picked)
    cell = words["unreadable"]["cell"] if unreadable else ""
    return row(form, answered, {**picked, **typed}, cell)


def _heads(app: App, name: str, kind: str) -> list[str]:
    """The columns of a table: its own, the questions of the form that it can be read as again, and
    one for answers to questions that the form does not have."""
    columns = app.bundle.words["sheets"]["columns"]
    return [*columns[name], *_labels(app, kind), columns["others"]]


def _labels(app: App, kind: str) -> list[str]:
    return [field["label"] for field in app.bundle.actions[FORMS[kind]]["fields"]]


def _day(at: str) -> date | None:
    return date.fromisoformat(at[:10]) if at else None


def report_xlsx(request: Request, app: App, session: Session) -> Response:
    """The report of a month, with the same digits as on the site."""
    month = request.value("month")
    words = app.bundle.words["sheets"]
    made = figures.named(
        figures.report(month, app.store.tally(month)), app.names.services, app.names.teams
    )
    rows = figures.rows(made, words["names"], words["kinds"])
    return _download(app, session, "report", month, words["report"], rows)


def take(request: Request, app: App, session: Session) -> Response:
    """Import a workbook: every row is checked, and all are taken or none."""
    kind = request.value("kind")
    if kind not in TAKES:
        return _page(app, session, 422, problems=[(0, app.bundle.words["sheets"]["kind"])])
    form = app.bundle.actions[FORMS[kind]]
    try:
        rows = spreadsheet.read(request.files.get("file", b""), form)
    except Wrong as wrong:
        sentence = app.bundle.words["sheets"]["unreadable"][wrong.code]
        return _page(app, session, 422, problems=[(0, sentence.format(**wrong.names))])
    problems, commits = [], []
    for line, typed in rows:
        answers = check(form, typed, app.clock.now.date())
        try:
            if not answers.errors:
                commits.append(TAKES[kind](app, session, form, answers))
        except Wrong as wrong:
            answers.errors[wrong.field] = wrong
        problems += [
            (line, submission.sentence(app, form, name, wrong))
            for name, wrong in answers.errors.items()
        ]
    if problems:
        return _page(app, session, 422, problems=problems)
    taken = 0
    for commit in commits:
        try:
            taken += commit()
        except Exception as error:
            if taken:
                raise Unfinished from error
            raise
    return _page(app, session, taken=taken, known=len(commits) - taken, kind=kind)


Commit = Callable[[], bool]
"""Takes a row; false if the same row was taken before."""


def _take_wish(app: App, session: Session, form: Form, answers: Answers) -> Commit:
    def begin(no: str) -> Change:
        return app.steps.begin(no, form, answers, STAFF, {"who": session.who})

    # The same wish in another month is another wish: many services are needed every month.
    month = app.clock.now.date().isoformat()[:7]
    return _once(app, submission.name_of(app, "row", "wish", month, answers.values), begin)


def _take_volunteer(app: App, session: Session, form: Form, answers: Answers) -> Commit:
    begin = app.volunteers.applied(form, answers, STAFF, who=session.who)
    return _once(app, submission.name_of(app, "row", "volunteer", answers.values), begin)


def _once(app: App, once: str, begin: Callable[[str], Change]) -> Commit:
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


def _of_month(app: App, request: Request) -> Iterator[Head]:
    month = request.value("month")
    return _all(app, repository.KIND, [f"month:{month}"] if month else [])


def _all(app: App, kind: str, marks: list[str]) -> Iterator[Head]:
    before = ""
    while heads := app.store.find(kind, marks, before, AT_ONCE):
        yield from heads
        before = heads[-1].position


def _download(
    app: App,
    session: Session,
    name: str,
    month: str,
    heads: Sequence[str],
    rows: Iterator[Sequence[Cell]],
) -> Response:
    """The workbook. Their account's history keeps who exported it, and when."""
    Accounts(app.store, app.clock).note(session.who, "exported", {"sheet": name, "month": month})
    title = app.bundle.words["sheets"]["titles"][name]
    file = quote(f"{title}{month and '-' + month}.xlsx")
    headers = {
        "content-type": spreadsheet.XLSX,
        "content-disposition": f"attachment; filename*=UTF-8''{file}",
    }
    return Response(spreadsheet.xlsx(title, heads, rows), 200, headers)


def _page(
    app: App,
    session: Session,
    status: int = 200,
    problems: list[tuple[int, str]] | None = None,
    taken: int | None = None,
    known: int = 0,
    kind: str = "",
) -> Response:
    return view(
        app,
        session,
        "sheets.html",
        status,
        problems=problems or [],
        taken=taken,
        known=known,
        kind=kind,
        months=app.store.months()[::-1],
        heads={kind: _labels(app, kind) for kind in FORMS},
    )
