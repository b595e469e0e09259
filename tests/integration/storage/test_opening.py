"""A store is opened with its own secret or not at all, and nothing is made anew beside what is
there."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from functions import app
from functions.errors import Unusable
from functions.storage import opening
from functions.storage.connect import connect
from functions.storage.vault import Vault
from generator.operator_messages import STORE
from tests.support.client import Client
from tests.support.commands import invoke
from tests.support.community import own_settings

READING = (["staff", "list"], ["staff", "add", "李雷"], ["demo"], ["backup"], ["secret", "rotate"])
"""Commands that read or write orders; a build reads them too, for its figures."""


@pytest.fixture(scope="module")
def begun(small_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = shutil.copytree(small_site, tmp_path_factory.mktemp("begun") / "root")
    with own_settings():
        assert run(root, "demo", "--orders", "3").exit_code == 0
        assert run(root, "staff", "add", "王芳").exit_code == 0
    return root


@pytest.fixture
def root(begun: Path, tmp_path: Path) -> Path:
    """A community with three orders and one account in its folder ``var``."""
    return shutil.copytree(begun, tmp_path / "root")


def run(root: Path, *command: str) -> Result:
    arguments = [*command, *([str(root.parent / "copies")] if command == ("backup",) else [])]
    app._app.cache_clear()  # Each command is a process of its own.
    data = [] if command == ("build",) else ["--data", str(root / "var")]
    return invoke(*arguments, "--root", root, *data)


def another_secret(var: Path) -> None:
    opening.write_secret(var / "secret", opening.new_line())


def altered_secret(var: Path) -> None:
    text = (var / "secret").read_text()
    opening.write_secret(var / "secret", f"{'1' if text[0] == '0' else '0'}{text[1:]}")


def another_database(var: Path) -> None:
    address = f"sqlite:{var.parent}/other/wudan.db"
    vault = Vault(opening.secret_for(address, ""))
    other = connect(address)
    opening.pair(other, vault)
    other.close()
    shutil.copy(var.parent / "other/wudan.db", var / "wudan.db")


def text_for_a_database(var: Path) -> None:
    (var / "wudan.db").write_text("不是数据库" * 1000)


def half_a_database(var: Path) -> None:
    whole = (var / "wudan.db").read_bytes()
    (var / "wudan.db").write_bytes(whole[: len(whole) // 2])


BREAKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing secret": (lambda var: (var / "secret").unlink(), "secret_missing"),
    "empty secret": (lambda var: (var / "secret").write_text(""), "secret_missing"),
    "short secret": (lambda var: (var / "secret").write_text("0123456789"), "secret_short"),
    "foreign secret": (another_secret, "secret_foreign"),
    "altered secret": (altered_secret, "secret_foreign"),
    "missing database": (lambda var: (var / "wudan.db").unlink(), "store_missing"),
    "empty database": (lambda var: (var / "wudan.db").write_bytes(b""), "store_empty"),
    "foreign database": (another_database, "secret_foreign"),
    "text for a database": (text_for_a_database, "store_damaged"),
    "half a database": (half_a_database, "store_damaged"),
}


@pytest.mark.parametrize(("damage", "code"), BREAKS.values(), ids=BREAKS)
def test_every_command_that_reads_orders_says_what_is_wrong_and_changes_nothing(
    root: Path, damage: Callable[[Path], object], code: str
) -> None:
    damage(root / "var")
    before = contents(root / "var")
    beginning = STORE[code].split("{")[0]
    for command in (*READING, ["build"]):
        result = run(root, *command)
        assert result.exit_code == 1, (command, result.output)
        assert beginning in result.stderr, (command, result.stderr)
        assert "Traceback" not in result.output
    result = run(root, "check")
    assert result.exit_code == 0
    assert beginning in result.stderr
    assert contents(root / "var") == before


def contents(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, less the files by which programs tell each other that they run."""
    passing = ("wudan.lock", "wudan.db-wal", "wudan.db-shm")
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name not in passing}


