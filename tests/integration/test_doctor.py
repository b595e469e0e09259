"""What is derived can be made again from the histories, and agrees with them."""

import sqlite3
from pathlib import Path

import pytest

from functions import demo, doctor, ledger, people
from functions.app import App

KEPT = ("heads", "marks", "tallies")


@pytest.fixture
def filled(app: App) -> App:
    demo.fill(app, 40)
    return app


def derived(file: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(file) as db:
        return {
            table: sorted(
                row
                for row in db.execute(f"SELECT * FROM {table}")  # noqa: S608
                if doctor.KIND not in row and (table == "marks" or row[-1] != 0)
            )
            for table in KEPT
        }


def test_a_store_that_was_only_written_by_the_functions_is_healthy(filled: App) -> None:
    found = doctor.examine(filled)
    assert found.healthy
    assert found.histories == 40 + len([*filled.store.numbers(people.KIND)])


def test_all_that_is_derived_is_made_again_from_the_histories(filled: App, tmp_path: Path) -> None:
    file = tmp_path / "wudan.db"
    before = derived(file)
    with sqlite3.connect(file) as db:  # As a version of before these existed would have left it.
        db.executescript(
            "UPDATE heads SET marks = '[]', due = '', owner = '', data = '{}';"
            "DELETE FROM marks WHERE mark != ''; DELETE FROM tallies;"
        )
    found = doctor.examine(filled)
    assert len(found.heads) == found.histories
    assert found.counters
    doctor.mend(filled, found)
    assert doctor.examine(filled).healthy
    assert derived(file) == before
    assert [event.kind for event in filled.store.events(doctor.KIND)]


def test_one_counter_that_is_wrong_is_named(filled: App, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "wudan.db") as db:
        db.execute(
            "UPDATE tallies SET stands = stands + 3 WHERE name = 'all wishes' AND month = '2026-11'"
        )
    assert doctor.examine(filled).counters == {("2026-11", "all wishes"): -3}


def test_a_history_that_could_not_have_happened_is_named_and_left_alone(
    filled: App, tmp_path: Path
) -> None:
    no = next(iter(filled.store.numbers(ledger.KIND)))
    with sqlite3.connect(tmp_path / "wudan.db") as db:
        (head,) = db.execute("SELECT id FROM heads WHERE no = ?", (no,)).fetchone()
        db.execute("UPDATE events SET kind = 'rated' WHERE head = ? AND seq = 1", (head,))
    found = doctor.examine(filled)
    assert found.impossible == [no]
    doctor.mend(filled, found)
    assert filled.store.head(no)
