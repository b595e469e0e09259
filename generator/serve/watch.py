"""Builds the site again whenever something changes that it is made from, while it is served."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

from functions.context import logs
from generator import PRODUCT
from generator.build.incremental import Builder
from generator.errors import ContentError, WudanError
from generator.files.file_stamps import is_visible
from generator.operator_messages import BUILT, NOT_BUILT, UNWATCHED
from generator.serve.reload import Shown
from generator.serve.upkeep import BUILDING

SOURCES = {"site.yaml", "calendar.yaml", "content", "templates", "static"}
"""What of a root the site is made from. The rest, such as the orders, changes all the time."""
PAUSE = 2
"""Seconds until the next try, where nothing can be watched: then the site is compared so often."""
TIMES: dict[str, Any] = {"debounce": 50, "step": 10, "rust_timeout": 500, "yield_on_timeout": True}
"""Milliseconds: how long changes are collected, and after how long without any that is known."""

Marks = dict[Path, int]
"""The folders that are watched, each with the number that it has on the disk."""


class Watch:
    """Watches what the site of a builder is made from. What happened is told to ``shown``, for
    the pages that are open, and to ``say``; ``keep`` is called after each build."""

    _unwatched = ""

    def __init__(
        self,
        builder: Builder,
        shown: Shown,
        say: Callable[[str], None],
        keep: Callable[[], object],
    ):
        self._builder, self._shown, self._say, self._keep = builder, shown, say, keep
        self._root = builder.root.resolve()

    def run(self, stopping: Event) -> None:
        """Watch until the server stops, whatever happens: what cannot be watched is compared."""
        while not stopping.is_set():
            try:
                self._follow(stopping)
            except Exception as error:
                if self._unwatched != (why := logs.kind(error)):
                    self._unwatched = why
                    self._say(UNWATCHED.format(error=why))
                    logs.failure(error, "watching the content")
                stopping.wait(PAUSE)
                self.build(set())

    def _follow(self, stopping: Event) -> None:
        """Build after every change, until a folder is another one than the one that is watched.
        When no more changes follow, everything is compared, so that changes which were missed, or
        came before the watch began, are built too."""
        import watchfiles

        marks = _marks(self._root)
        certain = False
        for changes in watchfiles.watch(
            *marks, recursive=False, watch_filter=self._matters, stop_event=stopping, **TIMES
        ):
            if changes or not certain:
                self.build({Path(file) for _, file in changes})
            certain = not changes
            now = _marks(self._root) if changes else {each: _mark(each) for each in marks}
            if now != marks:
                return

    def _matters(self, change: object, path: str) -> bool:
        """Whether a change may change the site."""
        file = Path(path)
        return is_visible(file.name) and (file.parent != self._root or file.name in SOURCES)

    def build(self, edited: set[Path]) -> tuple[str, ...]:
        """Build these edited files, or what changed if there are none; return what is wrong, where
        the site is still as it was before."""
        try:
            with BUILDING:
                report = self._builder.follow(edited) if edited else self._builder.build()
        except Exception as error:
            return self._broken(error)
        self._keep()
        changed = bool(report.written or report.removed)
        if changed or self._shown.mistakes:
            self._say(BUILT.format(written=report.written, removed=report.removed))
        self._shown.now((), changed)
        return ()

    def _broken(self, error: Exception) -> tuple[str, ...]:
        """Tell what went wrong; once, as long as it is the same."""
        if isinstance(error, ContentError):
            mistakes = tuple(map(str, error.problems))
        elif isinstance(error, WudanError):
            mistakes = (str(error),)
        else:
            mistakes = (NOT_BUILT.format(error=logs.kind(error)),)
        if mistakes != self._shown.mistakes:
            self._say("\n".join(mistakes))
            if not isinstance(error, WudanError):
                logs.failure(error, "building while the site is served")
        self._shown.now(mistakes)
        return mistakes


def _marks(root: Path) -> Marks:
    """The root and all folders that the site is made from, as they are now."""
    themes = [base / name for base in {root, PRODUCT} for name in ("templates", "static")]
    found = [Path(each) for top in (root / "content", *themes) for each, _, _ in os.walk(top)]
    return {each: _mark(each) for each in (root, *found)}


def _mark(folder: Path) -> int:
    try:
        return folder.stat().st_ino
    except OSError:
        return 0
