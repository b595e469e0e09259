"""Imports at the desk: a file, its columns, what would become of each row, and then all at once."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from functions.app import App
from functions.context.sentences import fill
from functions.desk.session import Session, view
from functions.errors import Conflict, Problem, Wrong
from functions.forms import columns, spreadsheet
from functions.forms.columns import Reading, Sheet
from functions.forms.definition import Form
from functions.forms.kinds import KINDS
from functions.forms.kinds.kind import COMMA, Field
from functions.imports import judging, staging
from functions.imports.staging import Import, StagedRow
from functions.people.volunteers import Person
from functions.web.http import Request, Response, see_other

COLUMN, ALWAYS = "column-", "always-"
"""Before the name of a question: the column that answers it, and what answers it in every row."""
SHOWN = 50
"""How many problems, and how many new rows, are shown."""
PEOPLE = ("volunteers", "members")
"""The imports whose rows are about volunteers."""
CAN_STAND_FOR_ALL = ("choice", "consent")
"""Kinds of questions that may have one answer for all rows."""


class WrongCell(NamedTuple):
    """A cell that cannot be read."""

    line: int
    column: str
    text: str
    sentence: str


def receive(request: Request, app: App, session: Session) -> Response:
    """Take in a file. What is malformed is refused whole; anything else is staged."""
    kind, words = request.value("kind"), app.bundle.words["imports"]
    if kind not in staging.FORMS:
        return _refuse(app, session, kind, words["kind"])
    try:
        rows = spreadsheet.read(request.files.get("file", [b""])[0], staging.names(app, kind))
    except Wrong as wrong:
        return _refuse(app, session, kind, fill(words["unreadable"][wrong.code], **wrong.names))
    table, form = columns.table(rows, staging.names(app, kind)), staging.form(app, kind)
    found, sure = columns.guess(table.heads, staging.names(app, kind))
    reading = Reading(found, {})
    if not table.rows:
        return _refuse(app, session, kind, words["unreadable"]["empty"])
    if sure and not reading.missing(form):
        looked = staging.judge(app, kind, table.rows, reading, session.who, app.clock.now.date())
        if faults := _faults(app, form, table, reading, looked):
            return _page(app, session, 422, kind=kind, faults=faults)
    return see_other(f"/desk/import/?no={staging.stage(app, kind, rows, session.who)}")


NOTHING: dict[str, Any] = {
    **dict.fromkeys(("brought", "kind", "refused", "rows", "changed"), ""),
    **dict.fromkeys(("faults", "missing"), ()),
}


def _page(app: App, session: Session, status: int = 200, **data: Any) -> Response:
    return view(app, session, "import.html", status, **{**NOTHING, "shown": SHOWN, **data})


def _refuse(app: App, session: Session, kind: str, sentence: str) -> Response:
    return _page(app, session, 422, kind=kind, refused=sentence)


def show(request: Request, app: App, session: Session, changed: bool = False) -> Response:
    """An import as it stands: its columns, what would become of its rows, or what did."""
    brought = _brought(request, app)
    if brought.head.state != staging.STAGED:
        events = {event.kind: event.data for event in app.store.events(brought.head.no)}
        return _page(app, session, brought=brought, events=events)
    table, form = staging.table(app, brought), staging.form(app, brought.kind)
    names = staging.names(app, brought.kind)
    found, sure = columns.guess(table.heads, names)
    is_sent = any(name.startswith(COLUMN) for name in request.typed)
    reading = _sent(request, form, table, names) if is_sent else Reading(found, {})
    missing = reading.missing(form)
    rows = None
    if (is_sent or sure) and not missing and request.value("do") != "map":
        day, who = app.clock.now.date(), brought.who
        rows = staging.judge(app, brought.kind, table.rows, reading, who, day)
    faults = _faults(app, form, table, reading, rows or [])
    data = {
        "brought": brought,
        "table": table,
        "form": form,
        "reading": reading,
        "missing": missing if is_sent else [],
        "faults": faults,
        "constant": CAN_STAND_FOR_ALL,
        "changed": changed,
        "ignored": _ignored(table, reading),
    }
    if rows is not None and not faults:
        data |= _sorted(app, brought.kind, form, table, reading, rows)
    return _page(app, session, 422 if faults or data["missing"] else 200, **data)


def act(request: Request, app: App, session: Session) -> Response:
    """Look again with other columns, take what was shown, or forget it."""
    brought, do = _brought(request, app), request.value("do")
    if brought.head.state != staging.STAGED or do not in ("drop", "take"):
        return show(request, app, session)
    if do == "drop":
        staging.discard(app, brought.head)
        return see_other("/desk/sheets/")
    table, names = staging.table(app, brought), staging.names(app, brought.kind)
    reading = _sent(request, staging.form(app, brought.kind), table, names)
    again = [int(line) for line in request.typed.get("again", []) if line.isdecimal()]
    try:
        rows = staging.confirm(app, brought, reading, again, request.value("seen"))
        if rows is not None:
            return show(request, app, session, changed=True)
        app.audit.record("imported", session.who, sender=request.sender, table=brought.kind)
    except Conflict:
        pass  # It was pressed twice.
    return see_other(f"/desk/import/?no={brought.head.no}")


def _brought(request: Request, app: App) -> Import:
    brought = staging.find(app, request.value("no"))
    if brought is None:
        raise Problem(404, "not_found")
    return brought


def _sent(
    request: Request, form: Form, table: Sheet, names: Mapping[str, Sequence[str]]
) -> Reading:
    """The columns as the page sent them."""
    always, questions = {}, {field["name"] for field in form["fields"]}
    # What answers no question, such as the number, is found by its heading and not chosen.
    found, _ = columns.guess(table.heads, names)
    places = {name: place for name, place in found.items() if name not in questions}
    for field in form["fields"]:
        name = field["name"]
        place = request.value(f"{COLUMN}{name}")
        if place.isdecimal() and int(place) < len(table.heads):
            places[name] = int(place)
        if (value := request.value(f"{ALWAYS}{name}")) and field["kind"] in CAN_STAND_FOR_ALL:
            always[name] = value
    return Reading(places, always)


def _ignored(table: Sheet, reading: Reading) -> list[str]:
    used = {*reading.columns.values()}
    return [head for column, head in enumerate(table.heads) if head and column not in used]


def _faults(
    app: App, form: Form, table: Sheet, reading: Reading, rows: list[StagedRow]
) -> list[WrongCell]:
    """Each cell that cannot be read, with its column, what stands there, and how to mend it."""
    cells, found = dict(table.rows), []
    questions = {field["name"]: field for field in form["fields"]}
    sentences, general = app.bundle.words["imports"]["wrong"], app.bundle.words["form"]["answer"]
    for row in (row for row in rows if row.verdict == "wrong"):
        texts = columns.texts(cells[row.line], reading)
        for name, wrong in row.answers.errors.items():
            field = questions[name]
            # What is wrong in just this cell says more than what such a question takes.
            is_general = wrong.code in general and field["kind"] in sentences
            code = field["kind"] if is_general else wrong.code
            offered = COMMA.join(choice["label"] for choice in field["choices"])
            sentence = fill(sentences[code], choices=offered, **wrong.names)
            place = reading.columns.get(name)
            column = field["label"] if place is None else table.heads[place]
            found.append(WrongCell(row.line, column, texts.get(name, ""), sentence))
    return found


def _understood(field: Field, values: Mapping[str, Any]) -> str:
    """An answer as a page shows it, empty if there is none."""
    name = field["name"]
    return KINDS[field["kind"]].show(field, values[name]) if name in values else ""


def _sorted(
    app: App, kind: str, form: Form, table: Sheet, reading: Reading, rows: list[StagedRow]
) -> dict[str, Any]:
    """The rows by what would become of them, each with its answers as they were understood, also
    those that stand for every row."""
    questions = {field["name"]: field for field in form["fields"]}
    places = reading.columns
    named = {**places, **reading.always}
    # What stood beside a phone answers another question, which may have no column.
    answered = {name: "" for row in rows for name in row.answers.values}
    names = [name for name in {**named, **answered} if name in questions]
    by_verdict: dict[str, list[Any]] = {"new": [], "known": [], "same": [], "refused": []}
    for row in rows:
        cells = [_understood(questions[name], row.answers.values) for name in names]
        by_verdict[row.verdict].append((row, cells))
    heads = [table.heads[places[n]] if n in places else questions[n]["label"] for n in names]
    people = _people(app, questions, rows) if kind in PEOPLE else {}
    return {
        "rows": by_verdict,
        "heads": heads,
        "seen": staging.seal_of(app, rows),
        "people": people,
    }


def _people(
    app: App, questions: Mapping[str, Field], rows: list[StagedRow]
) -> dict[str, tuple[Person, str]]:
    """The volunteers that rows are about, by number, each with what the table adds to what they
    answered."""
    found = {}
    for row in rows:
        person = app.volunteers.find(row.reason)
        if person:
            added = judging.added(person, row.answers).values
            labels = [
                app.bundle.words["imports"]["columns"].get(n, [questions[n]["label"]])[0]
                for n in added
            ]
            found[row.reason] = (person, COMMA.join(labels))
    return found
