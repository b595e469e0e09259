"""The month's report: at the desk, on paper, in Word and Excel, with all that the site leaves out.

All four have the figures of the month, of the one before and of the same one a year ago, and what
staff wrote above them for the street office.
"""

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any
from urllib.parse import quote

from functions.app import App
from functions.context.sentences import fill
from functions.desk.session import Session, view
from functions.errors import Conflict, Problem
from functions.forms import document, spreadsheet
from functions.forms.document import Paper, PaperTable
from functions.forms.kinds.kind import Cell
from functions.orders import counters
from functions.orders.figures import summary
from functions.orders.figures.overdue import untriaged
from functions.orders.figures.report_text import ReportDraft, ReportTexts
from functions.orders.figures.summary import Report
from functions.web import step_forms, submission
from functions.web.http import Request, Response, see_other
from functions.web.step_forms import UNTRIED, Outcome

MONTH = re.compile(r"\d{3}[1-9]-(0[1-9]|1[0-2])|\d{2}[1-9]0-(0[1-9]|1[0-2])", re.ASCII)
"""A month of a year that has a year before it."""


def show(request: Request, app: App, session: Session) -> Response:
    """The report of a month, by default this one, with the text as it is kept, or as somebody typed
    it whose session had ended; beside it what a colleague kept meanwhile."""
    month = _month(request, app)
    draft = _texts(app).of(month)
    if session.resumed:
        moved = request.value("version") != str(draft.version)
        outcome = Outcome(notice="text" if moved else "")
        return _page(app, session, month, draft, request.typed, outcome)
    return _page(app, session, month, draft, {"text": [draft.text]} if draft.text else {})


def keep(request: Request, app: App, session: Session) -> Response:
    """Keep the text. Where it cannot be kept, the page shows it as it was typed; one that is sent
    twice is kept once."""
    month, texts = _month(request, app), _texts(app)
    form, version = app.bundle.actions["written"], request.value("version")
    answers = submission.check(app, form, request.typed)
    text = answers.values.get("text", "")
    seen = int(version) if version.isascii() and version.isdigit() else 0

    def page(outcome: Outcome) -> Response:
        return _page(app, session, month, texts.of(month), request.typed, outcome)

    def kept() -> Response:
        texts.keep(month, text, session.who, seen)
        return see_other(f"/desk/report/?month={month}")

    if answers.errors:
        errors = submission.sentences(app, form, answers.errors)
        return page(Outcome(422, errors=errors))
    try:
        return step_forms.written(request, kept, page)
    except Conflict as conflict:
        there = texts.of(month)
        if (there.who, there.text) == (session.who, text):
            return see_other(f"/desk/report/?month={month}")
        return page(Outcome(conflict.status, notice="text"))


def paper(request: Request, app: App, session: Session) -> Response:
    """The report as pages of A4, to be printed, signed and sealed."""
    return view(app, session, "report-paper.html", paper=_paper(app, _month(request, app)))


def docx(request: Request, app: App, session: Session) -> Response:
    """The same as a Word file. The history of the account keeps who took it."""
    month = _month(request, app)
    made = _paper(app, month)
    _note(request, app, session, month)
    return _file(app, month, "docx", document.DOCX, document.docx(made))


def xlsx(request: Request, app: App, session: Session) -> Response:
    """The same as a workbook: the lines, all together, and the text, each in a sheet."""
    month, words = _month(request, app), app.bundle.words["sheets"]
    reports, draft = _reports(app, month), _texts(app).of(month)
    rows = summary.beside(reports, words["names"], words["kinds"])
    whole = _whole(app, reports)
    more: dict[str, spreadsheet.CellRows] = {
        whole.title: [whole.heads, *whole.rows],
        words["paper"]["text"]: [
            [words["paper"]["text"]],
            *([line] for line in _lines(app, draft)),
        ],
    }
    _note(request, app, session, month)
    book = spreadsheet.xlsx(words["titles"]["report"], words["report"], rows, **more)
    return _file(app, month, "xlsx", spreadsheet.XLSX, book)


