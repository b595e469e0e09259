"""The small site of the tests: where it is, how it is edited, what a folder holds."""

import shutil
from collections.abc import Callable
from pathlib import Path

MADE = shutil.ignore_patterns(".wudan", "public", "var")
SITE = Path(__file__).parents[1] / "site"
NEWS = "content/news/spring.yaml"


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def edit(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        text = (root / file).read_text()
        assert old in text
        (root / file).write_text(text.replace(old, new))

    return change
