"""How files look, which tells whether they changed without reading them."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from operator import attrgetter
from pathlib import Path

Looks = dict[str, dict[str, str]]
"""How every file of the content looks, by folder and name."""


def scan(root: Path) -> Looks:
    """See how the files look, without reading any."""
    return {
        folder.name: {entry.name: stamp(entry.stat()) for entry in _visible(folder.path)}
        for folder in _visible(root / "content")
    }


def look_again(root: Path, looks: Looks, files: Iterable[Path]) -> bool:
    """See how these files look now; false, where one is not in a folder of the content."""
    content = root.resolve() / "content"
    for file in files:
        folder = looks.get(file.parent.name)
        if folder is None or file.parent.parent != content:
            return False
        folder.pop(file.name, None)
        if _is_visible(file.name):
            with suppress(FileNotFoundError):
                folder[file.name] = stamp(file.stat())
                looks[file.parent.name] = dict(sorted(folder.items()))
    return True


JUST_NOW = 50_000_000
"""Nanoseconds within which a file may change again and look the same: the clocks of file
systems tick every few milliseconds."""


def stamp(look: os.stat_result) -> str:
    """How a file looks; never the same twice for one that was changed just now."""
    now = time.time_ns()
    trusted = now - look.st_mtime_ns > JUST_NOW
    return f"{look.st_size} {look.st_mtime_ns} {look.st_ino if trusted else now}"


def _visible(folder: Path | str) -> list[os.DirEntry[str]]:
    """What stands in a folder, less what editors and file managers leave behind."""
    try:
        with os.scandir(folder) as entries:
            found = [each for each in entries if _is_visible(each.name)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found, key=attrgetter("name"))


def _is_visible(name: str) -> bool:
    return name[0] != "." and name[-1] != "~"
