"""The work of one machine each minute: the scheduled steps, new figures, a backup a day."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event, Lock
from typing import Any

from functions import scheduled
from functions.app import App
from functions.context import logs
from functions.ops import backup
from functions.orders.figures.snapshot import snapshot
from generator import COMMAND, PRODUCT
from generator.build import incremental
from generator.errors import WudanError

FiguresFile = dict[str, Any]
MINUTE = 60
"""Seconds from one round to the next."""
AGAIN = timedelta(hours=1)
"""After this time a failed backup is tried again, and one that hangs is given up."""

PARTS = {
    "messages": "发消息",
    "clock": "核对日期",
    "erasing": "删去到期的个人信息",
    "volunteers": "找到期的报名",
    "unreadable": "记下读不出来的单子",
    "checkpoint": "整理数据库",
    "rules": "按新规矩重算期限",
    "figures": "更新网站上的数字",
    "backup": "备份",
    "audit": "补记谁做过什么",
    "schedule": "全部",
}
"""The names of the parts of a minute's work in messages to staff."""

BUILDING = Lock()
"""Two builds by one builder would undo each other."""


class Minute:
    """The work of each minute. Its parts are independent: one that fails is tried again the next
    minute. Trouble is reported when it begins or changes. ``shown`` are the figures that the site
    shows; None if it could not be built. It is built anew each day, because items come and go by
    days."""

    def __init__(
        self,
        app: App,
        builder: incremental.Builder,
        shown: FiguresFile | None,
        say: Callable[[str], None],
    ):
        self._app, self._builder, self._shown, self._say = app, builder, shown, say
        self._day = app.clock.now.date()
        self._copies = DailyCopy(app, builder.root)
        self._reported: dict[str, str] = {}
        self._troubles: dict[str, str] = {}

    def keep(self, stopping: Event) -> None:
        """Do a round each minute until the server stops; what was built is made known at once."""
        self._part("rules", lambda: scheduled.rederive(self._app.current()))
        while not stopping.wait(MINUTE):
            self.round()

    def round(self) -> None:
        """Do every part once."""
        self._troubles = {}
        self._part("schedule", self._schedule)
        self._part("figures", self._figures)
        self._part("backup", self._copies.go_on)
        now = f"{self._app.clock.now:%Y-%m-%d %H:%M}"
        for name, trouble in self._troubles.items():
            if self._reported.get(name) != trouble:
                self._say(f"{now} {trouble}")
        if self._reported and not self._troubles:
            self._say(f"{now} 定时的工作又都做完了。")
        self._reported = self._troubles

    def _part(self, name: str, act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as error:
            # Our own errors are sentences for staff; others may quote what people typed.
            self._break(name, str(error) if isinstance(error, WudanError) else logs.kind(error))

    def _break(self, name: str, reason: str) -> None:
        self._troubles[name] = f"定时的工作有一部分没有做完（{PARTS.get(name, name)}）：{reason}"

    def _schedule(self) -> None:
        done = scheduled.tick(self._app)
        for name, reason in done["broken"].items():
            self._break(name, reason)
        for no in done["unreadable"]:
            self._troubles[no] = f"{no} 的经过读不出来，先跳过。请运行 {COMMAND} doctor。"

    def _figures(self) -> None:
        today = self._app.clock.now.date()
        figures = snapshot(self._app.store, today)
        if (figures, today) != (self._shown, self._day):
            with BUILDING:
                self._builder.build(figures=figures)
            self._shown, self._day = figures, today


class DailyCopy:
    """Makes a backup a day, if ``site.yaml`` names a folder for it, in a process of its own: that
    takes seconds of CPU, and a disk that hangs must not hold up the other work."""

    def __init__(self, app: App, root: Path):
        self._app, self._root = app, root
        self._running: subprocess.Popen[str] | None = None
        self._began = app.clock.now - 2 * AGAIN
        self._trouble = ""

    def go_on(self) -> None:
        """Start a backup if one is due, or see whether the one that runs has ended.

        Raises:
            WudanError: the last one failed; it is tried again in an hour.
        """
        if self._running and self._running.poll() is None:
            if self._app.clock.now - self._began > AGAIN:
                self._running.kill()
        elif self._running:
            _, message = self._running.communicate()
            self._trouble = (message.strip() or "没有做完。") if self._running.returncode else ""
            self._running = None
        elif self._is_due():
            self._began = self._app.clock.now
            command: list[str | Path] = [
                sys.executable,
                PRODUCT / "build.py",
                "backup",
                "--root",
                self._root,
            ]
            self._running = subprocess.Popen(  # noqa: S603 - Our own program.
                command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
            )
        if self._trouble:
            raise WudanError(self._trouble)

    def _is_due(self) -> bool:
        today = self._app.clock.now.date().isoformat()
        made = self._app.store.fact(backup.FACT)[: len(today)]
        wanted = bool(self._app.current().bundle.site["backup"]["folder"]) and made != today
        return wanted and not timedelta(0) <= self._app.clock.now - self._began < AGAIN
