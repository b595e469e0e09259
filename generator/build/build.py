"""A build, step by step: load, plan, make pictures, compare, render, write."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from generator.build import bundle, search_index
from generator.build.compare import File, compare
from generator.build.render import Renderer
from generator.content import figures_file
from generator.content.library import Library
from generator.files import pictures
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
    cache: Cache,
    output: Output,
    progress: Progress,
    phase: Phase,
) -> Report:
    """Write what changed: of the site, and of bundle and index in the folder ``handed_over``. The
    library reads only files whose ``stamps`` are not those in the ``cache``, and only those pages
    are rendered that are not yet in the ``output`` as they should be.

    Raises:
        ContentError: with all that is wrong; nothing was written.
    """
    known, problems = figures_file.read(figures)
    site = library.load(cache, stamps, problems, known.get("renamed", {}))
    phase("load")
    sections = plan(site, known)
    phase("plan")
    made = pictures.make(site.pictures, cache, library.root / pictures.FOLDER)
    phase("pictures")
    renderer = Renderer(site.settings, theme, cache)
    batches, files = compare(sections, renderer, theme.files, made, output)
    phase("compare")
    output.begin()

    def make(files: Sequence[File]) -> list[Written]:
        return [output.write(file.path, file.fingerprint(), file.render()) for file in files]

    for file, state in zip(files, progress(spread(make, files), len(files)), strict=True):
        batches[file.batch].files[file.path] = state
    phase("write")
    removed = output.finish(batches)
    bundle.hand_over(handed_over, site, renderer, cache)
    search_index.hand_over(handed_over, site, renderer, cache)
    total = sum([len(batch.files) for batch in batches.values()])
    return Report(len(files), total - len(files), removed)
