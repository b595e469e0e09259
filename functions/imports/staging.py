"""Paper and lists brought in as a workbook: staged, looked at, confirmed, and then taken whole.

An import is a history of its own. ``staged``: its rows are kept, sealed, until somebody has seen
what would become of each. ``confirmed``: it is decided which rows are taken, and they all are. In
SQLite that and all the rows are one transaction. In DynamoDB each row is one, under a name by which
it is filed only once: if the function is killed between two, the schedule takes the others.
``finished`` and ``discarded`` erase the rows.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple

from functions.app import App
from functions.context.sentences import fill
from functions.errors import Conflict, Refused
from functions.forms import columns, order_number
from functions.forms.columns import Reading, Rows, Sheet
from functions.forms.definition import Answers, Form, check, separate_phones
from functions.forms.kinds.kind import Field
from functions.imports import judging
from functions.imports.judging import JUDGES, RowVerdict, named
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.states import DOORS, STAFF
from functions.orders.repository import begin_once
from functions.people.volunteers import Person
from functions.storage.history import Change, Event, Head

KIND = "import"
STATES = "staged", "confirmed", "finished", "discarded"
STAGED, CONFIRMED, FINISHED, DISCARDED = STATES
FORMS = {
    "wishes": "submitted",
    "volunteers": "applied",
    "members": "applied",
    "ratings": "rated_on_paper",
}
"""The form whose answers the rows of each import are."""
NUMBER = "no"
"""The name of the column with the number of an order."""
PIECE = 40_000
"""Characters of rows that are sealed together; DynamoDB takes 400 kB, and JSON six bytes of each.
"""
PATIENCE = 10.0
"""Seconds for which an import waits until nobody else is writing."""


class StagedRow(NamedTuple):
    """A row as it would be taken. ``reason`` says why it is refused, as what it was taken before,
    or who signed up or left before and is taken into a team with it. ``once`` names it, so that it
    is taken once. ``twin`` is the first row of the file that may be about the same, such as with
    the same phone; 0 without one."""

    line: int
    answers: Answers
    verdict: RowVerdict
    reason: str
    once: str
    twin: int = 0


class Import(NamedTuple):
    """An import with its rows, as long as they are kept."""

    head: Head
    rows: Rows
    reading: Reading
    decided: Mapping[str, Any]
    """What the confirmation says: the ``lines`` to take, and those of them that are taken ``again``
    although they look like others."""

    @property
    def kind(self) -> str:
        return str(self.head.data["what"])

    @property
    def who(self) -> str:
        return str(self.head.data["who"])


def form(app: App, kind: str) -> Form:
    """The form whose answers the rows are."""
    found: Form = app.bundle.actions[FORMS[kind]]
    synonyms = app.bundle.words["imports"]["synonyms"]
    fields: list[Field] = [
        {**field, "synonyms": synonyms.get(field["name"], {})} for field in found["fields"]
    ]
    if kind == "members":
        fields = [_in_a_team(app, each) for each in fields]
    return {**found, "fields": fields}


def _in_a_team(app: App, field: Field) -> Field:
    """The question as it is asked about somebody who is in a team already, which cannot be any."""
    if field["role"] != "team":
        return field
    teams = [choice for choice in field["choices"] if choice["value"] in app.bundle.teams]
    return {**field, "choices": teams, "required": True}


def names(app: App, kind: str) -> dict[str, list[str]]:
    """What the columns of an import may be called; also as the resident's own form asks."""
    definition = form(app, kind)
    own: Form = app.bundle.forms[definition["includes"]]
    called = app.bundle.words["imports"]["columns"]
    found = columns.names(definition, called)
    if kind == "wishes":  # What was exported says which orders it is about.
        found[NUMBER] = called[NUMBER]
    for field in own["fields"]:
        found.get(field["name"], []).append(field["label"])
    return found


def stage(app: App, kind: str, rows: Rows, who: str) -> str:
    """Keep the rows of a file, and return the number of the import."""
    now = app.clock.now
    due = (now.date() + timedelta(days=1)).isoformat()
    data = {"what": kind, "who": who}
    head = Head(f"{KIND}:{app.vault.fresh()}", KIND, 0, STAGED, now.isoformat(), data, due)
    for piece in _pieces(rows):
        head = head.followed()
        sealed = {head.version: app.vault.seal(head.no, {"rows": piece})}
        app.store.commit(Change(head, [Event(STAGED, STAFF, now.isoformat(), data)], sealed))
    return head.no


