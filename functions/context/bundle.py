"""What a build hands to the functions: one JSON file, which a build replaces as a whole."""

import hashlib
import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

FILE = "bundle.json"
INDEX = "search.db"
"""The file beside it by which visitors search (:mod:`functions.index.lookup`)."""


class Bundle(NamedTuple):
    """``site``: who the community is. ``forms``: definitions with their choices spelled out.

    ``services`` and ``teams``: names by file name, of those that have not ended. ``names``: what
    people call every ``service``, ``team``, ``grid`` and ``question``, also those that ended;
    ``renamed``: the new file name for each old one of a service or team. ``offers``: the teams of
    each service. ``practical``: ``when``, on which ``days`` and at which ``place`` each service is,
    with which ``exceptions`` from these days (:data:`functions.forms.days.Schedule`), and what to
    ``bring``.
    ``capacity``: how many orders at a time a team can take, where it said so.
    ``grids``: what those are called that an order may be given to. ``calendar``: holidays and
    made-up working days. ``actions``: the forms of the desk and of the teams, by event.
    ``words``: the sentences of states, steps and errors. ``templates`` and ``assets``: sources, and
    addresses, by name.

    One that was read also has a ``digest`` of its file, and when that was ``written``, in UTC.
    """

    site: dict[str, Any]
    forms: dict[str, dict[str, Any]]
    services: dict[str, str]
    teams: dict[str, str]
    names: dict[str, dict[str, str]]
    renamed: dict[str, dict[str, str]]
    offers: dict[str, list[str]]
    practical: dict[str, dict[str, Any]]
    capacity: dict[str, int]
    grids: list[str]
    calendar: dict[str, list[str]]
    actions: dict[str, dict[str, Any]]
    words: dict[str, Any]
    templates: dict[str, str]
    assets: dict[str, str]
    digest: str = ""
    written: datetime = datetime.fromtimestamp(0, UTC)

    def __hash__(self) -> int:
        return id(self)  # So that what is made of a bundle can be kept for it.


OF_FILE = ("digest", "written")
"""What only a bundle has that was read."""

UNREADABLE = (OSError, ValueError, TypeError)
"""What :meth:`Latest.bundle` raises."""


class Latest:
    """The bundle in a folder; while a new one cannot be read, the one before it."""

    def __init__(self, folder: Path):
        self._file = folder / FILE
        self._bundle: Bundle | None = None

    def bundle(self) -> Bundle:
        """What was built last. This asks the disk, which takes as long as checking a form does, so
        ask once for a request.

        Raises:
            One of UNREADABLE: there is no build, or its file is damaged or of another version of
                the program; and none was read before.
        """
        try:
            self._bundle = _load(self._file, self._file.stat().st_mtime_ns)
        except UNREADABLE as error:
            if self._bundle is None:
                raise
            from functions.context import logs  # A build, which needs the names here, writes none.

            logs.failure(error, "reading the bundle")
        return self._bundle


@lru_cache(maxsize=1)
def _load(file: Path, changed: int) -> Bundle:
    raw = file.read_bytes()
    written = datetime.fromtimestamp(changed / 1e9, UTC)
    return Bundle(**json.loads(raw), digest=hashlib.sha256(raw).hexdigest()[:12], written=written)
