"""What can be wrong with content, as values that carry what a message needs."""

from collections.abc import Iterable
from typing import NamedTuple


class WudanError(Exception):
    """Root of the errors that are the caller's to mend; ``str()`` is a sentence for staff."""


class Problem(NamedTuple):
    """One thing to mend: where it is (``line`` and ``column`` count from 1), what, and how."""

    file: str
    line: int
    column: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}{self.mend}"


class ContentError(WudanError):
    """All problems of a run, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))
