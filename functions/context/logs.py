"""What an operator reads about requests and errors, which is nothing that people typed.

Messages of exceptions quote values (``KeyError: '13812345678'``; SQLite quotes a text that it
cannot decode), so the log has none of them. It names an error by its type, the line of code that
raised it, and its code: one of ours, of the engine or of the system.
"""

import errno
import logging
import secrets
import time
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from functions.errors import WudanError

ERRORS = logging.getLogger("wudan.errors")
REQUESTS = logging.getLogger("wudan.requests")

MOST_LINES = 100
"""Lines of one level in a second; strangers could fill the disk with more."""
AGAIN = 60.0
"""Seconds for which one traceback stands for all errors of its kind."""


def configure(requests: bool = False) -> None:
    """Write warnings and errors to stderr, a line each, and with ``requests`` also each request.
    Nobody calls this on Lambda, whose runtime adds the time and keeps the lines."""
    handler = _Limited()
    handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    REQUESTS.setLevel(logging.INFO if requests else logging.WARNING)


def failure(error: BaseException, what: str) -> str:
    """Log that ``what`` failed, and return the number by which to find the line."""
    no = secrets.token_hex(3).upper()
    ERRORS.error("%s %s: %s", no, what, _journal.text(error))
    return no


def kind(error: BaseException) -> str:
    """The type and code of an error, and the line that raised it."""
    return f"{_name(error)} at {_place(error)}"


class Journal:
    """Describes an error with its traceback, but each kind only once a minute and otherwise in one
    line, so that an error that comes back a thousand times does not fill the disk."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._written: dict[str, float] = {}

    def text(self, error: BaseException) -> str:
        """What the log says about an error."""
        now, what = self._clock(), kind(error)
        self._written = {k: at for k, at in self._written.items() if now - at < AGAIN}
        if what in self._written:
            return what
        self._written[what] = now
        return f"{what}\n{_in_full(error)}"


_journal = Journal()


class _Limited(logging.StreamHandler[TextIO]):
    """Writes to stderr, of each level so many lines a second at most, and how many it left out."""

    def __init__(self) -> None:
        super().__init__()
        self._second, self._lines = 0, Counter[int]()

    def emit(self, record: logging.LogRecord) -> None:
        if int(record.created) != self._second:
            left = sum(max(0, lines - MOST_LINES) for lines in self._lines.values())
            self._second, self._lines = int(record.created), Counter()
            if left:
                text = f"{left} lines were left out"
                notice = {"levelno": logging.WARNING, "levelname": "WARNING", "msg": text}
                super().emit(logging.makeLogRecord(notice | {"created": record.created}))
        self._lines[record.levelno] += 1
        if self._lines[record.levelno] <= MOST_LINES:
            super().emit(record)


class _Lines(logging.Formatter):
    """Lines with the machine's time and zone; exceptions of libraries without their messages."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="seconds")

    def formatException(self, ei: object) -> str:  # noqa: N802
        error = ei[1] if isinstance(ei, tuple) else None
        return _in_full(error) if error else ""


def _in_full(error: BaseException) -> str:
    """The tracebacks of an error and of those that caused it, the first cause first."""
    chain: list[BaseException] = []
    each: BaseException | None = error
    while each and not any(each is other for other in chain):
        chain.insert(0, each)
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return "\n".join("".join(traceback.format_tb(e.__traceback__)) + _name(e) for e in chain)


def _name(error: BaseException) -> str:
    """The type of an error, and its code where it has one."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    code = getattr(error, "sqlite_errorname", "")
    if isinstance(error, OSError) and error.errno:
        code = errno.errorcode.get(error.errno, str(error.errno))
    if isinstance(error, WudanError):
        code = error.code
    response = getattr(error, "response", None)  # As botocore.exceptions.ClientError has it.
    if isinstance(response, dict):
        code = response.get("Error", {}).get("Code", "")
    return f"{name} ({code})" if code else name


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "?"
