"""A community moves out of its machine and home again, and nothing is lost on the way."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import boto3
import pytest

from functions.app import App
from functions.errors import Refused
from functions.ops import consistency, demo, transfer
from functions.orders import repository
from functions.storage import opening
from functions.storage.connect import connect
from functions.storage.history import Change, Event, Message
from functions.storage.port import Store
from tests.support.community import SECRET
from tests.support.orders import account


@pytest.fixture
def ours(app: App) -> Store:
    """A store with something of everything."""
    demo.fill(app, 12)
    account(app, "王芳")
    app.audit.record("exported", "王芳", sheet="orders", month="")
    app.team_links.issue("barbers", "王芳")
    first = next(iter(app.store.numbers(repository.KIND)))
    app.access_log.record(first, "staff", "王芳")
    closed = app.orders.find(app.store.find(repository.KIND, ["state:closed"])[0].no)
    assert closed
    app.orders.move(closed, repository.Step(Event("erased", "staff", app.clock.now.isoformat())))
    told = [Message(f"m{n}", "station", "【新心愿】") for n in range(3)]
    head = app.store.head(first)
    assert head
    app.store.commit(Change(head, [], messages=told, once="a form that was sent"))
    app.store.settle(told[0]._replace(state="failed", tries=6), 0)
    app.store.settle(told[1]._replace(state="sent", tries=1), 0)
    return app.store


@pytest.fixture
def theirs(dynamodb: str, tmp_path: Path) -> Store:
    return connect(f"{dynamodb}/{tmp_path.name}")


def carry(source: Store, target: Store) -> int:
    return transfer.move(source, target, transfer.numbers(source))


def test_all_is_the_same_there_and_home_again(ours: Store, theirs: Store, tmp_path: Path) -> None:
    assert carry(ours, theirs) == len(transfer.numbers(ours))
    assert transfer.differences(ours, theirs) == []
    home = connect(f"sqlite:{tmp_path}/home/wudan.db")
    carry(theirs, home)
    assert transfer.differences(ours, home) == []
    exported = ["who:王芳", "what:exported"]
    assert home.find("audit", exported) == ours.find("audit", exported) != []
    assert home.filed("a form that was sent")
    assert [message.id for message in home.messages("failed")] == ["m0"]


def test_a_table_restored_to_a_point_in_time_is_healthy_and_comes_home(
    app: App, ours: Store, theirs: Store, dynamodb: str, tmp_path: Path
) -> None:
    carry(ours, theirs)
    client, table = boto3.client("dynamodb"), dynamodb.partition(":")[2]
    client.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    client.restore_table_to_point_in_time(
        SourceTableName=table, TargetTableName="restored", UseLatestRestorableTime=True
    )
    client.get_waiter("table_exists").wait(TableName="restored", WaiterConfig={"Delay": 1})
    restored = connect(f"dynamodb:restored/{tmp_path.name}")
    assert consistency.examine(app.inside(restored)).healthy
    home = connect(f"sqlite:{tmp_path}/home/wudan.db")
    carry(restored, home)
    assert transfer.differences(ours, home) == []


def test_the_functions_go_on_where_they_were(
    ours: Store, theirs: Store, app: App, bundle: Path, clock: Callable[[], datetime]
) -> None:
    carry(ours, theirs)
    there = App(bundle, lambda: theirs, SECRET, clock)
    assert consistency.examine(there).healthy
    no = next(iter(theirs.numbers(repository.KIND)))
    assert there.personal.contact(no) == app.personal.contact(no) != {}


def test_a_second_move_writes_nothing_and_a_later_one_what_is_new(
    ours: Store, theirs: Store
) -> None:
    carry(ours, theirs)
    assert carry(ours, theirs) == 0
    head = ours.head(next(iter(ours.numbers(repository.KIND))))
    assert head
    event = Event("noted", "staff", "2026-11-23T10:00:00+08:00")
    ours.commit(Change(head._replace(version=head.version + 1), [event], {head.version + 1: b"x"}))
    assert transfer.differences(ours, theirs) == [head.no]
    assert carry(ours, theirs) == 1
    assert transfer.differences(ours, theirs) == []


class Killed(Exception):
    pass


@pytest.mark.parametrize("after", [1, 2, 7, 40])
def test_a_move_that_broke_off_is_completed_by_the_next(
    ours: Store, theirs: Store, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, left = theirs.commit, iter(range(after))

    def commit_until(change: Change) -> str:
        if next(left, None) is None:
            raise Killed
        return commit(change)

    with monkeypatch.context() as patched:
        patched.setattr(theirs, "commit", commit_until)
        with pytest.raises(Killed):
            carry(ours, theirs)
    assert transfer.differences(ours, theirs)
    carry(ours, theirs)
    assert transfer.differences(ours, theirs) == []


def test_what_went_another_way_meanwhile_is_not_overwritten(ours: Store, theirs: Store) -> None:
    carry(ours, theirs)
    head = theirs.head(next(iter(theirs.numbers(repository.KIND))))
    assert head
    event = Event("noted", "staff", "2026-11-23T10:00:00+08:00")
    theirs.commit(Change(head._replace(version=head.version + 1), [event]))
    with pytest.raises(Refused, match=f"diverged.*{head.no}"):
        carry(ours, theirs)
    assert len(theirs.events(head.no)) == head.version + 1


def test_the_fingerprint_of_the_secret_goes_along_and_a_foreign_target_is_left_alone(
    ours: Store, theirs: Store, tmp_path: Path
) -> None:
    carry(ours, theirs)
    assert theirs.fact(opening.FACT) == ours.fact(opening.FACT) != ""
    other = connect(f"sqlite:{tmp_path}/other/wudan.db")
    other.set_fact(opening.FACT, "another's")
    with pytest.raises(Refused, match="foreign"):
        carry(ours, other)
    assert transfer.numbers(other) == []


def test_what_cannot_be_read_is_named_before_anything_is_moved(ours: Store, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "wudan.db")) as db:
        db.executescript("UPDATE events SET data = '{' WHERE seq = 1 AND head = 1")
    with pytest.raises(Refused, match="damaged"):
        transfer.numbers(ours)
