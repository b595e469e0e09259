"""The command line as an operator uses it, and what can be read of a folder afterwards."""

from pathlib import Path

from click.testing import CliRunner, Result

import build
from functions import app
from functions.orders import repository
from functions.storage.connect import connect
from functions.storage.vault import Vault


def invoke(*arguments: str | Path) -> Result:
    """Run the command line with these arguments."""
    return CliRunner().invoke(build.main, [*map(str, arguments)])


def run(root: Path, *command: str | Path) -> Result:
    """Run a command on the orders in the root's folder ``var``."""
    app._app.cache_clear()  # Each command is a process of its own.
    return invoke(*command, "--root", root, "--data", root / "var")


def readable(folder: Path, secret: bytes = b"") -> int:
    """How many orders lie in a folder's database, all that is sealed in them being readable with
    the secret there, or with this one."""
    store = connect(f"sqlite:{folder}/wudan.db")
    vault = Vault(secret or (folder / "secret").read_bytes())
    try:
        numbers = [*store.numbers(repository.KIND)]
        for no in numbers:
            for sealed in store.personal(no).values():
                vault.open(no, sealed)
        return len(numbers)
    finally:
        store.close()
