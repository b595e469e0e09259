"""What an operator reads of requests and errors: when, where, what; never what people typed.

Messages of exceptions quote values (``KeyError: '13812345678'``; SQLite quotes a text that it
cannot decode), so none is written. An error is told by its type, by the line of code where it
arose, and by the code that an engine or the system gave it.
"""

import errno
import logging
import secrets
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime

ERRORS = logging.getLogger("wudan.errors")
REQUESTS = logging.getLogger("wudan.requests")

AGAIN = 60.0
"""Seconds for which a traceback stands for all errors of its kind."""


def configure(requests: bool = False) -> None:
    """Write warnings and errors to stderr, a line each; a line for each request if asked for.

    On Lambda nobody calls this: the runtime adds the time and keeps what is written.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    REQUESTS.setLevel(logging.INFO if requests else logging.WARNING)


def failure(error: BaseException, what: str) -> str:
    """Write down that ``what`` failed, and return the number by which the line is found."""
    no = secrets.token_hex(3).upper()
    ERRORS.error("%s %s: %s", no, what, _journal.told(error))
    return no


def kind(error: BaseException) -> str:
    """Of what type an error is, and where it arose."""
    return f"{_name(error)} at {_place(error)}"


class Journal:
    """Tells an error with its traceback, but each kind once a minute and in one line between, so
    that an error that comes back a thousand times does not fill the disk."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._told: dict[str, float] = {}

    def told(self, error: BaseException) -> str:
        """What the log says of it."""
        now, what = self._clock(), kind(error)
        self._told = {k: at for k, at in self._told.items() if now - at < AGAIN}
        if what in self._told:
            return what
        self._told[what] = now
        return f"{what}\n{_in_full(error)}"


_journal = Journal()


class _Lines(logging.Formatter):
    """Lines with the machine's time and zone; exceptions of libraries without their messages."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="seconds")

    def formatException(self, ei: object) -> str:  # noqa: N802
        error = ei[1] if isinstance(ei, tuple) else None
        return _in_full(error) if error else ""


def _in_full(error: BaseException) -> str:
    """The traceback of an error and of those that led to it, the first of them first."""
    parts = [
        "".join(traceback.format_tb(each.__traceback__)) + _name(each) for each in _chain(error)
    ]
    return "\n".join(reversed(parts))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _name(error: BaseException) -> str:
    """Its type, and the code that says more where there is one."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    code = getattr(error, "sqlite_errorname", "")
    if isinstance(error, OSError) and error.errno:
        code = errno.errorcode.get(error.errno, str(error.errno))
    if type(error).__module__.startswith("functions."):
        code = getattr(
            error, "code", ""
        )  # Of our own errors, whose codes are words of the program.
    response = getattr(error, "response", None)  # As botocore.exceptions.ClientError has it.
    if isinstance(response, dict):
        code = response.get("Error", {}).get("Code", "")
    return f"{name} ({code})" if code else name


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "?"
