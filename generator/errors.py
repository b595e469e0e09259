"""What can be wrong with content, as values that carry what a message needs."""

import errno
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from functions import errors


class WudanError(errors.WudanError):
    """Root of the errors that are the caller's to mend. Their text is the sentence for staff."""

    def __init__(self, sentence: str):
        super().__init__()
        self.args = (sentence,)


class Problem(NamedTuple):
    """One thing to mend: where it is (``line`` and ``column`` count from 1), what, and how.
    ``place`` is the path of keys and indexes to the value, if it is about one."""

    file: str
    line: int
    column: int
    what: str
    mend: str
    place: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}{self.mend}"


class ContentError(WudanError):
    """All problems of a run, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(sorted(set(problems), key=lambda each: each[:5]))
        super().__init__("\n".join(map(str, self.problems)))


class DiskError(WudanError):
    """The system could not read or write a file: the disk is full, or the folder is read-only."""

    def __init__(self, error: OSError | sqlite3.Error):
        number = getattr(error, "errno", None)
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or code == sqlite3.SQLITE_FULL:
            mend = "磁盘满了，请腾出地方。"
        elif number in (errno.EACCES, errno.EPERM, errno.EROFS) or code in (
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_PERM,
        ):
            mend = "没有权限，请检查文件夹的权限，或磁盘是不是只读。"
        else:
            mend = "请检查磁盘和文件夹。"
        super().__init__(
            f"有文件读写不了（{error}）。{mend}再运行一次就会接着做；已有的页面都是完整的。"
        )
