"""What a store, a backup or an export writes, only its owner can read, whatever the umask is."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.app import App
from functions.ops import backup
from functions.storage import opening
from functions.storage.sqlite import SQLite
from tests.support.client import Client
from tests.support.orders import Desk, wish

RULE = backup.Rule(7, 5, 12)


@pytest.fixture(autouse=True, params=[0o000, 0o022, 0o077])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """How a folder and all that is in it may be used, by path."""
    return {
        str(path.relative_to(folder.parent)): oct(path.stat().st_mode & 0o777)
        for path in (folder, *folder.rglob("*"))
    }


def assert_private(folder: Path) -> None:
    for name, mode in modes(folder).items():
        is_folder = (folder.parent / name).is_dir()
        assert (name, mode) == (name, "0o700" if is_folder else "0o600")


def filed(folder: Path, bundle: Path) -> App:
    address = f"sqlite:{folder}/wudan.db"
    secret = opening.secret_for(address, "")
    app = App(bundle, lambda: SQLite(folder / "wudan.db"), secret)
    wish(Client(app))
    return app


@pytest.mark.slow
def test_a_new_store_with_its_secret_lock_and_logs_is_private(tmp_path: Path, bundle: Path) -> None:
    app = filed(tmp_path / "var", bundle)
    Desk(Client(app)).post("/desk/sheets/orders.xlsx", {})
    assert {"var/wudan.db", "var/wudan.db-wal", "var/secret", "var/wudan.lock"} <= {
        *modes(tmp_path / "var")
    }
    assert_private(tmp_path / "var")
    app.close()


def test_backups_and_what_is_restored_from_them_are_private(tmp_path: Path, bundle: Path) -> None:
    app = filed(tmp_path / "var", bundle)
    made = backup.make(app, tmp_path / "copies", RULE)
    app.close()
    backup.restore(made.file, f"sqlite:{tmp_path}/var/wudan.db", "", app.clock.now)
    assert_private(tmp_path / "copies")
    assert_private(tmp_path / "var")


def test_a_store_that_everybody_could_read_is_closed_when_it_is_opened(
    tmp_path: Path, bundle: Path
) -> None:
    app = filed(tmp_path / "var", bundle)
    for file in (tmp_path / "var").iterdir():
        file.chmod(0o644 if file.name.startswith("wudan.db") else 0o600)
    store = SQLite(tmp_path / "var/wudan.db")
    assert_private(tmp_path / "var")
    store.close()
    app.close()
