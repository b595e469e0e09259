"""A build, step by step: load, plan, compare, render, write."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.build import bundle
from generator.build.compare import File, compare
from generator.build.render import Renderer
from generator.content import figures_file
from generator.content.library import Library
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


@dataclass
class Build:
    """Builds the site of a ``library``, a ``theme`` and a file of ``figures``, and the ``bundle``
    for the functions, a folder.

    The ``cache`` makes it incremental: the library reads only files whose ``stamps`` changed, and
    of the pages only those are rendered that are not yet in the ``output`` as they should be.
    """

    library: Library
    theme: Theme
    figures: Path
    bundle: Path
    stamps: Stamps
    cache: Cache
    output: Output
    phase: Phase

    def run(self, progress: Progress) -> Report:
        """Write what changed.

        Raises:
            ContentError: with all that is wrong; nothing was written.
        """
        figures, problems = figures_file.read(self.figures)
        site = self.library.load(self.cache, self.stamps, problems)
        self.phase("load")
        sections = plan(site, figures)
        self.phase("plan")
        renderer = Renderer(site.settings, self.theme, self.cache)
        batches, files = compare(sections, renderer, self.theme.files, self.output)
        self.phase("compare")
        self.output.begin()
        written = progress(spread(self._render_and_write, files), len(files))
        for file, state in zip(files, written, strict=True):
            batches[file.batch].files[file.path] = state
        self.phase("write")
        removed = self.output.finish(batches)
        bundle.hand_over(self.bundle, site, renderer, self.cache)
        total = sum([len(batch.files) for batch in batches.values()])
        return Report(len(files), total - len(files), removed)

    def _render_and_write(self, files: Sequence[File]) -> list[Written]:
        return [self.output.write(file.path, file.fingerprint(), file.render()) for file in files]
