"""A list of Excel as content: the positions of a fair, or a file for each row."""

import re
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

from functions.errors import Wrong
from functions.forms import columns, spreadsheet
from functions.forms.columns import Sheet
from generator.content import job_fairs, models
from generator.content.kinds import folder
from generator.content.reading import yaml_source
from generator.content.reading.check import check, fields, nearest, shapes
from generator.content.reading.codec import Part
from generator.content.reading.yaml_source import Document
from generator.content.schemas import Texts
from generator.intake.drafting import Import, Left, planned, spelled
from generator.intake.file_names import file_name
from generator.operator_messages import BOOLEANS, EXPLAINED, REQUIRED, UNDECIDED

TABLES: dict[str, type[Part]] = {
    "team": models.Team,
    "service": models.Service,
    "partner": models.Partner,
    "fair": job_fairs.Position,
}
"""What a row is, by the name of each kind of list."""
ASIDE = ("slug", "sample", *models.Item.__struct_fields__)
"""Keys that no list has a column for."""
SEPARATORS = re.compile(r"[、，,；;\n]+")
"""What stands between several things in one cell."""


class Column(NamedTuple):
    """A key that a list may have a column for: what the column is called, and what to write."""

    key: str
    title: str
    text: str
    required: bool
    type: Any


def expected(kind: str, texts: Texts) -> list[Column]:
    """The columns of such a list."""
    model = TABLES[kind]
    known = texts[model.__name__]
    return [
        Column(name, known[name][0], known[name][1], field.required, field.type)
        for name, field in fields(model).items()
        if name not in ASIDE and name in known
    ]


def template(kind: str, texts: Texts) -> IO[bytes]:
    """A workbook to fill in, and to print: a sheet with the columns, and one that explains them."""
    described = expected(kind, texts)
    heads = [each.title for each in described]
    explanations = [
        [each.title, each.text, REQUIRED if each.required else ""] for each in described
    ]
    title, *explained = EXPLAINED
    return spreadsheet.xlsx(kind, heads, [], **{title: [explained, *explanations]})


def plan(root: Path, kind: str, raw: bytes, called: str, today: date, texts: Texts) -> Import:
    """What a list becomes; the positions of a fair one file, of this title.

    Raises:
        Wrong: it cannot be read, has no such rows, or lacks a column (``columns``).
        WudanError: there is a fair of this name already.
    """
    described = expected(kind, texts)
    known = {each.key: [each.title, each.key] for each in described}
    sheet = columns.table(spreadsheet.read(raw, known), known)
    places, _ = columns.guess(sheet.heads, known)
    lacking = [each.title for each in described if each.required and each.key not in places]
    if lacking:
        raise Wrong("columns", names="、".join(lacking))
    rows = _Rows(root, kind, {each.key: each for each in described}, places)
    left = rows.unread(sheet)
    found = {line: entry for line, cells in sheet.rows if (entry := rows.entry(line, cells))}
    made = partial(_fair, called, today) if kind == "fair" else rows.files
    files = made(found) if found else {}
    return planned(root, files, sorted([*left, *rows.left], key=lambda each: _line(each.where)))


def _line(where: str) -> int:
    return int(where) if where.isdigit() else 0


def _fair(title: str, today: date, found: Mapping[int, dict[str, Any]]) -> dict[str, bytes]:
    name = file_name(title) or f"fair-{today}"
    head = {"title": title, "draft": "true", "date": today.isoformat()}
    entry = {**head, "place": UNDECIDED, "positions": [*found.values()]}
    return {f"content/fairs/{name}.yaml": spelled("fairs", entry)}


class _Rows:
    """Reads the rows of a list, and collects what cannot be taken along."""

    def __init__(
        self, root: Path, kind: str, described: Mapping[str, Column], places: Mapping[str, int]
    ):
        self.left: list[Left] = []
        self._root, self._model = root, TABLES[kind]
        self._described, self._places = described, places
        self._teams = _teams(root) if "teams" in described else {}

    def unread(self, sheet: Sheet) -> list[Left]:
        """The columns that nobody asked for, and the rows that hold a sum or a remark."""
        taken = {*self._places.values()}
        heads = [(at, head) for at, head in enumerate(sheet.heads) if head and at not in taken]
        filled = {at for _, cells in sheet.rows for at, cell in enumerate(cells) if cell}
        unknown = [Left("", "column", {"name": head}) for at, head in heads if at in filled]
        return unknown + [Left(str(line), "aside", {}) for line in sheet.aside]

    def entry(self, line: int, cells: list[str]) -> dict[str, Any] | None:
        """A row as a file would say it; None, and a note, if that would be wrong."""
        texts = columns.texts(cells, columns.Reading(self._places, {}))
        data = {key: self._value(key, text) for key, text in texts.items()}
        if not data:
            self.left.append(Left(str(line), "empty_row", {}))
            return None
        document = Document("", data)
        given = {"slug": "x"} if "slug" in fields(self._model) else {}
        check(document, self._model, given, self._refer)
        for problem in document.problems:
            self.left.append(
                Left(str(line), "wrong", {"what": self._titled(problem.what), "mend": problem.mend})
            )
        return (
            None
            if document.problems
            else {key: data[key] for key in self._described if key in data}
        )

    def files(self, found: Mapping[int, dict[str, Any]]) -> dict[str, bytes]:
        """A file for each, but where one of that name is there already."""
        files: dict[str, bytes] = {}
        where = folder(self._model)
        for line, entry in found.items():
            path = f"content/{where}/{file_name(entry['name'])}.yaml"
            if path in files or (self._root / path).exists():
                self.left.append(Left(str(line), "there", {"name": entry["name"], "path": path}))
            elif path.endswith("/.yaml"):
                self.left.append(Left(str(line), "nameless", {"name": entry["name"]}))
            else:
                files[path] = spelled(where, entry)
        return files

    def _value(self, key: str, text: str) -> Any:
        kind = shapes(self._described[key].type)[0]
        if kind is bool:
            return BOOLEANS.get(text, text)
        if getattr(kind, "__origin__", None) is tuple:
            parts = [part.strip() for part in SEPARATORS.split(text) if part.strip()]
            return [self._teams.get(part, part) for part in parts] if key == "teams" else parts
        return text

    def _titled(self, what: str) -> str:
        """A sentence with what people call keys in place of the keys."""
        for key, column in self._described.items():
            what = what.replace(f"“{key}”", f"“{column.title}”")
        return what

    def _refer(self, to: str, name: str) -> tuple[str, str] | None:
        if to == "teams" and name not in self._teams.values():
            return "unknown_team", nearest(name, self._teams)
        return None


def _teams(root: Path) -> dict[str, str]:
    """The names of the teams' files by what the teams are called."""
    found = {}
    for path in sorted((root / "content/teams").glob("*.yaml")):
        document = Document(path.name)
        yaml_source.read(str(path), document)
        found[str((document.data or {}).get("name", ""))] = path.stem
    return found
