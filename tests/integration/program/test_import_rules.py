"""The rules of imports: what `make lint` refuses, seen on copies of the program."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers import PRODUCT

pytestmark = pytest.mark.slow

LINTER = Path(sys.executable).with_name("lint-imports")
PYPROJECT = tomllib.loads((PRODUCT / "pyproject.toml").read_text())
CONTRACTS: dict[str, dict[str, Any]] = {
    contract["name"]: contract for contract in PYPROJECT["tool"]["importlinter"]["contracts"]
}
Import = tuple[str, str]
"""A module, and one that it imports."""

WRONG: dict[str, Import] = {
    "the functions take nothing from the generator": ("functions.wish", "generator.errors"),
    "the life cycle knows no form": ("functions.orders.lifecycle", "functions.forms.definition"),
    "the life cycle knows no store": ("functions.orders.lifecycle", "functions.storage.port"),
    "the store knows no room": ("functions.storage.port", "functions.context.bundle"),
    "forms know no store": ("functions.forms.definition", "functions.storage.port"),
    "orders know no page": ("functions.orders.repository", "functions.web.pages"),
    "one deployable knows no other": ("functions.wish", "functions.rating"),
    "a page of the desk knows no other": ("functions.desk.board", "functions.desk.report"),
    "the life cycle knows no engine": ("functions.orders.lifecycle", "functions.storage.vault"),
    "the life cycle knows no library": ("functions.orders.lifecycle", "msgspec"),
    "pages are made without the desk": ("generator.build.incremental", "functions.desk.board"),
    "pages are made without orders": ("generator.site.theme", "functions.orders.lifecycle"),
    "content knows no page": ("generator.content.models", "generator.site.theme"),
    "a build knows no server": ("generator.build.incremental", "generator.serve.server"),
}
"""The rules that the architecture rests on, whatever contracts say them."""


def layers(contract: dict[str, Any]) -> list[list[str]]:
    """The modules of a contract's layers, the highest first."""
    (container,) = contract["containers"]
    return [
        [f"{container}.{name.strip()}" for name in re.split(r"[|:]", layer)]
        for layer in contract["layers"]
    ]


def wrong_imports(contract: dict[str, Any]) -> list[Import]:
    """An import of each kind that the contract forbids: up from each layer to the next, across
    each layer; and each that it forbids by name."""
    if contract["type"] == "layers":
        rows = layers(contract)
        up = [(below[-1], above[0]) for above, below in pairwise(rows)]
        return up + [(row[0], row[-1]) for row in rows if len(row) > 1]
    assert contract["type"] == "forbidden", "a new type of contract needs its wrong imports here"
    first, *others = contract["forbidden_modules"]
    sources = contract["source_modules"]
    return [(source, first) for source in sources] + [(sources[0], other) for other in others]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the linter reads; each test leaves it as it was."""
    folder = tmp_path_factory.mktemp("program")
    shutil.copy(PRODUCT / "pyproject.toml", folder)
    for half in ("functions", "generator"):
        skipped = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PRODUCT / half, folder / half, ignore=skipped)
    return folder


@pytest.fixture
def program(copy: Path) -> Iterator[Path]:
    before = {file: file.read_bytes() for file in copy.rglob("*.py")}
    yield copy
    for file in copy.rglob("*.py"):
        if file not in before:
            file.unlink()
        elif file.read_bytes() != before[file]:
            file.write_bytes(before[file])


def file_of(program: Path, module: str) -> Path:
    path = program / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def insert(program: Path, *imports: Import) -> None:
    for importer, imported in imports:
        own = imported.startswith(("functions", "generator"))
        assert not own or file_of(program, imported).exists(), f"there is no {imported}"
        with file_of(program, importer).open("a") as file:
            file.write(f"\nimport {imported}\n")


def lint(program: Path) -> tuple[int, str]:
    """The exit code, and what the linter says in one line."""
    done = subprocess.run([LINTER], cwd=program, capture_output=True, text=True, timeout=120)
    return done.returncode, " ".join(done.stdout.split())


def test_the_program_keeps_all_rules(program: Path) -> None:
    code, said = lint(program)
    assert code == 0, said
    assert f"{len(CONTRACTS)} kept, 0 broken" in said


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_import_is_refused(program: Path, wrong: Import) -> None:
    insert(program, wrong)
    code, said = lint(program)
    assert code == 1
    assert " -> ".join(wrong) in said


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_refuses_every_kind_of_import_that_it_forbids(program: Path, name: str) -> None:
    wrong = wrong_imports(CONTRACTS[name])
    assert wrong
    insert(program, *wrong)
    code, said = lint(program)
    assert code == 1
    assert f"{name} BROKEN" in said
    assert [each for each in wrong if " -> ".join(each) not in said] == []


@pytest.mark.parametrize(
    "name", [name for name, contract in CONTRACTS.items() if contract["type"] == "layers"]
)
def test_a_new_module_has_to_be_given_its_layer(program: Path, name: str) -> None:
    (container,) = CONTRACTS[name]["containers"]
    (program / container.replace(".", "/") / "stranger.py").write_text('"""New here."""\n')
    code, said = lint(program)
    assert code == 1
    assert "stranger" in said
