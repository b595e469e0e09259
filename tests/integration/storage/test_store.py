"""What every engine of the store must do; a new engine joins by one line in ``ENGINES``."""

import json
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.errors import Busy, Conflict, Full
from functions.storage import sqlite
from functions.storage.connect import connect
from functions.storage.history import Change, Event, Head, Message
from functions.storage.port import TOGETHER, Store
from functions.storage.sqlite import schema
from tests.support.depth import tried
from tests.support.histories import ENGINES, event, head, no_commit

Request = pytest.FixtureRequest
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("dynamodb", marks=pytest.mark.slow)])
def address(request: Request, tmp_path: Path) -> str:
    return ENGINES[request.param](tmp_path, request)


@pytest.fixture
def store(address: str) -> Store:
    return connect(address)


def commit(
    store: Store,
    head: Head,
    events: list[Event],
    personal: bytes | None = None,
    once: str = "",
    **more: Any,
) -> str:
    first = head.version - len(events) + 1
    sealed = {first: personal} if personal else {}
    return store.commit(Change(head, events, sealed, once=once, **more))


def erase(store: Store, no: str) -> None:
    known = store.head(no)
    assert known
    store.commit(Change(known, [], erase=True))


def test_a_history_is_read_as_it_was_written(store: Store) -> None:
    first, second = event("submitted", service="理发", stars=5), event(ok=True)
    commit(store, head("A", 2), [first, second])
    assert store.events("A") == (first, second)
    assert store.events("B") == ()


def test_events_follow_the_version_that_their_writer_saw(store: Store) -> None:
    commit(store, head("A", 1), [event()])
    commit(store, head("A", 3), [event(n=2), event(n=3)])
    for stale in (1, 2, 3, 5):
        with pytest.raises(Conflict):
            commit(store, head("A", stale), [event(n="lost")])
    assert [e.data.get("n") for e in store.events("A")] == [None, 2, 3]


def test_a_refused_commit_leaves_nothing_behind(store: Store) -> None:
    commit(store, head("A", 1), [event()])
    with pytest.raises(Conflict):
        commit(store, head("A", 1, state="stolen"), [event()], b"personal", once="s")
    assert store.filed("s") is None
    assert store.personal("A") == {}
    assert [h.state for h in store.find("order")] == ["submitted"]


def test_one_submission_is_committed_once_however_often_it_comes(store: Store) -> None:
    assert store.filed("s") is None
    assert commit(store, head("A", 1), [event()], b"one", once="s") == "A"
    assert commit(store, head("B", 1), [event()], b"two", once="s") == "A"
    assert store.filed("s") == "A"
    assert store.events("B") == ()
    assert store.personal("A") == {1: b"one"}


def test_personal_data_lies_beside_its_event_and_can_be_erased_alone(store: Store) -> None:
    commit(store, head("A", 1), [event()], b"contact")
    commit(store, head("A", 3), [event(), event()], b"\x00rating")
    assert store.personal("A") == {1: b"contact", 2: b"\x00rating"}
    erase(store, "A")
    assert store.personal("A") == {}
    assert len(store.events("A")) == 3


def test_what_is_sealed_is_read_of_many_histories_at_once(store: Store) -> None:
    for n in range(120):
        commit(store, head(f"N{n}", 1), [event()], b"first %d" % n)
    store.commit(Change(head("N7", 3), [event(), event()], {3: b"third"}))
    parts = {(f"N{n}", 1): b"first %d" % n for n in range(120)} | {("N7", 3): b"third"}
    assert store.sealed([*parts, *parts, ("N7", 2), ("nobody", 1)]) == parts
    assert store.sealed([]) == {}
    erase(store, "N7")
    assert store.sealed([("N7", 1), ("N7", 3)]) == {}


def test_what_is_erased_goes_with_the_event_that_says_so_or_not_at_all(store: Store) -> None:
    commit(store, head("A", 1), [event()], b"contact", traces=["phone:f00", "last4:f00"])
    with pytest.raises(Conflict):
        commit(store, head("A", 1, "closed"), [event("erased")], erase=True)
    assert store.personal("A") == {1: b"contact"}
    assert [h.no for h in store.find("order", ["phone:f00"])] == ["A"]
    gone: dict[str, Any] = {"erase": True, "traces": ["last4:f00"]}
    commit(store, head("A", 2, "closed"), [event("erased")], b"why", **gone)
    assert store.personal("A") == {2: b"why"}
    assert store.traces("A") == ["last4:f00"]
    assert store.find("order", ["phone:f00"]) == []


