"""The folder that a build writes: only what changed, each file whole, nothing of others'."""

import os
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
"""A file in the folder that says it is a build's, so that a build may remove what is in it."""

SAYS = "This folder is made by Wudan; what is in it is replaced.\n"
WRITING = ".wudan-writing"

SITES = "sites"
"""The shelf of the cache that has what was written to each folder."""


class Report(NamedTuple):
    """How many files a build wrote, left as they were, and removed."""

    written: int
    skipped: int
    removed: int


class Written(NamedTuple):
    """What is known of a file of the site: what it was made from, and its look on the disk."""

    fingerprint: bytes
    size: int
    changed: int


class Part(NamedTuple):
    """Files that were planned together, by path; ``key`` stands for all they were made from."""

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
        self._cache = cache
        self._clean = clean
        self._stopped = bool(cache.noted(f"writing {self.name}"))
        self._lost: set[str] = set()
        self._new = False
        if folder.is_dir() and not (folder / MARK).exists() and any(folder.iterdir()):
            raise WudanError(
                f"文件夹 {folder} 里有别的东西，不敢动它。请换一个 --out，或先清空它。"
            )

    @cached_property
    def _parts(self) -> dict[str, Part]:
        """All parts by name, as the last build left them. Kept in one piece: a part that is
        forgotten would leave its files behind."""
        kept = None if self._clean else self._cache.get(SITES, self.name)
        return msgpack.decode(kept, type=dict[str, Part]) if kept else {}

    @cached_property
    def _files(self) -> dict[str, Written]:
        files: dict[str, Written] = {}
        for part in self._parts.values():
            files |= part.files
        return files

    @property
    def stopped(self) -> bool:
        """Whether the last build did not come to its end: there may be files nobody remembers."""
        return self._stopped or not self._parts

    def survey(self) -> tuple[int, list[str]]:
        """How many files the last build left, and those that are no longer as it left them."""
        files = self._files
        return len(files), [path for path, known in files.items() if not self._lies(path, known)]

    def lose(self, paths: Iterable[str]) -> None:
        """Know that these files are not as the last build left them."""
        self._lost = {*paths}

    def part(self, name: str, key: bytes) -> Part | None:
        """The part of this name, where it lies there as made from what the key stands for."""
        part = self._parts.get(name)
        return part if part and part.key == key and self._lost.isdisjoint(part.files) else None

    def lies(self, path: str, fingerprint: Callable[[], bytes]) -> Written | None:
        """The file, where it lies there as it was made from what this stands for."""
        known = None if path in self._lost else self._files.get(path)
        return known if known and known.fingerprint == fingerprint() else None

    def begin(self) -> None:
        """Note that files are about to be written, for who comes after us if we are stopped."""
        self._new = not self.folder.exists()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / MARK).write_text(SAYS)
        self._cache.note(f"writing {self.name}", b"yes")
        self._cache.commit()

    def write(self, path: str, fingerprint: bytes, data: bytes) -> Written:
        """Put a file in its place, whole: whoever reads it sees the old one or the new one."""
        # Each process has its own, for several write at a time.
        temporary, target = f"{self.folder}/{WRITING}-{os.getpid()}", f"{self.folder}/{path}"
        try:
            with open(temporary, "wb") as file:  # noqa: PTH123 - Half the time of a Path.
                file.write(data)
                file.flush()
                look = os.fstat(file.fileno())
            self._put(temporary, target)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
        return Written(fingerprint, look.st_size, look.st_mtime_ns)

    def finish(self, parts: Mapping[str, Part]) -> int:
        """Remove what is in none of these parts, and remember them; return how many files went."""
        stays = {path for part in parts.values() for path in part.files}
        gone = self._files.keys() - stays
        if self.stopped and not self._new:
            gone |= self._found() - stays
        for path in gone:
            self._remove(path)
        self._cache.put(SITES, [(self.name, msgpack.encode(parts))])
        self._cache.note(f"writing {self.name}", b"")
        return len(gone)

    def _lies(self, path: str, known: Written) -> bool:
        try:
            # Ten thousand of these are asked for where nothing else is done.
            look = os.stat(f"{self.folder}/{path}")  # noqa: PTH116
        except OSError:
            return False
        return (look.st_size, look.st_mtime_ns) == known[1:]

    def _put(self, temporary: str, target: str) -> None:
        try:
            os.replace(temporary, target)  # noqa: PTH105
        except FileNotFoundError:
            os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
            os.replace(temporary, target)  # noqa: PTH105
        except OSError:
            self._make_way(Path(target))
            os.replace(temporary, target)  # noqa: PTH105

    def _make_way(self, target: Path) -> None:
        """A page may take the place of a folder, and a folder that of a page."""
        if target.is_dir():
            shutil.rmtree(target)
        for parent in target.parents:
            if parent.is_file():
                parent.unlink()
        target.parent.mkdir(parents=True, exist_ok=True)

    def _found(self) -> set[str]:
        """Every file in the folder but the mark."""
        start = len(f"{self.folder}/")
        found = {
            f"{top}/{name}"[start:] for top, _, names in os.walk(self.folder) for name in names
        }
        return found - {MARK}

    def _remove(self, path: str) -> None:
        file = self.folder / path
        if file.is_file():
            file.unlink()
        for parent in file.parents:
            if parent == self.folder or not parent.is_dir() or any(parent.iterdir()):
                break
            parent.rmdir()


def file_of(address: str) -> str:
    """The file that a web server shows at this address."""
    path = address.lstrip("/")
    return f"{path}index.html" if path.endswith("/") or not path else path


def replace(path: Path, data: bytes) -> None:
    """Write a file whole: whoever reads it sees the old one or the new one."""
    temporary = path.with_name(f".{path.name}-writing")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def keep(path: Path, data: bytes) -> None:
    """Replace a file whole, where it is not the same already."""
    if not path.exists() or path.read_bytes() != data:
        replace(path, data)