def _pieces(rows: Rows) -> list[Rows]:
    pieces: list[Rows] = [[]]
    size = 0
    for line, cells in rows:
        size += sum(map(len, cells)) + 8 * len(cells)
        if size > PIECE and pieces[-1]:
            pieces.append([])
            size = sum(map(len, cells)) + 8 * len(cells)
        pieces[-1].append((line, cells))
    return pieces


def find(app: App, no: str) -> Import | None:
    """The import of this number."""
    head = app.store.head(no)
    if head is None or head.kind != KIND:
        return None
    typed = app.personal.of(no)
    rows = [(line, cells) for seq in sorted(typed) for line, cells in typed[seq].get("rows", [])]
    reading: Any = next(
        (typed[seq]["reading"] for seq in typed if "reading" in typed[seq]), [{}, {}]
    )
    decided = next((e.data for e in app.store.events(no) if e.kind == CONFIRMED), {})
    return Import(head, rows, Reading(*reading), decided)


def table(app: App, brought: Import) -> Sheet:
    """The heading and the rows of an import."""
    return columns.table(brought.rows, names(app, brought.kind))


def judge(
    app: App, kind: str, rows: Rows, reading: Reading, who: str, day: date
) -> list[StagedRow]:
    """What would become of each row that was brought on this day."""
    definition, found, cells = form(app, kind), list[StagedRow](), dict(rows)
    write = partial(fill, app.bundle.words["form"]["kept_beside"])
    first: dict[str, int] = {}
    for line, typed in columns.answers(definition, rows, reading):
        answers = check(definition, typed, day)
        if (parted := separate_phones(definition, typed, answers.errors, write)) != typed:
            answers = check(definition, parted, day)
        texts = columns.texts(cells[line], reading)
        if answers.errors:
            verdict, reason = _unread(app, kind, texts)
            found.append(StagedRow(line, answers, verdict, reason, ""))
            continue
        key, once, verdict, reason = JUDGES[kind](app, answers, who, day)
        if kind == "wishes" and (order := _numbered(app, texts)):
            verdict, reason = "known", order.no
        if verdict == "new" and key in first:
            # Nobody rates an order twice.
            verdict, reason = ("refused", "twice") if kind == "ratings" else ("same", "")
        found.append(StagedRow(line, answers, verdict, reason, once, first.get(key, 0)))
        first.setdefault(key, line)
    return found


def _numbered(app: App, texts: Mapping[str, str]) -> Order | None:
    """The order whose number stands in a row."""
    no = order_number.parse(texts.get(NUMBER, ""))
    return app.orders.find(no) if no else None


def _unread(app: App, kind: str, texts: Mapping[str, str]) -> tuple[RowVerdict, str]:
    """What becomes of a row that cannot be read, and why. One that was exported is not taken
    whatever it says, and says what no paper does, such as that it came by the site."""
    order = _numbered(app, texts)
    if order and kind == "wishes":
        return "known", order.no
    if order and kind == "ratings" and order.rated_at:
        if "rated" not in app.steps.offered(order, STAFF):
            return "refused", "rated" if app.steps.untimely(order, "rated") else order.state
        sources = app.bundle.words["sources"]
        if {sources[door] for door in DOORS} & {*texts.values()}:  # Of an earlier round.
            return "known", order.no
    return "wrong", ""


def confirm(
    app: App, brought: Import, reading: Reading, again: Sequence[int], seen: str
) -> list[StagedRow] | None:
    """Take the new rows, and those that look like others where somebody said that they are not.

    If the rows are not any more what was ``seen`` (:func:`seal_of`), nothing is taken, and they are
    returned as they are now.

    Raises:
        Conflict: the import was confirmed or discarded meanwhile.
    """
    now = app.clock.now
    with app.store.batch(PATIENCE) as store:
        inside, no = app.inside(store), brought.head.no
        kept, who = table(app, brought).rows, brought.who
        rows = judge(inside, brought.kind, kept, reading, who, now.date())
        if seal_of(app, rows) != seen:
            return rows
        if (head := store.head(no)) is None or head.state != STAGED:
            raise Conflict(no=no)
        ticked = [row for row in rows if row.verdict in ("known", "same") and row.line in again]
        more = [row.line for row in ticked if not row.answers.errors]
        lines = sorted([*more, *(row.line for row in rows if row.verdict == "new")])
        count = {"refused": sum(row.verdict == "refused" for row in rows)}
        count["left"] = len(rows) - len(lines) - count["refused"]
        event = Event(CONFIRMED, STAFF, now.isoformat(), {"lines": lines, "again": more, **count})
        head = head.followed(state=CONFIRMED, due=now.date().isoformat())
        sealed = {head.version: app.vault.seal(no, {"reading": [*reading]})}
        store.commit(Change(head, [event], sealed))
        finish(inside, no)
    return None


