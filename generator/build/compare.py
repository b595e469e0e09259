"""Which files of a site are in place already, and which have to be made."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from generator.build.render import Renderer
from generator.files.file_stamps import stamp
from generator.files.output import Batch, Output, Written, file_of
from generator.site.plan import pages
from generator.site.plan.section import Section

STATIC = "static"
"""The name of the batch of files that are copied."""


class File(NamedTuple):
    """A file of the site. The ``fingerprint`` changes with anything that it is made from."""

    path: str
    fingerprint: Callable[[], bytes]
    render: Callable[[], bytes]


class Changes(NamedTuple):
    """``files`` have to be made. Batches in ``unchanged`` are in place, as are files in ``kept``;
    ``changed`` are the other batches, each with its key."""

    files: list[File]
    kept: dict[str, Written]
    unchanged: dict[str, Batch]
    changed: dict[str, tuple[bytes, list[File]]]

    def batches(self, written: Iterable[Written]) -> dict[str, Batch]:
        """All files of the site, with those that were ``written`` in the order of ``files``."""
        paths = [file.path for file in self.files]
        all_files = self.kept | dict(zip(paths, written, strict=True))
        return self.unchanged | {
            name: Batch(key, {file.path: all_files[file.path] for file in files})
            for name, (key, files) in self.changed.items()
        }


def compare(
    sections: list[Section], renderer: Renderer, static: Mapping[str, Path], output: Output
) -> Changes:
    """Compare the plan, and the ``static`` files by address, with what the last build left.

    A section whose key is the same is not even planned; of the others each page is compared.

    Raises:
        ContentError: two pages have the same address.
    """
    unchanged: dict[str, Batch] = {}
    changed = {STATIC: (b"", [_copy(address, file) for address, file in static.items()])}
    for section in sections:
        key = renderer.common + section.key
        if batch := output.batch(section.name, key):
            unchanged[section.name] = batch
        else:
            changed[section.name] = (key, _rendered(section, renderer))
    planned = [file for _, files in changed.values() for file in files]
    paths = [path for batch in unchanged.values() for path in batch.files]
    paths += [file.path for file in planned]
    if len({*paths}) < len(paths):
        pages(sections)  # It raises the error that names the pages.
    kept = {
        file.path: known for file in planned if (known := output.file(file.path, file.fingerprint))
    }
    return Changes([file for file in planned if file.path not in kept], kept, unchanged, changed)


def _rendered(section: Section, renderer: Renderer) -> list[File]:
    return [
        File(
            file_of(page.address),
            partial(renderer.fingerprint, page),
            partial(renderer.render, page),
        )
        for page in section.pages
    ]


def _copy(address: str, file: Path) -> File:
    return File(file_of(address), stamp(file.stat()).encode, file.read_bytes)
