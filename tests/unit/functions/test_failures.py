"""Which errors say that nothing was written."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from functions.errors import Busy, Conflict, Full, Unfinished
from functions.storage.failures import locked, of_store, unwritten
from functions.storage.sqlite import SQLite


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "a.db", timeout=0, isolation_level=None)) as db:
        db.execute("CREATE TABLE t (a)")
        yield db


def raised(db: sqlite3.Connection, statement: str) -> sqlite3.Error:
    with pytest.raises(sqlite3.Error) as caught:
        db.execute(statement)
    return caught.value


def test_a_lock_a_full_disk_and_a_read_only_one_keep_everything_from_being_written(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert unwritten(raised(db, "BEGIN IMMEDIATE")) == "busy"
    db.execute("PRAGMA max_page_count = 3")
    assert unwritten(raised(db, "INSERT INTO t VALUES (randomblob(100000))")) == "unwritable"
    db.execute("PRAGMA query_only = 1")
    assert unwritten(raised(db, "INSERT INTO t VALUES (1)")) == "unwritable"
    with pytest.raises(sqlite3.Error) as missing:
        sqlite3.connect(tmp_path / "no" / "b.db")
    assert unwritten(missing.value) == "unwritable"
    assert unwritten(OSError(errno.ENOSPC, "full")) == "unwritable"


def test_a_thread_that_does_not_come_to_an_end_is_waited_for_in_vain(tmp_path: Path) -> None:
    store = SQLite(tmp_path / "wudan.db")
    with store.batch(), pytest.raises(Busy) as caught, store.batch():
        pass
    assert (unwritten(caught.value), locked(caught.value)) == ("busy", True)


def test_who_was_refused_has_written_nothing_and_need_not_be_tried_again() -> None:
    for error in (Conflict(), Full()):
        assert (unwritten(error), locked(error)) == ("busy", False)


def test_a_failed_write_leaves_nothing_but_a_failed_sync_may() -> None:
    for name, code in (("SQLITE_IOERR_WRITE", "unwritable"), ("SQLITE_IOERR_FSYNC", "")):
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = name
        assert (unwritten(error), of_store(error)) == (code, True)


def test_of_all_other_errors_nobody_knows(db: sqlite3.Connection) -> None:
    throttled = ClientError({"Error": {"Code": "ThrottlingException"}}, "TransactWriteItems")
    lost = ReadTimeoutError(endpoint_url="https://dynamodb")
    for error in (throttled, lost, raised(db, "SELECT nothing")):
        assert (unwritten(error), of_store(error)) == ("", True)
    for other in (KeyError("a"), Unfinished(), OSError(errno.EIO, "broken")):
        assert (unwritten(other), of_store(other)) == ("", False)
