"""The rules of imports: what `make lint` refuses, seen on copies of the program."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
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
ROOMS = sorted(
    ".".join(file.parent.relative_to(PRODUCT).parts)
    for half in ("functions", "generator")
    for file in (PRODUCT / half).rglob("__init__.py")
)
OURS = ("bench", "build", "tests", "wudan")
"""What of this repository is no part of the halves."""
Import = tuple[str, str]
"""A module, and one that it imports."""

WRONG: dict[str, Import] = {
    "the functions take nothing from the generator": ("functions.wish", "generator.errors"),
    "the life cycle knows no form": (
        "functions.orders.lifecycle.transitions",
        "functions.forms.definition",
    ),
    "the life cycle knows no store": (
        "functions.orders.lifecycle.transitions",
        "functions.storage.port",
    ),
    "the store knows no room": ("functions.storage.port", "functions.context.bundle"),
    "forms know no store": ("functions.forms.definition", "functions.storage.port"),
    "orders know no page": ("functions.orders.repository", "functions.web.pages"),
    "one deployable knows no other": ("functions.wish", "functions.rating"),
    "a page of the desk knows no other": ("functions.desk.board", "functions.desk.report"),
    "the life cycle knows no engine": (
        "functions.orders.lifecycle.transitions",
        "functions.storage.vault",
    ),
    "the life cycle knows no library": ("functions.orders.lifecycle.transitions", "yaml"),
    "the life cycle knows no cipher": ("functions.orders.lifecycle.transitions", "cryptography"),
    "the functions know no YAML": ("functions.context.bundle", "yaml"),
    "the functions know no Markdown": ("functions.context.bundle", "markdown"),
    "forms know no cloud": ("functions.forms.definition", "boto3"),
    "the program knows no test": ("functions.orders.steps", "tests"),
    "the program knows no measurement": ("functions.orders.steps", "bench"),
    "the functions know no command": ("functions.orders.steps", "build"),
    "the generator knows no package": ("generator.build.incremental", "wudan"),
    "errors of content know no app": ("generator.errors", "functions.app"),
    "sentences know no app": ("generator.operator_messages", "functions.app"),
    "readers of Markdown go one way": (
        "generator.content.markup.html",
        "generator.content.markup.blocks",
    ),
    "pages are made without the desk": ("generator.build.incremental", "functions.desk.board"),
    "pages are made without orders": (
        "generator.site.theme",
        "functions.orders.lifecycle.transitions",
    ),
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


def every(expressions: list[str]) -> list[str]:
    """The modules that a contract names, each below a wildcard by itself."""
    found = []
    for each in expressions:
        room = each.removesuffix(".*")
        below = (PRODUCT / room.replace(".", "/")).iterdir() if room != each else ()
        names = sorted(path.stem for path in below if re.fullmatch(r"[a-z]\w*(\.py)?", path.name))
        found += [f"{room}.{name}" for name in names] if room != each else [each]
    return found


def is_allowed(contract: dict[str, Any], wrong: Import) -> bool:
    """Whether the contract lets this import pass after all."""
    importer, imported = wrong
    listed = contract.get("ignore_imports", []) + contract.get("allowed_imports", [])
    named = [fnmatch(" -> ".join(wrong), line) for line in listed]
    return any(named) or importer.startswith(f"{imported}.")


def wrong_imports(contract: dict[str, Any]) -> list[Import]:
    """An import of each kind that the contract forbids: up from each layer to the next, across
    each layer; each that it forbids by name; and of each library where it is not allowed."""
    if contract["type"] == "layers":
        rows = layers(contract)
        up = [(below[-1], above[0]) for above, below in pairwise(rows)]
        return up + [(row[0], row[-1]) for row in rows if len(row) > 1]
    if contract["type"] == "libraries":
        named = [line.split(" -> ") for line in contract["allowed_imports"]]
        sources = sorted({module for module, _ in named if "*" not in module} | {*ROOMS})
        found = [
            (source, each) for source in sources for each in {*OURS, *dict(map(reversed, named))}
        ]
    else:
        assert contract["type"] == "forbidden", "a new type of contract needs its wrong imports"
        first, *others = every(contract["forbidden_modules"])
        sources = every(contract["source_modules"])
        found = [(source, first) for source in sources] + [(sources[0], other) for other in others]
    return [each for each in found if not is_allowed(contract, each)]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the linter reads; each test leaves it as it was."""
    folder = tmp_path_factory.mktemp("program")
    shutil.copy(PRODUCT / "pyproject.toml", folder)
    (folder / "tests/support").mkdir(parents=True)
    shutil.copy(PRODUCT / "tests/support/libraries.py", folder / "tests/support")
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


def test_a_wrong_import_is_refused(program: Path) -> None:
    insert(program, *WRONG.values())
    code, said = lint(program)
    assert code == 1
    assert [why for why, wrong in WRONG.items() if " -> ".join(wrong) not in said] == []


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_refuses_every_kind_of_import_that_it_forbids(program: Path, name: str) -> None:
    wrong = wrong_imports(CONTRACTS[name])
    assert wrong
    insert(program, *wrong)
    code, said = lint(program)
    assert code == 1
    assert f"{name} BROKEN" in said
    assert [each for each in wrong if " -> ".join(each) not in said] == []


def test_a_new_module_has_to_be_given_its_layer(program: Path) -> None:
    containers = [*filter(None, (contract.get("containers") for contract in CONTRACTS.values()))]
    for (container,) in containers:
        (program / container.replace(".", "/") / "stranger.py").write_text('"""New here."""\n')
    code, said = lint(program)
    assert code == 1
    assert [each for (each,) in containers if f"{each}.stranger" not in said] == []


def test_a_library_that_nobody_imports_any_more_is_told(program: Path) -> None:
    file = file_of(program, "functions.web.qr")
    file.write_text(file.read_text().replace("import segno", ""))
    code, said = lint(program)
    assert code == 1
    assert "functions.web.qr -> segno" in said


def test_every_room_has_a_contract_of_what_is_in_it() -> None:
    inside = {name for contract in CONTRACTS.values() for name in contract.get("containers", ())}
    folders = {
        ".".join(file.parent.relative_to(PRODUCT).parts)
        for half in ("functions", "generator")
        for file in (PRODUCT / half).rglob("*.py")
    }
    assert folders == inside
    assert folders == {*ROOMS}, "a module outside of a package is seen by no contract"
    assert all(contract.get("exhaustive", True) for contract in CONTRACTS.values())
