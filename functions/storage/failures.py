"""What an error of a write means, whatever the engine.

Only some errors prove that nothing was written. After all others, such as an answer lost on the
network or a failing disk, the data may be there or not, and nobody must be told that it is not.
"""

import errno

from functions.errors import Busy, Conflict, Full, Unusable

BUSY, UNWRITABLE = "busy", "unwritable"

SQLITE = {
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
    "SQLITE_FULL": UNWRITABLE,
    "SQLITE_READONLY": UNWRITABLE,
    "SQLITE_CANTOPEN": UNWRITABLE,
    "SQLITE_IOERR_WRITE": UNWRITABLE,
}
"""Errors (https://www.sqlite.org/rescode.html) after which a transaction is undone for certain. It
takes effect with the last page that it writes to the log, so one that could not be written whole
never does. ``SQLITE_IOERR_FSYNC`` is missing here, because all pages may be there."""
SYSTEM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def unwritten(error: BaseException) -> str:
    """``busy`` or ``unwritable`` where the error says that nothing was written; else nothing."""
    if isinstance(error, Busy | Conflict | Full):
        return BUSY
    if isinstance(error, Unusable) or (isinstance(error, OSError) and error.errno in SYSTEM):
        return UNWRITABLE
    if _engine(error) == "sqlite3":
        name = getattr(error, "sqlite_errorname", "")
        return next((code for known, code in SQLITE.items() if name.startswith(known)), "")
    # With DynamoDB nothing is certain: botocore tries again by itself, and the answer to an earlier
    # try may have been lost.
    return ""


def locked(error: BaseException) -> bool:
    """Whether somebody else is writing, so that another try in a moment may succeed."""
    return isinstance(error, Busy) or (_engine(error) == "sqlite3" and unwritten(error) == BUSY)


def of_store(error: BaseException) -> bool:
    """Whether the store failed, not the program."""
    return bool(unwritten(error)) or _engine(error) in ("sqlite3", "botocore")


def _engine(error: BaseException) -> str:
    """The library of an error, or of one of its base classes. Compared by name, because neither
    library is loaded where the other is in use."""
    modules = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    return next((engine for engine in ("sqlite3", "botocore") if engine in modules), "")