def test_what_is_erased_is_in_no_file_any_more(tmp_path: Path) -> None:
    store = sqlite.SQLite(tmp_path / "wudan.db")
    for n in range(30):
        commit(store, head(f"N{n:02}", 1), [event()], b"sealed %02d" % n, traces=[f"phone:f{n:02}"])
    erase(store, "N07")
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"sealed 08" in left
    assert b"sealed 07" not in left
    assert b"phone:f07" not in left


def test_a_copy_of_the_file_alone_is_whole_after_a_checkpoint(tmp_path: Path) -> None:
    store = sqlite.SQLite(tmp_path / "wudan.db")
    store.find("order")  # Somebody reads, too.
    for n in range(30):
        commit(store, head(f"N{n:02}", 1), [event()])
    store.checkpoint()
    copy = tmp_path / "copy/wudan.db"
    copy.parent.mkdir()
    copy.write_bytes((tmp_path / "wudan.db").read_bytes())
    assert len([*sqlite.SQLite(copy).numbers("order")]) == 30


def test_a_long_history_is_erased_whole_before_it_is_said(store: Store) -> None:
    for first in range(0, 240, 24):
        sealed = dict.fromkeys(range(first + 1, first + 25), b"note")
        store.commit(Change(head("A", first + 24), [event()] * 24, sealed))
    commit(store, head("A", 241, "closed"), [event("erased")], erase=True)
    assert store.personal("A") == {}
    assert len(store.events("A")) == 241


def test_an_event_can_be_rewritten_and_what_is_sealed_replaced(store: Store) -> None:
    commit(store, head("A", 2), [event(who="党员"), event()], b"old")
    store.commit(Change(head("A", 2), [], {1: b"new"}, rewritten={1: event(n=1)}))
    assert [dict(e.data) for e in store.events("A")] == [{"n": 1}, {}]
    assert store.personal("A") == {1: b"new"}


def test_a_history_is_removed_with_all_that_leads_to_it(store: Store) -> None:
    for no in ("A", "B"):
        listed = head(no, 1)._replace(marks=("team:barbers",), due="2026-11-24")
        commit(store, listed, [event()], b"sealed", f"once {no}", traces=["t"])
    store.remove("A")
    store.remove("A")
    assert [kept.no for kept in store.everything()] == ["B"]
    assert (store.head("A"), store.events("A"), store.filed("once A")) == (None, (), None)
    assert [h.no for h in store.find("order", ["team:barbers"])] == ["B"]
    assert [h.no for h in store.find("order", ["t"])] == ["B"]
    assert [h.no for h in store.waiting("order", head("B", 1).state)] == ["B"]
    assert (store.personal("A"), store.personal("B")) == ({}, {1: b"sealed"})
    commit(store, head("A", 1), [event()])  # The number can begin again.


def test_a_fact_is_kept_and_can_be_set_on_condition(address: str) -> None:
    store, other = connect(address), connect(address)
    assert store.fact("last_round") == ""
    assert store.set_fact("last_round", "1", seen="")
    assert not other.set_fact("last_round", "2", seen="")
    assert other.set_fact("last_round", "2", seen="1")
    assert other.set_fact("secret", "f00")
    assert (store.fact("last_round"), store.fact("secret")) == ("2", "f00")


def test_a_counter_that_was_begun_by_a_clock_that_was_ahead_ends_in_time(store: Store) -> None:
    ahead, hour, minute = NOW + timedelta(days=400), timedelta(hours=1), timedelta(minutes=1)
    assert [store.count("x", ahead, ahead + hour) for _ in range(3)] == [1, 2, 3]
    assert store.count("x", NOW, NOW + hour) == 4
    assert store.count("x", NOW + minute, NOW + minute + hour) == 5
    assert store.count("x", NOW + hour, NOW + 2 * hour) == 1


def test_heads_are_listed_latest_first_and_paged_without_loss(store: Store) -> None:
    for n in range(25):
        commit(store, head(f"N{n:02}", 1, at=f"2026-11-{n % 7 + 1:02}"), [event()])
    commit(store, Head("V", "volunteer", 1, "applied", "2026-11-30", {}), [event()])
    seen: list[Head] = []
    while page := store.find("order", before=seen[-1].position if seen else "", limit=4):
        seen += page
    assert len({h.no for h in seen}) == 25
    assert [h.begun for h in seen] == sorted((h.begun for h in seen), reverse=True)
    assert seen[0].data["名"] == "𠮷"


