"""The zips for Lambda: the same bytes for the same input, complete, and nothing besides."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from generator.deploy.package import FUNCTIONS
from tests.support.servers import PRODUCT

SEALS = {"bundle", "functions", "cryptography", "_cffi_backend"}
DRAWS = SEALS | {"jinja2", "markupsafe", "multipart", "templates"}
SIGNS_IN = {"argon2", "_argon2_cffi_bindings", "openpyxl", "et_xmlfile", "xlsxwriter"}
RENDERS = {
    *("functions", "generator", "templates", "static", "requirements", "jinja2", "markupsafe"),
    *("icalendar", "tzdata", "typing_extensions", "markdown", "msgspec", "nh3", "whitenoise"),
    "yaml",
}
HOLDS = {
    "wish": DRAWS,
    "rating": DRAWS,
    "volunteer": DRAWS,
    "order": DRAWS,
    "search": DRAWS - {"cryptography", "_cffi_backend", "multipart"},
    "desk": DRAWS | SIGNS_IN | {"docx", "lxml", "segno", "typing_extensions"},
    "team": DRAWS | {"segno"},
    "clock": SEALS,
    "night": RENDERS,
}
FILES = {"bundle", "templates", "static", "requirements"}
MOST = 7_500_000
"""Bytes of a zip. Lambda takes 50 million; four and a half of ours are OpenSSL."""
MOST_WITH_WORD = 12_000_000
"""The desk writes Word files, with lxml."""

IMPORT = """
import importlib, sys
task, runtime, *modules = sys.argv[1:]
sys.path += [task, runtime]
for name in modules:
    importlib.import_module(name)
assert callable(sys.modules[modules[0]].handler)
"""
"""Run without the venv's packages (``-S``), as there are none on Lambda either."""


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.zip")
    }


def test_the_same_input_gives_the_same_bytes_wherever_and_whenever(
    zips: Path, bundle: Path, tmp_path: Path
) -> None:
    product = tmp_path / "elsewhere"
    for name in ("generator", "functions", "templates", "static", "infra"):
        shutil.copytree(PRODUCT / name, product / name, ignore=shutil.ignore_patterns("*.pyc"))
    for name in ("build.py", "requirements.txt"):
        shutil.copy(PRODUCT / name, product)
    root = shutil.copytree(bundle.parent.parent, tmp_path / "root")
    shutil.copytree(PRODUCT / ".wudan/wheels", root / ".wudan/wheels")
    for path in product.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    ran = subprocess.run(
        [sys.executable, "build.py", "bundle", "--root", root, "--out", "made"],
        cwd=product,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/Lima"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert _digests(product / "made") == _digests(zips)
    assert {line.split()[0] for line in ran.stdout.splitlines()} == {
        p.name for p in zips.glob("*.*")
    }


def test_what_is_deployed_runs_the_python_that_packed_it(zips: Path) -> None:
    """Its wheels and compiled code are for no other."""
    written = (PRODUCT / "infra/template.yaml").read_text().splitlines()
    released = (zips / "template.yaml").read_text().splitlines()
    (line,) = [number for number, text in enumerate(written) if text.strip() == "Runtime:"]
    python = "    Default: python{}.{}".format(*sys.version_info)
    assert released[line + 2] == python
    written[line + 2] = python
    assert released == written


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_zip_has_all_that_its_function_needs_and_no_more(
    tasks: Path, runtime: Path, function: str
) -> None:
    task = tasks / function
    before = sorted(task.rglob("*"))
    tops = {path.name.partition(".")[0] for path in task.iterdir()} - {"__pycache__"}
    assert tops == HOLDS[function]
    modules = [FUNCTIONS[function], *sorted(tops - FILES)]
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", IMPORT, task, runtime, *modules],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert sorted(task.rglob("*")) == before, "nothing had to be compiled"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_zip_is_small_and_compiled(zips: Path, function: str) -> None:
    most = MOST_WITH_WORD if function == "desk" else MOST
    assert (zips / f"{function}.zip").stat().st_size < most
    with ZipFile(zips / f"{function}.zip") as archive:
        names = archive.namelist()
        modes = {entry.external_attr >> 16 for entry in archive.infolist()}
    assert modes == {0o100644}
    assert not [name for name in names if name.endswith((".pyi", "/", "METADATA"))]
    assert "functions/storage/sqlite/sqlite.py" not in names
    sources = [name for name in names if name.endswith(".py")]
    assert len([name for name in names if name.endswith(".pyc")]) == len(sources)
