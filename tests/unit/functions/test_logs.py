"""What the log has of an error: enough to find it, and nothing that somebody typed."""

import logging
import sqlite3
from pathlib import Path

import pytest

from functions.context import logs
from tests.support.community import Clock

PHONE = "13812345678"


def raised(act: object) -> BaseException:
    assert callable(act)
    try:
        act()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def quoting() -> None:
    try:
        _ = dict[str, str]()[PHONE]
    except KeyError as error:
        raise ValueError(f"no such phone: {PHONE}") from error


def test_an_error_is_told_by_type_and_place_and_never_by_its_message() -> None:
    told = logs.Journal().text(raised(quoting))
    assert PHONE not in told
    assert told.startswith("ValueError at test_logs.py:")
    assert "KeyError\n" in told
    assert "in quoting" in told


def test_the_code_of_an_engine_or_the_system_is_told() -> None:
    with sqlite3.connect(":memory:") as db:
        db.execute("PRAGMA query_only = 1")
        error = raised(lambda: db.execute("CREATE TABLE t (a)"))
    db.close()
    assert "sqlite3.OperationalError (SQLITE_READONLY)" in logs.Journal().text(error)
    assert "FileNotFoundError (ENOENT)" in logs.Journal().text(raised(Path("/no/such").stat))


def test_a_kind_of_error_is_told_in_full_once_a_minute_and_in_a_line_between(
    clock: Clock,
) -> None:
    journal = logs.Journal(lambda: clock.now.timestamp())
    told = []
    for _ in range(1000):
        told.append(journal.text(raised(quoting)))
        clock.forward(milliseconds=50)
    assert "Traceback" not in told[1]
    assert ["\n" in each for each in told] == [True] + [False] * 999
    clock.forward(seconds=20)
    assert "\n" in journal.text(raised(quoting))
    assert "\n" in journal.text(raised(lambda: 1 / 0))


def test_libraries_exceptions_lose_their_messages_and_lines_have_a_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    level = logging.getLogger().level
    try:
        logs.configure()
        logging.getLogger("library").error("went wrong", exc_info=raised(quoting))
        logs.REQUESTS.info("GET /wish/ 200 3 ms")
    finally:
        logging.getLogger().setLevel(level)
    written = capsys.readouterr().err
    assert PHONE not in written
    assert "ERROR went wrong" in written
    assert written[:2] == "20"
    assert "/wish/" not in written


def test_a_flood_of_lines_is_cut_short_and_says_by_how_much(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = logs._Limited()
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))

    def say(level: int, text: str, second: float) -> None:
        record = logging.makeLogRecord(
            {"levelno": level, "levelname": logging.getLevelName(level), "msg": text}
        )
        record.created = second
        handler.emit(record)

    for number in range(5000):
        say(logging.ERROR, f"Too many open files {number}", 7.5)
    say(logging.INFO, "GET / 200", 7.9)
    say(logging.ERROR, "later", 9.1)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == logs.MOST_LINES + 3
    assert lines[-3:] == [
        "INFO GET / 200",
        f"WARNING {5000 - logs.MOST_LINES} lines were left out",
        "ERROR later",
    ]