def test_heads_are_listed_by_state(store: Store) -> None:
    commit(store, head("A", 1), [event()])
    commit(store, head("B", 1), [event()])
    commit(store, head("B", 2, state="done"), [event()])
    assert [h.no for h in store.waiting("order", "done")] == ["B"]
    assert [h.no for h in store.waiting("order", "submitted")] == ["A"]


def test_a_counter_counts_until_its_end_and_can_be_reset(store: Store) -> None:
    until = NOW + timedelta(hours=1)
    assert [store.count("x", NOW, until) for _ in range(3)] == [1, 2, 3]
    assert store.count("y", NOW, until) == 1
    assert [store.tries(what, NOW, until) for what in "xyz"] == [3, 1, 0]
    assert store.tries("x", until, until + timedelta(hours=1)) == 0
    assert store.tries("x", NOW, until - timedelta(minutes=1)) == 0  # A clock was ahead.
    assert store.count("x", until, until + timedelta(hours=1)) == 1
    store.reset("x")
    assert store.count("x", NOW, until) == 1


def test_of_many_who_add_at_once_exactly_one_succeeds(address: str) -> None:
    commit(connect(address), head("A", 1), [event()])
    won: list[int] = []
    start = threading.Barrier(20)

    def add(n: int) -> None:
        mine = connect(address)
        start.wait()
        try:
            commit(mine, head("A", 2), [event(n=n)])
            won.append(n)
        except Conflict:
            pass

    threads = [threading.Thread(target=add, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e.data["n"] for e in connect(address).events("A")[1:]] == won
    assert len(won) == 1


def test_of_many_who_send_the_same_at_once_all_get_the_same_number(store: Store) -> None:
    got: list[str] = []
    start = threading.Barrier(20)

    def send(n: int) -> None:
        start.wait()
        got.append(commit(store, head(f"N{n}", 1), [event()], once="same"))

    threads = [threading.Thread(target=send, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 20
    assert len(set(got)) == len(store.find("order")) == 1


def test_what_was_written_is_there_for_the_next_process(address: str) -> None:
    commit(connect(address), head("A", 1), [event()])
    assert len(connect(address).events("A")) == 1


def earlier(file: Path, version: int, *rows: str) -> Store:
    """A store that was at this version, with these rows."""
    with closing(sqlite3.connect(file)) as old:
        for migration in schema.MIGRATIONS[:version]:
            old.executescript(migration.read_text())
        for row in rows:
            old.execute(f"INSERT INTO {row}")
        old.execute(f"PRAGMA user_version = {version}")
        old.commit()
    return connect(f"sqlite:{file}")


def test_a_file_of_the_first_version_is_taken_on_with_what_is_in_it(tmp_path: Path) -> None:
    store = earlier(
        tmp_path / "wudan.db",
        1,
        "heads VALUES ('A', 'order', 1, 'submitted', '2026-11-23', '{}')",
        "events VALUES ('A', 1, 'submitted', 'staff', '2026-11-22', '{}')",
        "personal VALUES ('A', 1, x'00')",
    )
    assert store.find("order") == [Head("A", "order", 1, "submitted", "2026-11-22", {}, layout=0)]
    assert store.events("A") == (Event("submitted", "staff", "2026-11-22"),)
    assert store.personal("A") == {1: b"\0"}


def test_a_file_of_the_fourth_version_is_taken_on_with_what_is_in_it(tmp_path: Path) -> None:
    marks = json.dumps(["m"])
    store = earlier(
        tmp_path / "wudan.db",
        4,
        *(
            f"heads VALUES ('{no}', 'order', 2, 'done', '2026-11-{at}', '{{}}', '', 'b', '{marks}')"
            for no, at in (("B", 22), ("A", 23))
        ),
        *(
            f"marks VALUES ('order', '{mark}', '2026-11-{day}', '{no}', {trace})"
            for no, day in (("B", 22), ("A", 23))
            for mark, trace in (("", 0), ("m", 0), (f"phone:{no}", 1))
        ),
        *(f"events VALUES ('A', {seq}, 'noted', 'staff', '{seq}', '{{}}')" for seq in (2, 1)),
        "personal VALUES ('A', 2, x'02')",
        "submissions VALUES ('s', 'A')",
        "submissions VALUES ('t', 'B')",
    )
    assert [head.no for head in store.find("order", ["m"])] == ["A", "B"]
    assert [head.no for head in store.waiting("order", "done", owner="b")] == ["B", "A"]
    assert [*store.numbers("order")] == ["B", "A"]
    assert [event.at for event in store.events("A")] == ["1", "2"]
    assert store.personal("A") == {2: b"\2"}
    assert store.submissions("A") == ["s"]
    assert store.filed("t") == "B"
    assert store.traces("B") == ["phone:B"]
    erase(store, "A")
    assert store.find("order", ["phone:A"]) == []
    assert [head.no for head in store.find("order", ["phone:B"])] == ["B"]
    commit(store, head("A", 3, "closed", "2026-11-23"), [event()])
    assert [head.no for head in store.find("order", ["m"])] == ["B"]


def test_an_address_of_an_unknown_kind_says_what_is_right() -> None:
    with pytest.raises(ValueError, match=r"sqlite:var/wudan\.db"):
        connect("postgres:x")


def test_what_waits_is_listed_longest_due_first_and_paged_without_loss(store: Store) -> None:
    for n in range(25):
        due, owner = f"2026-12-{n % 9 + 1:02}", "ab"[n % 2]
        commit(store, head(f"N{n:02}", 1)._replace(due=due, owner=owner), [event()])
    commit(store, head("X", 1, state="done")._replace(due="2026-01-01"), [event()])
    seen: list[Head] = []
    while page := store.waiting(
        "order", "submitted", after=seen[-1].due_position if seen else "", limit=4
    ):
        seen += page
    assert len({h.no for h in seen}) == 25
    assert [(h.due, h.no) for h in seen] == sorted((h.due, h.no) for h in seen)
    early = store.waiting("order", "submitted", until="2026-12-04", limit=50)
    assert [h.no for h in early] == [h.no for h in seen if h.due < "2026-12-04"]
    later = store.waiting(
        "order", "submitted", after=seen[3].due_position, until="2026-12-04", limit=50
    )
    assert later == early[4:]
    mine = store.waiting("order", "submitted", owner="b", limit=50)
    assert [h.no for h in mine] == [h.no for h in seen if h.owner == "b"]


def test_a_head_is_found_by_its_number(store: Store) -> None:
    assert store.head("A") is None
    mine = head("A", 1)._replace(due="2026-12-01", owner="barbers")
    commit(store, mine, [event()])
    assert store.head("A") == mine


def test_what_has_all_marks_is_found_newest_first_and_paged(store: Store) -> None:
    for n in range(12):
        marks = (f"team:{'ab'[n % 2]}", f"month:{n % 3}")
        commit(
            store, head(f"N{n:02}", 1, at=f"2026-11-{n + 1:02}")._replace(marks=marks), [event()]
        )
    found = store.find("order", ["team:b", "month:0"])
    assert [h.no for h in found] == ["N09", "N03"]
    assert store.find("order", ["team:b", "month:0"], before=found[0].position) == found[1:]
    assert store.find("volunteer", ["team:b"]) == []
    several = store.find_each("order", ["team:a", "month:0", "none"], 2)
    assert {mark: [h.no for h in heads] for mark, heads in several.items()} == {
        "team:a": ["N10", "N08"], "month:0": ["N09", "N06"], "none": []
    }  # fmt: skip


def test_marks_follow_the_latest_change(store: Store) -> None:
    commit(store, head("A", 1)._replace(marks=("team:a", "x")), [event()])
    commit(store, head("A", 2)._replace(marks=("team:b", "x")), [event()])
    assert store.find("order", ["team:a"]) == []
    assert [h.no for h in store.find("order", ["team:b"])] == ["A"]
    assert [h.no for h in store.find("order", ["x"])] == ["A"]


def test_traces_of_personal_data_outlive_changes_and_go_with_it(store: Store) -> None:
    commit(store, head("A", 1), [event()], b"personal", traces=["phone:f00"])
    commit(store, head("A", 2), [event()])
    assert [h.no for h in store.find("order", ["phone:f00"])] == ["A"]
    erase(store, "A")
    assert store.find("order", ["phone:f00"]) == []
    assert [h.no for h in store.find("order")] == ["A"]


def test_the_tally_is_added_to_in_the_same_transaction(store: Store) -> None:
    commit(store, head("A", 1), [event()], tally={("2026-11", "wishes"): 2, ("", "open"): 1})
    commit(store, head("B", 1), [event()], tally={("2026-11", "wishes"): 1, ("", "open"): -1})
    with pytest.raises(Conflict):
        commit(store, head("A", 1), [event()], tally={("2026-11", "wishes"): 1})
    assert store.tally("2026-11") == {"wishes": 3}
    assert store.tally("") == {}
    assert store.months() == ["2026-11"]


def test_no_counter_rises_above_its_limit(store: Store) -> None:
    room: dict[str, Any] = {"tally": {("", "load"): 1}, "limits": {("", "load"): 2}}
    for no in "AB":
        commit(store, head(no, 1), [event()], **room)
    with pytest.raises(Full):
        commit(store, head("C", 1), [event()], **room)
    assert store.events("C") == ()
    assert store.tally("") == {"load": 2}


def test_messages_are_kept_with_their_event_and_settled_by_one_of_two(store: Store) -> None:
    commit(store, head("A", 1), [event()], messages=[Message("m", "station", "新心愿")])
    (message,) = store.messages("waiting", "2026")
    tried = message._replace(tries=1, next_at="2026-11-23T10:00")
    assert store.settle(tried, 0)
    assert not store.settle(tried, 0)
    assert store.messages("waiting", "2026-11-23T09:59") == []
    assert store.messages("waiting", "2026-11-23T10:00") == [tried]
    assert store.settle(tried._replace(state="failed", error="没有人"), 1)
    assert [m.error for m in store.messages("failed")] == ["没有人"]


def test_every_number_of_a_kind_is_listed(store: Store) -> None:
    for no in ("B", "A"):
        commit(store, head(no, 1), [event()])
    assert sorted(store.numbers("order")) == ["A", "B"]


def test_all_that_is_kept_is_found_without_lists_and_lists_are_renewed(store: Store) -> None:
    mine = head("A", 2)._replace(due="2026-12-01", owner="barbers", marks=("m",))
    commit(store, mine, [event(), event(n=2)], b"x", once="s", traces=["phone:f00"])
    commit(store, Head("link:b", "link", 1, "issued", "2026-11-23", {}), [event()])
    found = {kept.no: kept for kept in store.everything()}
    assert {*found} == {"A", "link:b"}
    kept = found["A"]
    assert kept.head == mine
    assert kept.events == {1: event(), 2: event(n=2)}
    assert kept.personal == {1: b"x"}
    assert (kept.traces, kept.submissions, [*kept.damaged]) == ({"phone:f00"}, {"s"}, [])
    assert kept.places == store.places(mine, kept.traces, kept.submissions)
    new = mine._replace(state="done", due="2026-12-02", owner="", marks=("n",))
    store.renew(kept, new, {"phone:f01"})
    assert store.find("order", ["n"]) == store.find("order", ["phone:f01"]) == [new]
    assert store.find("order") == store.waiting("order", "done") == [new]
    assert store.waiting("order", "submitted") == store.waiting("order", "done", "barbers") == []
    assert store.find("order", ["m"]) == store.find("order", ["phone:f00"]) == []
    assert store.traces("A") == ["phone:f01"]
    assert store.filed("s") == "A"
    (again,) = (kept for kept in store.everything() if kept.no == "A")
    assert again.places == store.places(new, again.traces, again.submissions)


def test_a_history_that_was_added_to_is_not_renewed(store: Store) -> None:
    commit(store, head("A", 1), [event()])
    (kept,) = store.everything()
    commit(store, head("A", 2, "done"), [event()])
    with pytest.raises(Conflict):
        store.renew(kept, head("A", 1), set())
    assert store.head("A") == head("A", 2, "done")


def test_all_counters_are_told_at_once(store: Store) -> None:
    commit(store, head("A", 1), [event()], tally={("2026-11", "all wishes"): 2, ("", "open"): 1})
    commit(store, head("B", 1), [event()], tally={("", "open"): -1})
    assert store.tallies() == {("2026-11", "all wishes"): 2}


def test_a_row_that_changed_on_the_disk_is_told_from_what_was_written(tmp_path: Path) -> None:
    store = connect(f"sqlite:{tmp_path}/wudan.db")
    commit(store, head("A", 2), [event(who="王芳"), event()], b"sealed")
    with closing(sqlite3.connect(tmp_path / "wudan.db")) as db:
        db.executescript(
            "UPDATE events SET data = replace(data, '王', '玉') WHERE seq = 1;"
            "UPDATE personal SET sealed = x'00'; UPDATE heads SET due = '2026'"
        )
    (kept,) = store.everything()
    assert [*kept.damaged] == ["head", "event 1", "sealed 1"]
    assert (kept.head, {*kept.events}, kept.personal) == (None, {2}, {})


@pytest.mark.slow
def test_thousands_are_paged_without_loss_or_repeat_while_more_come(address: str) -> None:
    many, page = tried(2_000, 10_000), 500
    stop, added = threading.Event(), list[str]()

    def one(no: str, begun: str) -> Head:
        return head(no, 1, at=begun)._replace(due=f"2026-12-{int(no[1:]) % 28 + 1:02}")

    def add_on() -> None:
        store, n = connect(address), 90_000
        while not stop.is_set():
            n += 1
            # On both sides of whatever place the reader is at.
            commit(store, one(f"N{n}", f"2026-{n % 12 + 1:02}-15"), [event()])
            added.append(f"N{n}")

    store = connect(address)
    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(
            lambda n: commit(store, one(f"N{n:05}", f"2026-11-{n % 28 + 1:02}"), [event()]),
            range(many),
        ):
            pass
    writer = threading.Thread(target=add_on)
    writer.start()
    try:
        found, waiting = list[Head](), list[Head]()
        while heads := store.find("order", before=found[-1].position if found else "", limit=page):
            found += heads
        while heads := store.waiting(
            "order", "submitted", after=waiting[-1].due_position if waiting else "", limit=page
        ):
            waiting += heads
    finally:
        stop.set()
        writer.join()
    for seen in ([h.no for h in found], [h.no for h in waiting]):
        assert len(seen) == len({*seen})
        assert {f"N{n:05}" for n in range(many)} <= {*seen}
        assert len(added) > 2, "nobody added while it was read"


def test_what_is_as_large_as_any_engine_takes_comes_back_whole(store: Store) -> None:
    large = bytes(range(256)) * 1560  # 399,360 of the 409,600 bytes of an item in DynamoDB.
    commit(store, head("A", 1), [event()], large)
    assert store.personal("A") == {1: large}


def test_history_keeps_its_order_where_clocks_disagree(store: Store) -> None:
    times = ("2026-11-23T10:00:00+08:00", "2026-11-23T09:58:00+08:00", "2026-11-23T10:05:00+08:00")
    for version, at in enumerate(times, start=1):
        commit(store, head("A", version), [Event("noted", "staff", at)])
    assert [e.at for e in store.events("A")] == [*times]


def test_a_counter_is_one_for_all_though_their_clocks_disagree(store: Store) -> None:
    until, slow = NOW + timedelta(hours=1), timedelta(minutes=3)
    assert store.count("x", NOW, until) == 1
    assert store.count("x", NOW - slow, until - slow) == 2
    assert store.count("x", NOW + slow, until + slow) == 3


def test_what_moves_a_history_is_known_of_it(store: Store) -> None:
    commit(store, head("A", 1), [event()], b"x", once="s", traces=["phone:f00", "last4:f01"])
    commit(store, head("A", 2), [event()], once="t")
    commit(store, head("B", 1), [event()])
    assert sorted(store.traces("A")) == ["last4:f01", "phone:f00"]
    assert sorted(store.submissions("A")) == ["s", "t"]
    assert store.traces("B") == store.submissions("B") == []
    erase(store, "A")
    assert store.traces("A") == []


def test_no_list_of_the_desk_reads_more_of_the_file_than_it_shows(tmp_path: Path) -> None:
    store, asked = sqlite.SQLite(tmp_path / "wudan.db"), list[str]()
    store._reader.db.set_trace_callback(asked.append)
    store.waiting("order", "submitted", after="2026-11-23 A")
    store.waiting("order", "submitted", owner="barbers", after="2026-11-23 A")
    store.find("order", before="2026-11-23 A")
    store.find("order", ["service:haircut", "month:2026-11"], before="2026-11-23 A")
    store.messages("waiting")
    store.sealed([("A", 1)])
    store._reader.db.set_trace_callback(None)
    assert len(asked) == 6
    for query in asked:
        plan = [row[3] for row in store._reader.db.execute(f"EXPLAIN QUERY PLAN {query}")]
        plan = [step for step in plan if "VIRTUAL TABLE" not in step]  # What was asked for itself.
        assert not [step for step in plan if "SCAN" in step or "TEMP B-TREE" in step], query


def test_what_is_done_together_is_seen_inside_and_there_at_the_end(store: Store) -> None:
    until = NOW + timedelta(hours=1)
    commit(store, head("A", 1), [event()], b"x", traces=["phone:f00"])
    with store.batch() as inside:
        commit(inside, head("B", 1), [event()], once="same")
        assert commit(inside, head("C", 1), [event()], once="same") == "B"
        commit(inside, head("A", 2), [event()])
        assert [h.no for h in inside.find("order")] in (["A", "B"], ["B", "A"])
        assert len(inside.events("A")) == 2
        erase(inside, "A")
        assert inside.count("x", NOW, until) == 1
    assert store.filed("same") == "B"
    assert store.personal("A") == {}
    assert store.find("order", ["phone:f00"]) == []
    assert store.count("x", NOW, until) == 2


def test_who_is_refused_does_not_hold_up_what_is_done_together(store: Store) -> None:
    load: dict[str, Any] = {"tally": {("", "load"): 1}, "limits": {("", "load"): 1}}
    commit(store, head("A", 1), [event()])
    with store.batch() as inside:
        commit(inside, head("A", 2), [event(n=1)], b"first", **load)
        with pytest.raises(Conflict):
            commit(inside, head("A", 2), [event(n=2)], b"stale", once="stale")
        with pytest.raises(Full):
            commit(inside, head("B", 1), [event()], once="full", **load)
        commit(inside, head("C", 1), [event()])
    assert store.personal("A") == {2: b"first"}
    assert store.filed("stale") is store.filed("full") is None
    assert {h.no for h in store.find("order")} == {"A", "C"}


@pytest.fixture
def file(tmp_path: Path) -> sqlite.SQLite:
    return sqlite.SQLite(tmp_path / "wudan.db")


def test_what_is_done_together_waits_for_the_disk_once(file: sqlite.SQLite) -> None:
    done: list[str] = []
    file._writer.db.set_trace_callback(done.append)
    with file.batch() as inside:
        for n in range(20):
            commit(inside, head(f"N{n}", 1), [event()], once=str(n))
    assert done.count("COMMIT") == 1
    assert len(connect(f"sqlite:{file.path}").find("order")) == 20


def test_nothing_is_kept_of_what_could_not_be_committed(file: sqlite.SQLite) -> None:
    file._writer.db.set_authorizer(no_commit)
    with pytest.raises(sqlite3.DatabaseError), file.batch() as inside:
        commit(inside, head("A", 1), [event()])
    file._writer.db.set_authorizer(None)
    assert file.find("order") == []
    commit(file, head("A", 1), [event()])


def whatever_comes(store: Store, *changes: Change) -> None:
    """Commit all together, and pass over each that fails."""
    with store.batch() as inside:
        for change in changes:
            with suppress(Exception):
                inside.commit(change)


def test_nothing_is_kept_where_something_broke_off_that_was_passed_over(
    file: sqlite.SQLite,
) -> None:
    changes = [Change(head(no, 1), [event()]) for no in ("A", "\ud800", "B")]
    with pytest.raises(UnicodeEncodeError):
        whatever_comes(file, *changes)
    assert file.find("order") == []


def test_nothing_is_kept_where_the_disk_is_full(file: sqlite.SQLite) -> None:
    file._writer.db.execute("VACUUM")
    (pages,) = file._writer.db.execute("PRAGMA page_count").fetchone()
    file._writer.db.execute(f"PRAGMA max_page_count = {pages}")
    changes = [Change(head(no, 1), [event()], {1: bytes(9000)}) for no in "ABC"]
    with pytest.raises(sqlite3.OperationalError, match="full"):
        whatever_comes(file, *changes)
    file._writer.db.execute(f"PRAGMA max_page_count = {pages + 100}")
    assert file.find("order") == []
    whatever_comes(file, *changes)
    assert len(file.find("order")) == 3


def test_who_would_have_to_wait_for_another_writer_is_told_at_once(file: sqlite.SQLite) -> None:
    other = sqlite.SQLite(file.path)
    began = time.monotonic()
    with other.batch():
        with pytest.raises(sqlite3.OperationalError), file.batch():
            pytest.fail("two are writing")
        with pytest.raises(Busy), other.batch():
            pytest.fail("two are writing")
    assert time.monotonic() - began < sqlite.PATIENCE / 2
    commit(file, head("A", 1), [event()])


def test_changes_of_several_histories_are_committed_together(store: Store) -> None:
    for no in "AB":
        commit(store, head(no, 1), [event()], tally={("2026-11", "all wishes"): 1})
    joined = [
        Change(head("A", 2, "merged"), [event("merged", into="B")], {2: b"why"}, tally=LESS),
        Change(head("B", 2), [event("joined", who="A")], tally=MORE),
    ]
    assert store.commit(*joined) == "A"
    assert [store.events(no)[-1].kind for no in "AB"] == ["merged", "joined"]
    assert store.personal("A") == {2: b"why"}
    assert [h.no for h in store.waiting("order", "merged")] == ["A"]
    assert store.tally("2026-11") == {"all wishes": 2, "all merged": 1}


LESS = {("2026-11", "all wishes"): -1, ("2026-11", "all merged"): 1}
MORE = {("2026-11", "all wishes"): 1}


@pytest.mark.parametrize("stale", [0, 1])
def test_of_several_changes_none_is_written_if_one_is_refused(store: Store, stale: int) -> None:
    for no in "AB":
        commit(store, head(no, 1), [event()])
    changes = [
        Change(head(no, 2 + (n == stale)), [event("merged")], {2: b"x"}, tally=MORE, once=f"s{no}")
        for n, no in enumerate("AB")
    ]
    with pytest.raises(Conflict):
        store.commit(*changes)
    full = {("2026-11", "all wishes"): 1}
    good = [c._replace(head=head(no, 2)) for c, no in zip(changes, "AB", strict=True)]
    with pytest.raises(Full):
        store.commit(good[0], good[1]._replace(limits=full))
    for no in "AB":
        assert len(store.events(no)) == 1
        assert store.personal(no) == {}
        assert store.filed(f"s{no}") is None
    assert store.tally("2026-11") == {}
    with store.batch() as inside:
        with pytest.raises(Conflict):
            inside.commit(*changes)
        inside.commit(*good)
    assert [len(store.events(no)) for no in "AB"] == [2, 2]


def test_changes_that_were_submitted_before_are_not_written_again(store: Store) -> None:
    first = Change(head("A", 1), [event()], once="s")
    store.commit(first, Change(head("B", 1), [event()]))
    again = [first._replace(head=head("C", 1)), Change(head("B", 2), [event()])]
    assert store.commit(*again) == "A"
    assert store.events("C") == ()
    assert len(store.events("B")) == 1


def test_of_crossing_changes_one_wins_and_the_other_writes_nothing(store: Store) -> None:
    for no in "AB":
        commit(store, head(no, 1), [event()])

    def merge(into: str, other: str) -> str:
        return store.commit(
            Change(head(other, 2, "merged"), [event("merged")]),
            Change(head(into, 2), [event("joined")]),
        )

    with ThreadPoolExecutor(2) as pool:
        crossing = [pool.submit(merge, "A", "B"), pool.submit(merge, "B", "A")]
        refused = [each.exception() for each in crossing]
    assert [type(error) for error in refused if error] == [Conflict]
    assert len([*store.waiting("order", "merged")]) == 1
    assert [len(store.events(no)) for no in "AB"] == [2, 2]


def test_as_many_changes_as_are_allowed_fit_into_one_transaction(store: Store) -> None:
    nos = [f"N{n}" for n in range(TOGETHER)]
    for state in ("merged", "submitted"):
        version = 1 if state == "merged" else 2
        marks = tuple(f"{name}:{state}" for name in ("service", "team", "state", "into", "grid"))
        told = {no: [Message(f"{no}{state}", "station", "x")] for no in nos}
        store.commit(
            *[
                Change(
                    head(no, version, state)._replace(marks=marks, due=f"2026-11-2{version}"),
                    [event()],
                    tally={(m, f"{s} n"): 1 for m in ("", "2026-11") for s in ("all", "service:x")},
                    messages=told[no],
                )
                for no in nos
            ]
        )
    assert store.tally("2026-11") == {"all n": 2 * TOGETHER, "service:x n": 2 * TOGETHER}
