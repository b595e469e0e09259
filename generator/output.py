"""The folder that a build writes: only what changed, each file whole, nothing of others'."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from generator.errors import WudanError

MARK = ".wudan"
"""A file in the folder that says it is a build's, so that a build may remove what is in it."""

WRITING = ".wudan-writing"


class Written(NamedTuple):
    """What is known of a file: what it was made from, and how the disk showed it afterwards."""

    fingerprint: str
    size: int
    changed: int


class Output:
    """One build's view of the folder; ``state`` is where it remembers between builds.

    Raises:
        WudanError: the folder holds something that no build wrote.
    """

    def __init__(self, folder: Path, state: Path, clean: bool = False):
        self.folder = folder
        self._state = state
        self._old = {} if clean else _load(state)
        self._new: dict[str, Written] = {}
        self.written = self.skipped = self.removed = 0
        if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).exists():
            raise WudanError(
                f"文件夹 {folder} 里有别的东西，不敢动它。请换一个 --out，或先清空它。"
            )
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).write_text("This folder is made by build.py; what is in it is replaced.\n")

    def put(self, address: str, fingerprint: str, make: Callable[[], bytes]) -> None:
        """See that the file at this address is what ``make`` gives for this fingerprint."""
        path = file_of(address)
        target = self.folder / path
        known = self._old.get(path)
        if known and known == _look(target, fingerprint):
            self.skipped += 1
        else:
            self._write(target, make())
            self.written += 1
            known = _look(target, fingerprint)
        if known:
            self._new[path] = known

    def finish(self) -> None:
        """Remove what is no longer part of the site, and remember the rest."""
        keep = {self.folder / path for path in self._new} | {self.folder / MARK}
        for top, folders, files in os.walk(self.folder, topdown=False):
            for name in files:
                if Path(top, name) not in keep:
                    Path(top, name).unlink()
                    self.removed += 1
            for name in folders:
                if not os.listdir(Path(top, name)):
                    Path(top, name).rmdir()
        self._state.parent.mkdir(parents=True, exist_ok=True)
        replace(self._state, msgspec.json.encode(self._new))

    def _write(self, path: Path, data: bytes) -> None:
        for parent in (path, *path.parents):  # A page may take the place of a folder, and back.
            if parent == self.folder:
                break
            if parent.is_dir() if parent is path else parent.is_file():
                shutil.rmtree(parent) if parent is path else parent.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / WRITING
        temporary.write_bytes(data)
        temporary.replace(path)


def file_of(address: str) -> str:
    """The file that a web server shows at this address."""
    path = address.lstrip("/")
    return f"{path}index.html" if path.endswith("/") or not path else path


def replace(path: Path, data: bytes) -> None:
    """Write a file whole: whoever reads it sees the old one or the new one."""
    temporary = path.with_name(f".{path.name}-writing")
    temporary.write_bytes(data)
    temporary.replace(path)


def _look(path: Path, fingerprint: str) -> Written | None:
    """The file as it lies there now; None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return Written(fingerprint, stat.st_size, stat.st_mtime_ns)


def _load(state: Path) -> dict[str, Written]:
    try:
        return msgspec.json.decode(state.read_bytes(), type=dict[str, Written])
    except (OSError, msgspec.DecodeError):
        return {}
