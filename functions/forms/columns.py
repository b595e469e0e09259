"""Which column of a table answers which question: found by the words in its heading."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from functions.forms.definition import Form
from functions.forms.kinds import KINDS

Rows = list[tuple[int, list[str]]]
"""Rows of a sheet, each with its number in the sheet, and its cells as somebody would have typed
them."""
MOST_TITLES = 10
"""How many rows at most are looked through for the heading."""
ASIDE = re.compile(r"[合总小共]\s*计|(填表|填报|制表|审核|备注|说明)[^：:]*[：:]|注[：:]")
"""How a row begins that is none of the table's: a sum, or who filled it in."""
Titles = Mapping[str, Sequence[str]]
"""What the column of each question may be called: its label, its short name, other names."""


class Sheet(NamedTuple):
    """The heading of a sheet, and the rows below it; ``aside`` are the numbers of those that hold a
    sum or a remark."""

    heads: list[str]
    rows: Rows
    aside: Sequence[int] = ()


class Reading(NamedTuple):
    """How a table is read: the column of each question, and what stands for every row."""

    columns: Mapping[str, int]
    always: Mapping[str, str]

    def missing(self, form: Form) -> list[str]:
        """The labels of the questions that have to be answered, and are answered by neither."""
        known = {*self.columns, *self.always}
        return [f["label"] for f in form["fields"] if f["required"] and f["name"] not in known]


def names(form: Form, called: Titles) -> dict[str, list[str]]:
    """What the columns of a form may be called; ``called`` are words for people who keep lists."""
    return {f["name"]: [f["label"], *called.get(f["name"], ())] for f in form["fields"]}


def heading(rows: Rows, known: Titles) -> tuple[int, int]:
    """Where the heading of a sheet is, and how many names of columns are in it: the row, among the
    first, with most of them."""
    words = {_core(name) for each in known.values() for name in each}
    counts = [len(words & {_core(cell) for cell in row if cell}) for _, row in rows[:MOST_TITLES]]
    return counts.index(max(counts)), max(counts)


def table(rows: Rows, known: Titles) -> Sheet:
    """The table in a sheet. A title may stand above its heading."""
    at, _ = heading(rows, known)
    below = rows[at + 1 :]
    aside = [line for line, cells in below if ASIDE.match(next(filter(None, cells), ""))]
    return Sheet(rows[at][1], [row for row in below if row[0] not in aside], aside)


def guess(heads: Sequence[str], known: Titles) -> tuple[dict[str, int], bool]:
    """The column of each question, as far as its heading tells, and whether all of them say it in
    the question's own words or its short name, so that nobody has to be asked. Of two columns with
    one heading the last counts, because exports have questions after everything else."""
    places = {_core(head): column for column, head in enumerate(heads) if head}
    found: dict[str, int] = {}
    sure = True
    for name, words in known.items():
        ranks = [rank for rank, word in enumerate(words) if _core(word) in places]
        column = places[_core(words[ranks[0]])] if ranks else -1
        if ranks and column not in found.values():
            found[name] = column
            sure = sure and ranks[0] < 2
    return found, sure


def answers(form: Form, rows: Rows, reading: Reading) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """The rows as answers to a form. What stands in a column is what a kind's
    :meth:`~functions.forms.kinds.kind.Kind.typed` reads. A row without any answer of its own, such
    as a sum or a date at the end, is left out."""
    fields = {field["name"]: field for field in form["fields"]}
    for line, cells in rows:
        found = {
            name: KINDS[fields[name]["kind"]].typed(fields[name], text)
            for name, text in texts(cells, reading).items()
            if name in fields
        }
        if found:
            yield line, {**{name: [value] for name, value in reading.always.items()}, **found}


def texts(cells: Sequence[str], reading: Reading) -> dict[str, str]:
    """What stands in a row, by question."""
    return {
        name: cells[column]
        for name, column in reading.columns.items()
        if column < len(cells) and cells[column]
    }


def _core(head: str) -> str:
    """A heading without what people write differently each time."""
    return re.sub(r"[^\w]", "", head)
