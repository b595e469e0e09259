"""Excel at the desk: exports of orders, ratings and volunteers; tables to fill in."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import IO, Any
from urllib.parse import quote

from functions.app import App
from functions.desk.session import Session, view
from functions.errors import Problem
from functions.forms import order_number, spreadsheet
from functions.forms.answers import row
from functions.forms.definition import Form, sensitive, without
from functions.forms.kinds.kind import Cell
from functions.imports import staging
from functions.orders import corrections, repository
from functions.orders.lifecycle.order import order_of
from functions.orders.privacy import Unreadable
from functions.people import volunteers
from functions.storage.history import Head
from functions.web import records
from functions.web.http import Request, Response

AT_ONCE = 500
CSV = "text/csv; charset=utf-8"


def show(request: Request, app: App, session: Session) -> Response:
    """The tables that can be exported and imported."""
    return view(app, session, "sheets.html", months=app.store.months()[::-1])


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
                _day(app.deadlines.promised(order)),
                _day(order.done_at),
                *_answers(app, "wishes", corrections.picked(app.store.events(head.no)), typed),
            )

    return _download(request, app, session, "orders", rows())


def ratings_xlsx(request: Request, app: App, session: Session) -> Response:
    """The ratings of a month, with what residents wrote; without names and phones."""

    def rows() -> Iterator[Sequence[Cell]]:
        for head in _all(app, repository.KIND, request.value("month")):
            order = order_of(head)
            if order.rated_at:
                events, typed = app.store.events(head.no), app.personal.of(head.no)
                at = max(seq for seq, event in enumerate(events, 1) if event.kind == "rated")
                form = records.labelled(app, _exported(app, "ratings"), events[at - 1].data)
                picked = {**records.answered(app, events[at - 1], form), "no": order.no}
                yield (
                    _day(order.rated_at),
                    app.names.services.get(order.service, ""),
                    app.names.teams.get(order.rated_team, ""),
                    *_answers(app, "ratings", picked, typed.get(at, {})),
                )

    return _download(request, app, session, "ratings", rows())


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

    return _download(request, app, session, "volunteers", rows())


def _answers(
    app: App, kind: str, picked: Mapping[str, Any], typed: Mapping[str, Any]
) -> list[Cell]:
    """The cells of the questions and of other answers, in the words that an import reads."""
    form, words = _exported(app, kind), app.bundle.words
    cell = words["unreadable"]["cell"] if isinstance(typed, Unreadable) else ""
    answered = records.labelled(app, form, picked)
    kept = sensitive(answered) | sensitive(app.bundle.actions[staging.FORMS[kind]])
    values = {name: value for name, value in {**picked, **typed}.items() if name not in kept}
    return row(form, without(answered, *kept), values, cell)


def _labels(app: App, kind: str) -> list[str]:
    return [field["label"] for field in _exported(app, kind)["fields"]]


def _exported(app: App, kind: str) -> Form:
    """The form without what is asked only with a consent of its own: that is for whoever helps,
    and stays on the pages."""
    form: Form = app.bundle.actions[staging.FORMS[kind]]
    return without(form, *sensitive(form))


def _day(at: str) -> date | None:
    return date.fromisoformat(at[:10]) if at else None


def template_xlsx(request: Request, app: App, session: Session) -> Response:
    """An empty table to fill in, with a sheet that says what each column takes."""
    kind = request.value("kind")
    if kind not in staging.FORMS:
        raise Problem(404, "not_found")
    form, words = staging.form(app, kind), app.bundle.words["imports"]
    names = staging.names(app, kind)
    heads = [[*names[field["name"]], ""][1] or field["label"] for field in form["fields"]]
    notes: list[list[Cell]] = [words["notes"]]
    for head, field in zip(heads, form["fields"], strict=True):
        offered = "\n".join(choice["label"] for choice in field["choices"])
        must = words["must"] if field["required"] else ""
        notes.append([head, must, offered or words["takes"].get(field["kind"], "")])
    title = words["titles"][kind]
    content = spreadsheet.xlsx(title, heads, [], **{words["help"]: notes})
    return _file(f"{title}.xlsx", content)


EXPORTS = {"orders": "wishes", "volunteers": "volunteers", "ratings": "ratings"}
"""The table as which an export can be imported again."""


def _all(app: App, kind: str, month: str = "") -> Iterator[Head]:
    marks, before = [f"month:{month}"] if month else [], ""
    while heads := app.store.find(kind, marks, before, AT_ONCE):
        yield from heads
        before = heads[-1].position


def _download(
    request: Request, app: App, session: Session, name: str, rows: Iterator[Sequence[Cell]]
) -> Response:
    """The workbook, or the same as text, of one month if the request names one. The audit keeps who
    exported how much, and when; the orders in it do not keep each export."""
    month, counted = request.value("month") if name != "volunteers" else "", count()
    words = app.bundle.words["sheets"]
    title, columns = words["titles"][name], words["columns"]
    heads = [*columns[name], *_labels(app, EXPORTS[name]), columns["others"]]
    lines = (row for row, _ in zip(rows, counted, strict=False))
    is_csv = request.value("as") == "csv"
    content = spreadsheet.as_csv(heads, lines) if is_csv else spreadsheet.xlsx(title, heads, lines)
    exported: dict[str, Any] = {"sheet": name, "month": month, "count": next(counted)}
    app.audit.record("exported", session.who, sender=request.sender, **exported)
    return _file(f"{title}{month and '-' + month}.{'csv' if is_csv else 'xlsx'}", content)


def _file(name: str, content: IO[bytes] | str) -> Response:
    headers = {
        "content-type": CSV if isinstance(content, str) else spreadsheet.XLSX,
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
    }
    return Response(content, 200, headers)
