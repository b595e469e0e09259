"""The folder that a build writes: only what changed, each file whole, nothing of others'."""

import os
import shutil
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from generator.cache import Cache, Written
from generator.errors import WudanError

MARK = ".wudan"
"""A file in the folder that says it is a build's, so that a build may remove what is in it."""

SAYS = "This folder is made by build.py; what is in it is replaced.\n"
WRITING = ".wudan-writing"


class Report(NamedTuple):
    """How many files a build wrote, left as they were, and removed."""

    written: int
    skipped: int
    removed: int


class Output:
    """One build's view of the folder; the cache remembers it between builds.

    Raises:
        WudanError: the folder holds something that no build wrote.
    """

    def __init__(self, folder: Path, cache: Cache, clean: bool = False):
        self.folder = folder
        self.name = sha256(str(folder.resolve()).encode()).hexdigest()[:16]
        self._cache = cache
        self._known = {} if clean else cache.pages(self.name)
        self._unfinished = clean or not self._known or bool(cache.noted(f"writing {self.name}"))
        if folder.is_dir() and not (folder / MARK).exists() and any(folder.iterdir()):
            raise WudanError(
                f"文件夹 {folder} 里有别的东西，不敢动它。请换一个 --out，或先清空它。"
            )

    def lacks(self, path: str, fingerprint: str) -> bool:
        """Whether the file does not lie there as it was made from what this stands for."""
        known = self._known.get(path)
        return known is None or known.fingerprint != fingerprint or not self._lies(path, known)

    def is_whole(self) -> bool:
        """Whether everything lies there as the last build left it."""
        return not self._unfinished and all(
            self._lies(path, known) for path, known in self._known.items()
        )

    @property
    def count(self) -> int:
        """How many files there were after the last build."""
        return len(self._known)

    def begin(self) -> None:
        """Note that files are about to be written, for who comes after us if we are stopped."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / MARK).write_text(SAYS)
        self._cache.note(f"writing {self.name}", "yes")
        self._cache.commit()

    def write(self, path: str, fingerprint: str, data: bytes) -> Written:
        """Put a file in its place, whole: whoever reads it sees the old one or the new one."""
        # Each process has its own, for several write at a time.
        temporary, target = f"{self.folder}/{WRITING}-{os.getpid()}", f"{self.folder}/{path}"
        with open(temporary, "wb", buffering=0) as file:  # noqa: PTH123 - Half the time of a Path.
            file.write(data)
            look = os.fstat(file.fileno())
        try:
            os.replace(temporary, target)  # noqa: PTH105
        except OSError:
            self._make_way(Path(target))
            os.replace(temporary, target)  # noqa: PTH105
        return Written(fingerprint, look.st_size, look.st_mtime_ns)

    def finish(self, pages: Iterable[str], written: dict[str, Written]) -> int:
        """Remove what is no longer part of the site, remember the rest; return how many went."""
        keep = {*pages}
        gone = self._known.keys() - keep
        if self._unfinished:
            gone |= self._found() - keep
        for path in gone:
            self._remove(path)
        stays = {path: known for path, known in self._known.items() if path in keep}
        self._cache.keep_pages(self.name, stays | written)
        self._cache.note(f"writing {self.name}", "")
        return len(gone)

    def _lies(self, path: str, known: Written) -> bool:
        try:
            # Ten thousand of these are asked for where nothing else is done.
            look = os.stat(f"{self.folder}/{path}")  # noqa: PTH116
        except OSError:
            return False
        return (look.st_size, look.st_mtime_ns) == known[1:]

    def _make_way(self, target: Path) -> None:
        """A page may take the place of a folder, and back; and its folder may be missing."""
        if target.is_dir():
            shutil.rmtree(target)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            file = next(parent for parent in target.parents if parent.is_file())
            file.unlink()
            target.parent.mkdir(parents=True)

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
    temporary.write_bytes(data)
    temporary.replace(path)


def keep(path: Path, data: bytes) -> None:
    """Replace a file whole, where it is not the same already."""
    if not path.exists() or path.read_bytes() != data:
        replace(path, data)
