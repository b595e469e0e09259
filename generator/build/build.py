"""A build, step by step: load, plan, make pictures, compare, render, write."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from generator.build import bundle, search_index
from generator.build.compare import Target, compare
from generator.build.render import Renderer
from generator.content import figures_file
from generator.content.library import Library
from generator.files import shown_files
from generator.files.cache import Cache
from generator.files.file_stamps import Stamps
from generator.files.output import Output, Report, Written
from generator.files.parallel import spread
from generator.site.plan import plan
from generator.site.theme import Theme

Progress = Callable[[Iterator[Written], int], Iterator[Written]]
"""Sees files as they are written, and how many there will be; passes them on."""
Phase = Callable[[str], None]
"""Is called with the name of each phase of a build when that is over."""


def build(
    library: Library,
    theme: Theme,
    figures: Path,
    handed_over: Path,
    stamps: Stamps,
    today: date,
    cache: Cache,
    output: Output,
    progress: Progress,
    phase: Phase,
) -> Report:
    """Write what changed: of the site as it is ``today``, and of bundle and index in the folder
    ``handed_over``. Of content, only files whose ``stamps`` the ``cache`` does not know are read;
    of pages, only those are rendered that are not yet in the ``output`` as they should be.

    Raises:
        ContentError: with all that is wrong; nothing was written.
    """
    known, problems = figures_file.read(figures)
    site = library.load(cache, stamps, today, problems, known.get("renamed", {}))
    phase("load")
    sections = plan(site, known)
    phase("plan")
    made = shown_files.make(site.files, site.contents, library.root / shown_files.FOLDER)
    phase("pictures")
    renderer = Renderer(site.settings, theme, cache)
    batches, files = compare(sections, renderer, theme.files, made, output)
    phase("compare")
    output.begin()
    written = spread(partial(_write, output), files)
    for file, state in zip(files, progress(written, len(files)), strict=True):
        batches[file.batch].files[file.path] = state
    phase("write")
    removed = output.finish(batches)
    bundle.hand_over(handed_over, site, renderer, cache)
    search_index.hand_over(handed_over, site, renderer, cache)
    kept = sum([len(batch.files) for batch in batches.values()]) - len(files)
    return Report(len(files), kept, removed)


def _write(output: Output, files: Sequence[Target]) -> list[Written]:
    return [output.write(file.path, file.fingerprint(), file.render()) for file in files]