def test_a_log_beside_an_empty_database_is_not_thrown_away(root: Path) -> None:
    var = root / "var"
    (var / "secret").unlink()
    (var / "wudan.db").write_bytes(b"")
    (var / "wudan.db-wal").write_bytes(b"what was filed last")
    result = run(root, "staff", "list")
    assert STORE["store_empty"].split("{")[0] in result.stderr
    assert (var / "wudan.db-wal").read_bytes() == b"what was filed last"


def test_a_secret_may_end_with_a_newline(root: Path) -> None:
    file = root / "var/secret"
    file.write_bytes(file.read_bytes() + b"\r\n")
    assert "王芳" in run(root, "staff", "list").stdout


def test_a_command_that_only_reads_begins_no_store(root: Path, tmp_path: Path) -> None:
    data = tmp_path / "mistyped"
    for command in (["staff", "list"], ["backup", str(tmp_path / "copies")], ["secret", "rotate"]):
        result = invoke(*command, "--root", root, "--data", data)
        assert result.exit_code == 1
        assert "还没有数据库" in result.stderr
    assert not data.exists()


def test_of_many_who_begin_at_once_all_use_the_same_secret(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    address = f"sqlite:{tmp_path}/var/wudan.db"
    with ThreadPoolExecutor(8) as pool:
        secrets = [*pool.map(lambda _: opening.secret_for(address, ""), range(8))]
    assert len(set(secrets)) == 1
    assert [file.name for file in tmp_path.joinpath("var").iterdir() if "new" in file.name] == []


def test_a_store_whose_beginning_was_broken_off_can_be_begun(tmp_path: Path) -> None:
    address = f"sqlite:{tmp_path}/var/wudan.db"
    connect(address).close()  # A database, and no secret yet.
    secret = opening.secret_for(address, "")
    # A secret, and not yet known to the database.
    assert opening.secret_for(address, "") == secret
    store = connect(address)
    opening.pair(store, Vault(secret))
    assert store.fact(opening.FACT) == Vault(secret).fingerprints[0]


def test_a_folder_that_refuses_hard_links_is_as_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    address = f"sqlite:{tmp_path}/var/wudan.db"
    assert opening.secret_for(address, "") == opening.secret_for(address, "")


def test_a_store_of_before_fingerprints_gets_one_from_the_secret_that_opens_it(
    client: Client,
) -> None:
    from tests.support.orders import wish

    wish(client)
    store, vault = client.app.store, client.app.vault
    store.set_fact(opening.FACT, "")
    with pytest.raises(Unusable, match="secret_foreign"):
        opening.adopt(store, Vault(b"the secret of another community"))
    assert store.fact(opening.FACT) == ""
    opening.adopt(store, vault)
    assert store.fact(opening.FACT) == vault.fingerprints[0]


def test_a_new_database_is_begun_for_a_secret_only_on_purpose(tmp_path: Path) -> None:
    address = f"sqlite:{tmp_path}/var/wudan.db"
    secret = opening.secret_for(address, "")
    (tmp_path / "var/wudan.db").unlink()
    with pytest.raises(Unusable, match="store_missing"):
        opening.secret_for(address, "")
    assert opening.secret_for(address, "", "secret") == secret


def test_a_check_of_what_belongs_together_says_nothing_and_changes_nothing(root: Path) -> None:
    before = sorted(root.rglob("*"))
    result = run(root, "check")
    assert (result.exit_code, "密钥" in result.stderr) == (0, False)
    assert sorted(root.rglob("*")) == before


def test_demo_leaves_a_store_alone_that_holds_anything_real(root: Path) -> None:
    assert run(root, "demo", "--orders", "2").exit_code == 0
    with closing(sqlite3.connect(root / "var/wudan.db")) as db:
        db.execute("UPDATE facts SET value = value - 1 WHERE name = 'demo'")
        db.commit()
        before = sorted(db.iterdump())
        result = run(root, "demo", "--orders", "2")
        assert result.exit_code == 1
        assert "真的心愿" in result.stderr
        assert sorted(db.iterdump()) == before