def _page(
    app: App,
    session: Session,
    month: str,
    draft: ReportDraft,
    typed: Mapping[str, Any],
    outcome: Outcome = UNTRIED,
) -> Response:
    reports = _reports(app, month)
    return view(
        app,
        session,
        "report.html",
        outcome.status,
        report=reports[0],
        whole=_whole(app, reports),
        months=app.store.months()[::-1],
        form=app.bundle.actions["written"],
        draft=draft,
        typed=typed,
        errors=outcome.errors,
        notice=outcome.notice,
    )


def _month(request: Request, app: App) -> str:
    month = request.value("month") or app.clock.now.date().isoformat()[:7]
    if not MONTH.fullmatch(month):
        raise Problem(404, "not_found")
    return month


def _texts(app: App) -> ReportTexts:
    return ReportTexts(app.store, app.personal, app.clock)


def _reports(app: App, month: str) -> list[Report]:
    """The report of a month, and those beside which it stands if anything was counted in them."""
    today = app.clock.now.date()
    late = untriaged(app.store, today)
    counted = {
        each: counters.together([app.store.tally(each), late.get(each, {})])
        for each in (month, *summary.before(month))
    }
    return [
        summary.named(summary.report(each, tally, today), app.names.services, app.names.teams)
        for each, tally in counted.items()
        if tally or each == month
    ]


def _paper(app: App, month: str) -> Paper:
    words, now = app.bundle.words["sheets"], app.clock.now
    texts, reports = words["paper"], _reports(app, month)
    values = {
        "community": app.bundle.site["name"],
        "month": _named(app, month),
        "made": now.isoformat(" ", "minutes")[:16],
    }
    return Paper(
        fill(texts["title"], **values),
        [*(fill(line, **values) for line in texts["about"]), texts["rules"]],
        _lines(app, _texts(app).of(month)),
        [_whole(app, reports), *_parts(app, reports)],
        texts["signed"],
        texts["page"],
    )


def _lines(app: App, draft: ReportDraft) -> list[str]:
    if draft.unreadable:
        return [app.bundle.words["unreadable"]["cell"]]
    return draft.text.splitlines()


def _named(app: App, month: str) -> str:
    year, of_year = month.split("-")
    named: str = fill(app.bundle.words["sheets"]["paper"]["month"], year=year, month=int(of_year))
    return named


def _whole(app: App, reports: list[Report]) -> PaperTable:
    """What is said of all together: a line for each figure, a column for each month."""
    words, months = app.bundle.words["sheets"], [report.period for report in reports]
    columns = [summary.whole(report) for report in reports]
    heads = [words["paper"]["figure"], *(_named(app, month) for month in months)]
    rows = [[name, *row] for name, *row in zip(words["whole"], *columns, strict=True)]
    return PaperTable(words["kinds"]["all"], heads, rows)


def _parts(app: App, reports: list[Report]) -> list[PaperTable]:
    """Services, teams and grids: a table for each, with the months of each of them together."""
    words, tables = app.bundle.words["sheets"], []
    month, _, _, *heads = words["report"]
    rows = summary.beside(reports, words["names"], words["kinds"])
    for kind, of_kind in groupby(rows, key=lambda row: row[1]):
        if kind != words["kinds"]["all"]:
            lines: list[list[Cell]] = [[name, each, *rest] for each, _, name, *rest in of_kind]
            tables.append(PaperTable(str(kind), [str(kind), month, *heads], lines))
    return tables


def _note(request: Request, app: App, session: Session, month: str) -> None:
    exported: dict[str, Any] = {"sheet": "report", "month": month}
    app.audit.record("exported", session.who, sender=request.sender, **exported)


def _file(app: App, month: str, ending: str, kind: str, content: Any) -> Response:
    name = quote(f"{app.bundle.words['sheets']['titles']['report']}-{month}.{ending}")
    disposition = f"attachment; filename*=UTF-8''{name}"
    return Response(content, 200, {"content-type": kind, "content-disposition": disposition})
