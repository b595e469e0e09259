"""Writes a site's folder: only changed files, each in one step, and never files of others."""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from msgspec import msgpack

from generator.errors import WudanError
from generator.files.cache import Cache

MARK = ".wudan"
"""A file that marks the folder as a build's, so that builds may remove what is in it."""
MARK_TEXT = "This folder is made by Wudan; what is in it is replaced.\n"
WRITING = ".wudan-writing"
WELL_KNOWN = ".well-known/"
"""The folder of what programs look for on every site (RFC 8615)."""
SITES = "sites"
"""The shelf of the cache that remembers what was written to each folder."""


def is_hidden(path: str) -> bool:
    """Whether a file of the folder is for builds alone, by its name or its folder's."""
    return re.search(r"(^|/)\.", path.removeprefix(WELL_KNOWN)) is not None


class Report(NamedTuple):
    """How many files a build wrote, left as they were, and removed."""

    written: int
    skipped: int
    removed: int


class Written(NamedTuple):
    """A file of the site: what it was made from, and its size and time on the disk."""

    fingerprint: bytes
    size: int
    changed: int


class Batch(NamedTuple):
    """Files that were planned together, by path; ``key`` is a digest of all that they show."""

    key: bytes
    files: dict[str, Written]


class Output:
    """One build's view of the folder; the cache remembers it between builds.

    Raises:
        WudanError: the folder holds something that no build wrote.
    """

    def __init__(self, folder: Path, cache: Cache, clean: bool = False):
        self.folder = folder
        self.name = sha256(str(folder.resolve()).encode()).hexdigest()[:16]
        self._cache, self._clean = cache, clean
        self._interrupted = bool(cache.noted(f"writing {self.name}"))
        self._lost: set[str] = set()
        self._is_new = False
        if folder.is_dir() and not (folder / MARK).exists() and any(folder.iterdir()):
            raise WudanError(
                f"文件夹 {folder} 里有别的东西，不敢动它。请换一个 --out，或先清空它。"
            )

    @cached_property
    def _batches(self) -> dict[str, Batch]:
        """All batches of the last build, by name. The cache has them in one piece, because files
        of a batch that was lost alone would never be removed."""
        stored = None if self._clean else self._cache.get(SITES, self.name)
        return msgpack.decode(stored, type=dict[str, Batch]) if stored else {}

    @cached_property
    def _files(self) -> dict[str, Written]:
        files: dict[str, Written] = {}
        for batch in self._batches.values():
            files |= batch.files
        return files

    @property
    def interrupted(self) -> bool:
        """Whether the last build did not finish: it may have left files that nobody remembers."""
        return self._interrupted or not self._batches

    def survey(self) -> tuple[int, list[str]]:
        """How many files the last build left, and the paths of those that changed since."""
        files = self._files
        return len(files), [path for path, known in files.items() if not self._lies(path, known)]

    def lose(self, paths: Iterable[str]) -> None:
        """Remember that these files are not as the last build left them."""
        self._lost = {*paths}

    def batch(self, name: str, key: bytes) -> Batch | None:
        """The batch of this name, if it has this key and its files are in place."""
        batch = self._batches.get(name)
        return batch if batch and batch.key == key and self._lost.isdisjoint(batch.files) else None

    def file(self, path: str, fingerprint: Callable[[], bytes]) -> Written | None:
        """The file, if it has this fingerprint and is in place."""
        known = None if path in self._lost else self._files.get(path)
        return known if known and known.fingerprint == fingerprint() else None

    def begin(self) -> None:
        """Note that files will be written, so that the next build knows if this one broke off."""
        self._is_new = not self.folder.exists()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / MARK).write_text(MARK_TEXT)
        self._cache.note(f"writing {self.name}", b"yes")
        self._cache.commit()

    def write(self, path: str, fingerprint: bytes, data: bytes) -> Written:
        """Put a file in its place in one step: a reader sees the old version or the new one."""
        # Each process has its own, because several write at the same time.
        temporary, target = f"{self.folder}/{WRITING}-{os.getpid()}", f"{self.folder}/{path}"
        try:
            with open(temporary, "wb") as file:  # noqa: PTH123 - Half the time of a Path.
                file.write(data)
                file.flush()
                status = os.fstat(file.fileno())
            self._put(temporary, target)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
        return Written(fingerprint, status.st_size, status.st_mtime_ns)

    def finish(self, batches: Mapping[str, Batch]) -> int:
        """Remove files that are in none of these batches; return how many were removed."""
        stays = {path for batch in batches.values() for path in batch.files}
        gone = self._files.keys() - stays
        if self.interrupted and not self._is_new:
            start, tree = len(f"{self.folder}/"), os.walk(self.folder)
            found = {f"{folder}/{name}"[start:] for folder, _, names in tree for name in names}
            gone |= found - stays - {MARK}
        for path in gone:
            self._remove(path)
        self._cache.put(SITES, [(self.name, msgpack.encode(batches))])
        self._cache.note(f"writing {self.name}", b"")
        return len(gone)

    def _lies(self, path: str, known: Written) -> bool:
        try:
            # A build that changes nothing does this for every file, and little else.
            status = os.stat(f"{self.folder}/{path}")  # noqa: PTH116
        except OSError:
            return False
        return (status.st_size, status.st_mtime_ns) == known[1:]

    def _put(self, temporary: str, target: str) -> None:
        try:
            os.replace(temporary, target)  # noqa: PTH105
        except FileNotFoundError:
            os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
            os.replace(temporary, target)  # noqa: PTH105
        except OSError:  # A page takes the place of a folder, or a folder that of a page.
            place = Path(target)
            if place.is_dir():
                shutil.rmtree(place)
            for parent in place.parents:
                if parent.is_file():
                    parent.unlink()
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(temporary, target)  # noqa: PTH105

    def _remove(self, path: str) -> None:
        file = self.folder / path
        if file.is_file():
            file.unlink()
        for parent in file.parents:
            if parent == self.folder or not parent.is_dir() or any(parent.iterdir()):
                break
            parent.rmdir()


def file_of(address: str) -> str:
    """The path of the file that a web server shows at this address."""
    path = address.lstrip("/")
    return f"{path}index.html" if path.endswith("/") or not path else path
