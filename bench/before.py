"""This program beside another version of itself: a cold wish, builds, and wishes per second.

    git worktree add /tmp/before v0.1
    python -m bench.before /tmp/before [--times 15] [--news 1000] [--seconds 5]

Both run with this Python and what is installed for it. In turn, one after the other, each files a
wish in a fresh process (SQLite, a new store), builds the same site (from nothing, with nothing
changed, with one body edited), and takes wishes from sixteen senders as fast as it answers. Cold
wishes and builds count in processor time, which a shared machine disturbs less than wall time;
the table has the lowest and the median of each, and the ratio of the lowest (for wishes per second
the ratio of the medians, so that above 1 is always slower).
"""

import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from bench.runs import Command, run
from bench.wishes import at_full_speed, ours
from tests.support import corpus

PRODUCT = Path(__file__).parents[1]
NOW, BEFORE = "now", "before"
COLD = """
import os, sys
os.environ["WUDAN_STORE"], os.environ["WUDAN_BUNDLE"] = "sqlite:" + sys.argv[1], sys.argv[2]
os.environ["WUDAN_SECRET"] = "s" * 32
from functions.wish import handler
answer = handler({
    "rawQueryString": "", "isBase64Encoded": False,
    "body": "service=other&detail=x&name=x&phone=13812345678&address=x&consent=yes",
    "headers": {"content-type": "application/x-www-form-urlencoded"},
    "requestContext": {"http": {"method": "POST", "path": "/api/wish"}},
}, None)
sys.exit(answer["statusCode"] != 303)
"""


def edit(root: Path, number: int) -> None:
    """Change the body of one piece of news."""
    file = sorted((root / "content/news").iterdir())[number]
    file.write_text(file.read_text() + f"  {number}\n")


def measure(program: Path, root: Path, number: int, found: dict[str, list[float]]) -> None:
    """One round of builds and a cold wish."""
    build: Command = [sys.executable, "build.py", "build", "--root", root]
    found["build, clean"].append(run([*build, "--clean"], program).processor)
    found["build, nothing changed"].append(run(build, program).processor)
    edit(root, number)
    found["build, one body edited"].append(run(build, program).processor)
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            cold: Command = [
                sys.executable,
                "-c",
                COLD,
                f"{folder}/wudan.db",
                root / ".wudan/bundle",
            ]
            found["a wish, cold"].append(run(cold, program).processor)


def line(what: str, now: Sequence[float], before: Sequence[float]) -> str:
    """A row of the table: lowest and median of both in milliseconds, and the ratio."""
    cells = [
        f"{1000 * min(each):.0f} / {1000 * statistics.median(each):.0f}" for each in (before, now)
    ]
    return f"| {what} | {' | '.join(cells)} | {min(now) / min(before):.3f} |"


@click.command()
@click.argument("before", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--times", default=15, show_default=True)
@click.option("--news", default=1000, show_default=True)
@click.option("--seconds", default=5.0, show_default=True)
def main(before: Path, times: int, news: int, seconds: float) -> None:
    """Measure both in turn and print a table."""
    programs = {BEFORE: before.resolve(), NOW: PRODUCT}
    took: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in programs}
    speed: dict[str, list[float]] = {name: [] for name in programs}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, program in programs.items():
            corpus.make(folder / name, news, 40, 120)
            forms = folder / name / "content/forms"  # Each version knows its own keys alone.
            shutil.copytree(program / "content/forms", forms, dirs_exist_ok=True)
        for number in range(times + 1):
            for name, program in programs.items():
                # What the first round compiles and copies into memory counts for nobody.
                measure(program, folder / name, number, took[name] if number else defaultdict(list))
        servers = {
            name: stack.enter_context(ours(folder / f"{name}-served", program))
            for name, program in programs.items()
        }
        for number in range(times + 1):
            for name, server in servers.items():
                rate = at_full_speed(server, seconds if number else 1)
                speed[name] += [rate] if number else []
    click.echo("| what | before, ms: lowest / median | now | ratio |\n| --- | ---: | ---: | ---: |")
    for what, now in took[NOW].items():
        click.echo(line(what, now, took[BEFORE][what]))
    middle = {name: statistics.median(each) for name, each in speed.items()}
    click.echo(
        f"| wishes per second | {middle[BEFORE]:.0f} | {middle[NOW]:.0f}"
        f" | {middle[BEFORE] / middle[NOW]:.3f} |"
    )


if __name__ == "__main__":
    main()
