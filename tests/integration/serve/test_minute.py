"""What one machine does each minute, part by part."""

import os
import sqlite3
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.app import App
from functions.context.clock import Going
from functions.context.workdays import CHINA
from functions.ops import backup
from generator.build import incremental
from generator.errors import WudanError
from generator.serve import local_app
from generator.serve.upkeep import DailyCopy, Minute
from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import move, wish


class Builds:
    """Stands for a builder that breaks off as long as it is told to."""

    root = Path()

    def __init__(self) -> None:
        self.error: Exception | None = RuntimeError("no room")
        self.built: list[Any] = []

    def build(self, figures: Any) -> None:
        if self.error:
            raise self.error
        self.built.append(figures)


def test_trouble_of_a_minute_is_told_once_with_its_part_and_number_and_when_it_ended(
    client: Client, app: App, clock: Clock, tmp_path: Path
) -> None:
    said: list[str] = []
    builds = Builds()
    minute = Minute(app, builds, None, said.append)  # type: ignore[arg-type]
    no = wish(client).no
    move(app, no, "triaged", "dispatched")
    with sqlite3.connect(tmp_path / "wudan.db") as db:
        of = "head = (SELECT id FROM heads WHERE no = ?) AND seq = 2"
        db.execute(f"UPDATE events SET kind = 'rated' WHERE {of}", (no,))  # noqa: S608
    clock.forward(days=5)
    for _ in range(3):
        minute.round()
        clock.forward(minutes=1)
    assert len(said) == 2
    assert no in said[0]
    assert all(line.startswith("2026-11-28 10:00 ") for line in said)
    assert "更新网站上的数字" in said[1]
    builds.error = None
    with sqlite3.connect(tmp_path / "wudan.db") as db:
        db.execute(f"UPDATE events SET kind = 'triaged' WHERE {of}", (no,))  # noqa: S608
    minute.round()
    assert said[2:] == ["2026-11-28 10:03 定时的工作又都做完了。"]
    assert len(builds.built) == 1


def test_a_new_day_is_built_though_no_figure_changed(app: App, clock: Clock) -> None:
    builds = Builds()
    builds.error = None
    minute = Minute(app, builds, None, lambda said: None)  # type: ignore[arg-type]
    for hours, built in ((0, 1), (13, 1), (14, 2), (15, 2)):
        clock.now = datetime(2026, 11, 23, 10, tzinfo=CHINA) + timedelta(hours=hours)
        minute.round()
        assert len(builds.built) == built, hours


@pytest.mark.slow
def test_looks_that_could_not_be_recorded_are_in_the_next_minute(
    client: Client, app: App, tmp_path: Path
) -> None:
    no = wish(client).no
    minute = Minute(app, Builds(), None, lambda said: None)  # type: ignore[arg-type]
    with sqlite3.connect(tmp_path / "wudan.db", isolation_level=None) as db:
        db.execute("BEGIN IMMEDIATE")
        assert not app.access_log.record(no, "staff", "王芳")
        db.execute("ROLLBACK")
    minute.round()
    assert [look.data["who"] for look in app.access_log.of(no)] == ["王芳"]


def test_after_a_round_the_file_alone_has_all_that_was_written(
    client: Client, app: App, tmp_path: Path
) -> None:
    wish(client)
    assert (tmp_path / "wudan.db-wal").stat().st_size
    Minute(app, Builds(), None, lambda said: None).round()  # type: ignore[arg-type]
    assert not (tmp_path / "wudan.db-wal").stat().st_size


@pytest.fixture
def community(root: Path) -> App:
    """A community whose settings name a folder for copies."""
    settings = root / "site.yaml"
    settings.write_text(f"{settings.read_text()}backup: {{folder: {root.parent / 'copies'}}}\n")
    incremental.build(root, root / "public")
    app = local_app.app(root)
    wish(Client(app))
    return app


def test_a_copy_is_made_each_day_by_a_process_of_its_own(community: App, root: Path) -> None:
    daily = DailyCopy(community, root)
    through(daily)
    assert community.store.fact(backup.FACT)[:10] == f"{community.clock.now:%Y-%m-%d}"
    (copy,) = root.parent.joinpath("copies").iterdir()
    through(daily)  # None is due any more.
    assert [*root.parent.joinpath("copies").iterdir()] == [copy]


def test_a_copy_that_fails_is_told_each_time_and_tried_again_after_an_hour(
    community: App, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    clock.now = community.clock.now
    monkeypatch.setattr(community, "clock", Going(clock))
    folder = root.parent / "copies"
    folder.write_text("a file in its way")
    daily = DailyCopy(community, root)
    for _ in range(2):
        with pytest.raises(WudanError, match="写不进去"):
            through(daily)
    folder.unlink()
    clock.forward(minutes=61)
    through(daily)
    assert len([*folder.iterdir()]) == 1


def through(daily: DailyCopy) -> None:
    """Begin a copy if one is due, wait until it ended, and see what became of it."""
    with suppress(WudanError):  # The one before failed.
        daily.go_on()
    if daily._running:
        os.waitid(os.P_PID, daily._running.pid, os.WEXITED | os.WNOWAIT)
    daily.go_on()
