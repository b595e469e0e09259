"""Excel at the desk: orders, ratings, volunteers and the report out; sign-ups and paper in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from functions.app import App
from functions.desk.session import Session, view
from functions.errors import Conflict, Refused, Unfinished, Wrong
from functions.forms import order_number, spreadsheet
from functions.forms.definition import Answers, Form, check
from functions.forms.spreadsheet import Cell
from functions.orders import figures, repository
from functions.orders.lifecycle import STAFF
from functions.orders.privacy import Unreadable
from functions.people import volunteers
from functions.people.accounts import Accounts
from functions.storage.history import Change, Head
from functions.web import submission
from functions.web.http import Request, Response

AT_ONCE = 500


def show(request: Request, app: App, session: Session) -> Response:
    """What can be taken out and brought in."""
    return _page(app, session)


def orders_xlsx(request: Request, app: App, session: Session) -> Response:
    """The orders of a month with their contact details."""
    words = app.bundle.words["sheets"]
    month = request.value("month")

    def rows() -> Iterator[Sequence[Cell]]:
        for head in _all(app, repository.KIND, [f"month:{month}"] if month else []):
            order, said = repository.order_of(head), app.personal.contact(head.no)
            yield (
                order_number.spell(order.no),
                order.filed_at[:16].replace("T", " "),
                app.bundle.words["states"][order.state]["name"],
                app.bundle.services.get(order.service, ""),
                app.bundle.words["level_names"].get(order.level, ""),
                order.grid,
                app.bundle.teams.get(order.team, ""),
                order.due,
                order.done_at[:10],
                *_typed(app, said, "name", "phone", "address", "detail"),
            )

    return _download(app, session, "orders", month, words["orders"], rows())


def ratings_xlsx(request: Request, app: App, session: Session) -> Response:
    """The ratings of a month, with what residents wrote; without names and phones."""
    words = app.bundle.words["sheets"]
    month = request.value("month")

    def rows() -> Iterator[Sequence[Cell]]:
        for head in _all(app, repository.KIND, [f"month:{month}"] if month else []):
            order = repository.order_of(head)
            if not order.rated_at:
                continue
            said = app.personal.of(head.no)
            at = max(
                seq
                for seq, event in enumerate(app.store.events(head.no), 1)
                if event.kind == "rated"
            )
            yield (
                order_number.spell(order.no),
                order.rated_at[:10],
                app.bundle.services.get(order.service, ""),
                app.bundle.teams.get(order.rated_team, ""),
                order.attitude or None,
                order.skill or None,
                order.timeliness or None,
                app.bundle.words["solved"][order.solved],
                *_typed(app, said.get(at, {}), "problems", "suggestions"),
            )

    return _download(app, session, "ratings", month, words["ratings"], rows())


def volunteers_xlsx(request: Request, app: App, session: Session) -> Response:
    """All volunteers but those who were erased."""
    words = app.bundle.words["sheets"]

    def rows() -> Iterator[Sequence[Cell]]:
        for head in _all(app, volunteers.KIND, []):
            if head.state != "erased":
                person = app.volunteers.opened(head)
                yield (
                    *_typed(app, person.said, "name", "phone"),
                    app.bundle.words["volunteer_states"][head.state],
                    app.bundle.teams.get(head.data.get("team", ""), ""),
                    head.begun[:10],
                )

    return _download(app, session, "volunteers", "", words["volunteers"], rows())


def _typed(app: App, said: Mapping[str, Any], *names: str) -> list[Cell]:
    """What was typed under these names; that it cannot be read, where it cannot."""
    if isinstance(said, Unreadable):
        return [app.bundle.words["unreadable"]["cell"]] * len(names)
    return [str(said.get(name, "")) for name in names]


def report_xlsx(request: Request, app: App, session: Session) -> Response:
    """The report of a month, digit by digit as the site has it."""
    month = request.value("month")
    words = app.bundle.words["sheets"]
    made = figures.named(
        figures.report(month, app.store.tally(month)), app.bundle.services, app.bundle.teams
    )
    rows = figures.rows(made, words["names"], words["kinds"])
    return _download(app, session, "report", month, words["report"], rows)


def take(request: Request, app: App, session: Session) -> Response:
    """Bring in a workbook: every row is checked, and all are taken or none."""
    kind = request.value("kind")
    if kind not in TAKES:
        return _page(app, session, 422, problems=[(0, app.bundle.words["sheets"]["kind"])])
    asked = app.bundle.actions[FORMS[kind]]
    try:
        rows = spreadsheet.read(request.files.get("file", b""), asked)
    except Wrong as wrong:
        sentence = app.bundle.words["sheets"]["unreadable"][wrong.code]
        return _page(app, session, 422, problems=[(0, sentence.format(**wrong.names))])
    problems, changes = [], []
    for line, typed in rows:
        answers = check(asked, typed, app.clock.now.date())
        try:
            if not answers.errors:
                changes.append(TAKES[kind](app, session, asked, answers))
        except Wrong as wrong:
            answers.errors[wrong.field] = wrong
        problems += [
            (line, submission.sentence(app, asked, name, wrong))
            for name, wrong in answers.errors.items()
        ]
    if problems:
        return _page(app, session, 422, problems=problems)
    for done, commit in enumerate(changes):
        try:
            commit()
        except Exception as error:
            if done:
                raise Unfinished from error
            raise
    return _page(app, session, taken=len(changes), kind=kind)


Commit = Callable[[], object]


def _take_wish(app: App, session: Session, asked: Form, answers: Answers) -> Commit:
    def begin(no: str) -> Change:
        return app.steps.begin(no, asked, answers, STAFF, {"who": session.who})

    return lambda: submission.begun(app, begin, _row(app, "wish", answers))


def _take_volunteer(app: App, session: Session, asked: Form, answers: Answers) -> Commit:
    begin = app.volunteers.applied(asked, answers, STAFF, who=session.who)
    return lambda: submission.begun(app, begin, _row(app, "volunteer", answers))


def _take_rating(app: App, session: Session, asked: Form, answers: Answers) -> Commit:
    order = app.orders.find(answers.values["no"])
    once = _row(app, "rating", answers)
    if app.store.filed(once):
        return lambda: None
    if order is None or "rated" not in app.steps.offered(order, STAFF):
        raise Wrong("unratable", "no")

    def commit() -> None:
        with suppress(Refused, Conflict):  # It was rated meanwhile; once is enough.
            app.steps.take(order, "rated", STAFF, asked, answers, {"who": session.who}, once=once)

    return commit


def _row(app: App, kind: str, answers: Answers) -> str:
    """The same row is taken once, however often a file is brought."""
    return submission.named(app, "row", kind, answers.values)


TAKES: dict[str, Callable[[App, Session, Form, Answers], Commit]] = {
    "wishes": _take_wish,
    "volunteers": _take_volunteer,
    "ratings": _take_rating,
}
FORMS = {"wishes": "submitted", "volunteers": "applied", "ratings": "rated_on_paper"}


def _all(app: App, kind: str, marks: list[str]) -> Iterator[Head]:
    before = ""
    while heads := app.store.find(kind, marks, before, AT_ONCE):
        yield from heads
        before = heads[-1].place


def _download(
    app: App,
    session: Session,
    name: str,
    month: str,
    heads: Sequence[str],
    rows: Iterator[Sequence[Cell]],
) -> Response:
    """The workbook; who took it out, and when, stays in their account's history."""
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
    kind: str = "",
) -> Response:
    return view(
        app,
        session,
        "sheets.html",
        status,
        problems=problems or [],
        taken=taken,
        kind=kind,
        months=app.store.months()[::-1],
        heads={
            kind: [f["label"] for f in app.bundle.actions[form]["fields"]]
            for kind, form in FORMS.items()
        },
    )
