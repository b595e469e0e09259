"""How files look, which tells whether they changed without reading them."""

import os
import time
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
            found = [each for each in entries if each.name[0] != "." and each.name[-1] != "~"]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found, key=attrgetter("name"))
