"""Stores that earlier versions of the program wrote open, and those of later ones are refused.

``tests/stores`` has one of each version, as SQL: four wishes and an account, and in its first
line the addresses that residents were led to.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from functions.app import App
from functions.errors import Unusable
from functions.ops import consistency
from functions.orders import repository
from functions.people.accounts import Accounts
from functions.storage.connect import connect
from functions.storage.sqlite import schema
from tests.support.client import Client
from tests.support.servers import PRODUCT

STORES = sorted(PRODUCT.glob("tests/stores/*.sql"))
SECRET = b"0123456789abcdef" * 4

Open = Callable[[], App]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "wudan.db"


@pytest.fixture
def opened(bundle: Path, file: Path, clock: Callable[[], datetime]) -> Open:
    return lambda: App(bundle, lambda: connect(f"sqlite:{file}"), SECRET, clock)


def write(store: Path, file: Path) -> list[str]:
    """Make the store, and return the residents' addresses."""
    script = store.read_text()
    with closing(sqlite3.connect(file)) as db:
        db.executescript(script)
    return script.splitlines()[0].split()[1:]


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.stem)
def test_a_store_of_an_earlier_version_opens_with_all_that_was_in_it(
    store: Path, file: Path, opened: Open
) -> None:
    addresses = write(store, file)
    app = opened()
    assert [Client(app).get(address).status for address in addresses] == [200] * 4
    heads = app.store.find(repository.KIND)
    names = {app.personal.contact(head.no)["name"] for head in heads}
    assert names == {"李0", "李1", "李2", "李3"}
    assert {len(app.store.submissions(head.no)) for head in heads} == {1}
    assert [head.data["name"] for head in Accounts(app.store, app.clock).everybody()] == [
        "王芳"
    ] or "2" in store.stem
    found = consistency.examine(app)
    if not found.healthy:
        consistency.mend(app)
    assert consistency.examine(app).healthy


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.stem)
def test_a_copy_is_made_before_a_store_is_brought_to_a_newer_version(
    store: Path, file: Path, opened: Open
) -> None:
    write(store, file)
    with closing(sqlite3.connect(file)) as db:
        before = sorted(db.iterdump())
    app = opened()
    assert app.store.find(repository.KIND) or "2" in store.stem
    (copy,) = file.parent.glob(f"wudan-{store.stem}-*.db")
    with closing(sqlite3.connect(copy)) as db:
        assert sorted(db.iterdump()) == before
    assert copy.stat().st_mode & 0o077 == 0
    opened().store.close()
    assert [*file.parent.glob("wudan-*.db")] == [copy]


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.stem)
def test_a_store_that_an_older_program_has_open_is_not_brought_to_a_newer_version(
    store: Path, file: Path, opened: Open
) -> None:
    write(store, file)
    with closing(sqlite3.connect(file)) as older:
        older.execute("PRAGMA journal_mode = WAL")
        older.execute("SELECT count(*) FROM heads").fetchone()
        with pytest.raises(Unusable) as refused:
            _ = opened().store
        assert refused.value.code == "in_use"
    assert len([*opened().store.numbers(repository.KIND)]) == 4 or "2" in store.stem


def test_each_version_has_one_file_named_by_its_number() -> None:
    numbers = [int(file.name.partition("_")[0]) for file in schema.MIGRATIONS]
    assert numbers == [*range(1, schema.NEWEST + 1)]


def test_a_store_of_a_newer_version_is_refused_and_left_alone(file: Path, opened: Open) -> None:
    opened().store.close()
    with closing(sqlite3.connect(file)) as db:
        db.execute(f"PRAGMA user_version = {schema.NEWEST + 1}")
    before = file.read_bytes()
    with pytest.raises(Unusable) as refused:
        _ = opened().store
    assert refused.value.code == "store_newer"
    assert file.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_alone(file: Path, opened: Open) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("CREATE TABLE letters (text)")
    with pytest.raises(Unusable) as refused:
        _ = opened().store
    assert refused.value.code == "store_unknown"
    with closing(sqlite3.connect(file)) as db:
        assert [name for (name,) in db.execute("SELECT name FROM sqlite_master")] == ["letters"]
