"""Which part of the program pages depend on."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator import PRODUCT
from generator.build import incremental
from generator.files.cache import Cache
from generator.site import theme
from tests.support.site import tree

pytestmark = pytest.mark.slow

LOADED = """
import sys
from pathlib import Path
from generator.build import incremental
figures = {"made": "2026-05-01", "months": {"2026-04": {"all wishes": 7}}, "wishes": [],
           "answers": []}
incremental.build(Path(sys.argv[1]), Path(sys.argv[1], "public"), figures=figures)
modules = [module for name, module in sys.modules.items()
           if name.partition(".")[0] in ("functions", "generator")]
print("\\n".join(module.__file__ for module in modules))
"""


def test_the_modules_that_a_build_loads_count_and_no_others(root: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, str(root)],
        cwd=PRODUCT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {Path(line) for line in ran.stdout.split()}
    assert len(loaded) > 40
    assert loaded == {*theme.sources()} - {PRODUCT / "requirements.txt"}


@pytest.fixture
def product(tmp_path: Path) -> Path:
    """A copy of the product, to be edited."""
    product = tmp_path / "product"
    for name in ("functions", "generator", "static", "templates"):
        shutil.copytree(PRODUCT / name, product / name)
    for name in ("build.py", "requirements.txt"):
        shutil.copy(PRODUCT / name, product)
    return product


def test_only_what_pages_are_made_by_has_them_made_again(root: Path, product: Path) -> None:
    def written(edited: str = "") -> bool:
        if edited:
            with (product / edited).open("a") as file:
                file.write("# A comment.\n")
        command = [sys.executable, "build.py", "build", "--root", str(root)]
        ran = subprocess.run(command, cwd=product, capture_output=True, text=True, check=True)
        return "写出 0 个文件" not in ran.stdout

    assert written()
    assert not written()
    assert not written("functions/desk/board.py")
    assert not written("functions/storage/sqlite/sqlite.py")
    assert not written("generator/serve/server.py")
    assert not written("generator/operator_messages.py")
    assert not written("functions/orders/lifecycle/rules.py")
    assert not written("functions/orders/lifecycle/order.py")
    assert not written("functions/storage/history.py")
    assert written("generator/site/theme.py")
    assert written("functions/orders/counters.py")
    assert not written()


def test_what_another_version_of_the_program_remembered_is_not_read(root: Path) -> None:
    incremental.build(root, root / "public")
    before = tree(root / "public"), tree(incremental.bundle_folder(root))
    (root / "public/index.html").write_text("made by the other version")
    (root / "public/gone.html").write_text("made by the other version")
    cache = Cache(root / incremental.MADE / "cache.db", "another version")
    folders = ("news", "teams", "grids", "menu", "fairs", "partners", "pages", "forms")
    for shelf in (*(f"content/{folder}" for folder in folders), "texts", "code", "sites"):
        cache.put(shelf, [("0", b"written in another form")])
    cache.commit()
    cache.close()
    incremental.build(root, root / "public")
    assert (tree(root / "public"), tree(incremental.bundle_folder(root))) == before