def seal_of(app: App, rows: Sequence[StagedRow]) -> str:
    """A stamp of what was shown, so that nothing else is confirmed than was seen."""
    return app.vault.stamp("import", [(row.line, row.verdict, row.once) for row in rows])


def finish(app: App, no: str) -> None:
    """Take the rows of a confirmed import that were not taken yet."""
    brought = find(app, no)
    if brought is None or brought.head.state != CONFIRMED:
        return
    lines, again = {*brought.decided["lines"]}, {*brought.decided["again"]}
    at = next(e.at for e in app.store.events(no) if e.kind == CONFIRMED)
    day = date.fromisoformat(at[:10])
    rows = judge(app, brought.kind, table(app, brought).rows, brought.reading, brought.who, day)
    late = [
        row.line
        for row in sorted(rows, key=partial(_later, app))
        if row.line in lines
        and not _take(app, brought, row, _own(app, no, row) if row.line in again else row.once)
    ]
    _end(app, brought.head, FINISHED, {"late": sorted(late)})


def _later(app: App, row: StagedRow) -> bool:
    """Whether a row is taken after others. Ratings of merged orders come first, because what the
    resident of the other one says may begin a new round of both."""
    no = row.answers.values.get("no")
    order = app.orders.find(no) if no else None
    return order is None or order.state != "merged"


def discard(app: App, head: Head) -> None:
    """Forget the rows of an import that nobody confirmed."""
    _end(app, head, DISCARDED, {})


def tick(app: App) -> None:
    """Take what was confirmed and not finished, and forget what nobody confirmed in a day."""
    for head in app.store.waiting(KIND, CONFIRMED):
        with suppress(Conflict):
            finish(app, head.no)
    for head in app.store.waiting(KIND, STAGED, until=app.clock.now.date().isoformat()):
        with suppress(Conflict):
            discard(app, head)


def _end(app: App, head: Head, state: str, data: Mapping[str, Any]) -> None:
    event = Event(state, STAFF, app.clock.now.isoformat(), data)
    app.store.commit(Change(head.followed(state=state, due=""), [event], erase=True))


def _own(app: App, no: str, row: StagedRow) -> str:
    return named(app, no, row.line)


def _take(app: App, brought: Import, row: StagedRow, once: str) -> bool:
    """Take a row, unless it was taken; whether it is there now."""
    once = once or _own(app, brought.head.no, row)
    if row.answers.errors:
        return False
    if app.store.filed(once):
        return True
    if brought.kind == "ratings":
        return _rate(app, brought, row, once)
    definition, answers, who = form(app, brought.kind), row.answers, brought.who
    begin: Callable[[str], Change]
    if brought.kind == "wishes":
        begin = lambda no: app.steps.begin(no, definition, answers, STAFF, {"who": who})  # noqa: E731
    elif brought.kind == "members":
        if person := judging.outside(app, answers):
            return _take_in(app, person, row, who, once)
        begin = app.volunteers.joined(definition, answers, STAFF, who=who)
    else:
        begin = app.volunteers.applied(definition, answers, STAFF, who=who)
    begin_once(app.store, app.below, begin, once)
    return True


def _take_in(app: App, person: Person, row: StagedRow, who: str, once: str) -> bool:
    """Take somebody into a team who signed up or left before, with what they have not answered."""
    added = judging.added(person, row.answers)
    try:
        app.volunteers.take_in(person.head, added, row.answers.values["team"], who, once)
    except (Refused, Conflict):
        return False
    return True


def _rate(app: App, brought: Import, row: StagedRow, once: str) -> bool:
    order = app.orders.find(row.answers.values["no"])
    if order is None:
        return False
    try:
        definition, more = form(app, brought.kind), {"who": brought.who}
        app.steps.take(order, "rated", STAFF, definition, row.answers, more, once=once)
    except (Refused, Conflict):
        return False
    return True
