"""This program beside another version of itself: a cold wish, builds, and wishes per second.

    git worktree add /tmp/before v0.1
    python -m bench.before /tmp/before [--times 15] [--news 100] [--seconds 5]

Both run with this Python and what is installed for it. Each builds the same site (from nothing,
with nothing changed, with one body edited) and files a wish in a fresh process (SQLite, a new
store), then some in groups of sixteen, as the server takes them: these count in instructions,
because a shared machine disturbs time by more than what is looked for. Then both take wishes from
sixteen senders as fast as they answer, in turn; the ratio of the median rates is turned round, so
that above 1 is always slower.
"""

import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from bench.runs import Command, instructions, run
from bench.wishes import TOLD, as_it_reads, at_full_speed, ours
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

GROUPS = 10
"""Groups of wishes, of which one run files so many more than the other, to leave out the start."""
WARM = """
import os, sys
os.environ["WUDAN_STORE"], os.environ["WUDAN_BUNDLE"] = "sqlite:" + sys.argv[1], sys.argv[2]
os.environ["WUDAN_SECRET"] = "s" * 32
from functions import app, asgi
TOLD = sys.argv[4] + "&once=once-%020d&phone=138%08d"
scope = {"method": "POST", "path": "/api/wish", "query_string": b"", "http_version": "1.1"}
scope["headers"] = [(b"content-type", b"application/x-www-form-urlencoded")]
scope["client"] = ("127.0.0.1", 1)
make = getattr(asgi, "event", None) or asgi._event
together = asgi.Together(app.from_environment(), None, 10)
for group in range(int(sys.argv[3])):
    sent = [TOLD % (n, n) for n in range(16 * group, 16 * group + 16)]
    answers = together._in_one_go([make(scope, body.encode()) for body in sent])
    assert {answer.status for answer in answers} == {303}
"""


def edit(root: Path, number: int) -> None:
    """Change the body of one piece of news."""
    file = sorted((root / "content/news").iterdir())[number]
    file.write_text(file.read_text() + f"  {number}\n")


def measure(program: Path, root: Path) -> dict[str, int]:
    """The instructions of builds and of a cold wish."""
    build: Command = [sys.executable, "build.py", "build", "--root", root]
    run([*build, "--clean"], program)  # What the first run compiles counts for nobody.
    found = {
        "build, clean": instructions([*build, "--clean"], program),
        "build, nothing changed": instructions(build, program),
    }
    edit(root, 0)
    found["build, one body edited"] = instructions(build, program)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("first", "cold"):
            store, bundle = f"{folder}/{name}.db", root / ".wudan/bundle"
            cold: Command = [sys.executable, "-c", COLD, store, bundle]
            found["a wish, cold"] = instructions(cold, program)
        wish = TOLD.decode().replace("%", "%%")
        _, few, more = (
            instructions(
                [sys.executable, "-c", WARM, f"{folder}/{n}.db", bundle, str(n), wish], program
            )
            for n in (1, GROUPS, 2 * GROUPS)
        )
        found["sixteen wishes"] = (more - few) // GROUPS
    return found


@click.command()
@click.argument("before", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--times", default=15, show_default=True)
@click.option("--news", default=100, show_default=True)
@click.option("--seconds", default=5.0, show_default=True)
def main(before: Path, times: int, news: int, seconds: float) -> None:
    """Measure both and print a table."""
    programs = {BEFORE: before.resolve(), NOW: PRODUCT}
    counted: dict[str, dict[str, int]] = {}
    speed: dict[str, list[float]] = {name: [] for name in programs}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, program in programs.items():
            corpus.make(folder / name, news, 40, 120)
            as_it_reads(folder / name, program)
            counted[name] = measure(program, folder / name)
        servers = {
            name: stack.enter_context(ours(folder / f"{name}-served", program))
            for name, program in programs.items()
        }
        for number in range(times + 1):
            for name, server in servers.items():
                rate = at_full_speed(server, seconds if number else 1)
                speed[name] += [rate] if number else []
    click.echo("| million instructions | before | now | ratio |\n| --- | ---: | ---: | ---: |")
    for what, now in counted[NOW].items():
        then = counted[BEFORE][what]
        click.echo(f"| {what} | {then / 1e6:.0f} | {now / 1e6:.0f} | {now / then:.3f} |")
    middle = {name: statistics.median(each) for name, each in speed.items()}
    click.echo(
        f"| wishes per second | {middle[BEFORE]:.0f} | {middle[NOW]:.0f}"
        f" | {middle[BEFORE] / middle[NOW]:.3f} |"
    )


if __name__ == "__main__":
    main()
