"""The program as `pip install` brings it: the command ``wudan`` in an environment of its own."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.support.servers import PRODUCT
from tests.support.site import SITE

pytestmark = pytest.mark.slow

OURS = ("build", "functions", "generator")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment with the wheel and, of its dependencies, those of this one:
    nothing is downloaded."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", f"--wheel-dir={folder}", PRODUCT],
        check=True,
    )
    venv.create(folder / "venv", symlinks=True)
    programs = folder / "venv/bin"
    wheel = next(folder.glob("wudan-*.whl"))
    subprocess.run(
        [*pip, f"--python={programs / 'python'}", "install", "--no-deps", "--no-index", wheel],
        check=True,
    )
    lib = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "venv")}))
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (lib / "dependencies.pth").write_text("\n".join(libraries))
    return programs


def run(folder: Path, *command: str | Path) -> str:
    """The output of a command that must succeed, in a folder without any of our modules."""
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def files(root: Path) -> dict[str, bytes]:
    """The built site, and the bundle for the functions."""
    folders = (root / "public", root / ".wudan/bundle")
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def test_it_builds_the_same_bytes_as_the_program_in_its_repository(
    environment: Path, tmp_path: Path
) -> None:
    roots = [shutil.copytree(SITE, tmp_path / name) for name in ("installed", "repository")]
    for root, program in zip(
        roots,
        ([environment / "wudan"], [Path(sys.executable), PRODUCT / "build.py"]),
        strict=True,
    ):
        run(tmp_path, *program, "build", "--root", root)
    installed, repository = (files(root) for root in roots)
    assert repository.keys() > {"public/index.html", ".wudan/bundle/bundle.json"}
    assert installed == repository


def test_it_offers_every_command_under_its_own_name(environment: Path, tmp_path: Path) -> None:
    installed = run(tmp_path, environment / "wudan", "--help")
    repository = run(tmp_path, sys.executable, PRODUCT / "build.py", "--help")
    assert installed == repository.replace("build.py", "wudan")


def test_its_sentences_name_the_command_as_it_is_installed(
    environment: Path, tmp_path: Path
) -> None:
    root = shutil.copytree(SITE, tmp_path / "root")
    run(tmp_path, environment / "wudan", "demo", "--root", root, "--orders", "1")
    (root / "var/wudan.db").unlink()
    refused = subprocess.run(
        [environment / "wudan", "doctor", "--root", root], capture_output=True, text=True
    )
    assert refused.returncode == 2
    assert "wudan restore" in refused.stderr


@pytest.mark.parametrize("module", OURS)
def test_other_programs_find_none_of_its_modules(
    environment: Path, tmp_path: Path, module: str
) -> None:
    script = "import importlib.util, sys; print(importlib.util.find_spec(sys.argv[1]))"
    assert run(tmp_path, environment / "python", "-c", script, module) == "None\n"
    assert run(tmp_path, environment / "python", "-c", script, "wudan") != "None\n"
