"""Stamps of files, which tell whether a file changed without reading it."""

import os
import re
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import blake2b
from operator import attrgetter
from pathlib import Path

Stamps = dict[str, dict[str, str]]
"""The stamp of every file of the content, by folder and name."""


def scan(root: Path) -> Stamps:
    """Stamp all files of the content, without reading any."""
    stamps: Stamps = {}
    for folder in _visible(root / "content"):
        stamps[folder.name] = {}
        for entry in _visible(folder.path):
            with suppress(FileNotFoundError):  # It was removed just now, or is a link to nothing.
                stamps[folder.name][entry.name] = stamp(entry.stat(follow_symlinks=_leads(entry)))
    return stamps


def refresh(root: Path, stamps: Stamps, files: Iterable[Path]) -> bool:
    """Stamp these files again; false if one of them is not in a folder of the content."""
    content = root.resolve() / "content"
    for file in files:
        folder = stamps.get(file.parent.name)
        if folder is None or file.parent.parent != content:
            return False
        folder.pop(file.name, None)
        if is_visible(file.name):
            with suppress(FileNotFoundError):
                folder[file.name] = stamp(file.stat())
                stamps[file.parent.name] = dict(sorted(folder.items()))
    return True


def with_edits(stamps: Stamps, edited: Mapping[str, bytes]) -> Stamps:
    """The stamps of a content in which these files, by their paths below the root, have these
    texts."""
    found = {name: dict(files) for name, files in stamps.items()}
    for path, text in edited.items():
        folder, _, file = path.removeprefix("content/").rpartition("/")
        if folder:
            found.setdefault(folder, {})[file] = f"edited {blake2b(text).hexdigest()}"
    return found


JUST_NOW = 50_000_000
"""Nanoseconds within which a file may change again with the same size and time: the clocks of file
systems tick every few milliseconds."""


def stamp(status: os.stat_result) -> str:
    """The stamp of a file that anybody may edit in place; one that changed just now never gets
    the same stamp twice."""
    now = time.time_ns()
    is_trusted = now - status.st_mtime_ns > JUST_NOW
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ino if is_trusted else now}"


def stamp_of_own(file: Path) -> str:
    """The stamp of a file that only builds replace, whole and under a lock; empty if there is
    none. It may be taken at once, because each version of the file has an inode of its own."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ino}"


def _visible(folder: Path | str) -> list[os.DirEntry[str]]:
    """The entries of a folder, without the files that editors and file managers leave behind."""
    try:
        with os.scandir(folder) as entries:
            found = [each for each in entries if is_visible(each.name)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found, key=attrgetter("name"))


def _leads(entry: os.DirEntry[str]) -> bool:
    """Whether it is no link to nothing, which is a mistake to tell when it is read."""
    return not entry.is_symlink() or Path(entry.path).exists()


LEFT_BEHIND = re.compile(r"\..*|.*~|~\$.*|thumbs\.db|desktop\.ini", re.IGNORECASE)
"""What editors, Office, Windows and macOS leave beside files."""


def is_visible(name: str) -> bool:
    """Whether a file of this name is content, and not left behind by some program."""
    return not LEFT_BEHIND.fullmatch(name)
