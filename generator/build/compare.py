"""Which files of a site are in place already, and which have to be made."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from generator.build.render import Renderer
from generator.files.file_stamps import stamp
from generator.files.output import Batch, Output, file_of
from generator.site.plan import FUNCTIONS, pages
from generator.site.sections.section import Section

STATIC = "static"
"""The name of the batch of files that are copied."""


class Target(NamedTuple):
    """A file of the site, in a batch of this name. Its ``fingerprint`` changes with anything that
    it is made from."""

    batch: str
    path: str
    fingerprint: Callable[[], bytes]
    render: Callable[[], bytes]


def compare(
    sections: list[Section],
    renderer: Renderer,
    static: Mapping[str, Path],
    made: Mapping[str, Path],
    output: Output,
) -> tuple[dict[str, Batch], list[Target]]:
    """Compare the plan, the ``static`` files by address, and what was ``made`` for pages, with what
    the last build left: the batches of all files, as far as these are in place, and the files that
    are missing in them. The address of what was made is a name of its content.
    A section whose key is the same is not even planned; of the others each page is compared.

    Raises:
        ContentError: two pages have the same address, or one that of a function.
    """
    batches = {STATIC: Batch(b"", {})}
    planned = _copied(static, made)
    for section in sections:
        key = renderer.common + section.key
        if batch := output.batch(section.name, key):
            batches[section.name] = batch
        else:
            batches[section.name] = Batch(key, {})
            fingerprint, render = renderer.fingerprint, renderer.render
            for page in section.pages:
                makers = partial(fingerprint, page), partial(render, page)
                planned.append(Target(section.name, file_of(page.address), *makers))
    paths = [file_of(address) for address in FUNCTIONS]
    paths += [path for batch in batches.values() for path in batch.files]
    paths += [file.path for file in planned]
    if len({*paths}) < len(paths):
        pages(sections)  # It raises the error that names the pages.
    missing = []
    for file in planned:
        if known := output.file(file.path, file.fingerprint):
            batches[file.batch].files[file.path] = known
        else:
            missing.append(file)
    return batches, missing


def _copied(static: Mapping[str, Path], made: Mapping[str, Path]) -> list[Target]:
    files = [
        Target(STATIC, file_of(address), stamp(path.stat()).encode, path.read_bytes)
        for address, path in static.items()
    ]
    return files + [
        Target(STATIC, file_of(address), address.encode, path.read_bytes)
        for address, path in made.items()
    ]
