"""A store is held against the histories in it: what is wrong is named, and what follows mended."""

import json
import os
import random
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from functions.app import App
from functions.context.bundle import FILE
from functions.ops import consistency, demo
from functions.ops.consistency import Findings
from functions.orders import repository
from functions.orders.figures.snapshot import snapshot
from functions.orders.lifecycle.order import Order
from functions.orders.repository import Step
from functions.people import accounts, volunteers
from functions.people.accounts import Accounts
from functions.storage import opening
from functions.storage.connect import connect
from functions.storage.dynamodb import DynamoDB
from functions.storage.history import Change, Event, Message, Stored
from functions.storage.sqlite import SQLite
from tests.support.commands import invoke
from tests.support.community import SECRET, Clock
from tests.support.orders import account

KEPT = ("heads", "marks", "traces", "tallies")


@pytest.fixture(scope="module")
def full(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a community with something of everything; nobody has it open."""
    file = tmp_path_factory.mktemp("full") / "wudan.db"
    store = SQLite(file)
    fill(App(bundle, lambda: store, SECRET, Clock()))
    store.close()
    return file


@pytest.fixture
def filled(app: App, full: Path, tmp_path: Path) -> App:
    """The functions of a community with something of everything."""
    shutil.copy(full, tmp_path / "wudan.db")
    return app


def fill(app: App, orders: int = 30) -> App:
    demo.fill(app, orders)
    account(app, "王芳", accounts.ADMINISTRATOR)
    app.audit.record("exported", "王芳", sheet="orders", month="2026-11")
    app.team_links.issue("barbers", "王芳")
    no = first(app)
    app.access_log.record(no, "staff", "王芳")
    head = app.store.head(no)
    assert head
    told = Message(f"{no}:1:submitted:station", "station", "【新心愿】")
    app.store.commit(Change(head, [], messages=[told], once="a" * 64))
    return app


def first(app: App, kind: str = repository.KIND) -> str:
    """One that was not erased, and has what was typed."""
    return next(no for no in app.store.numbers(kind) if 1 in app.store.personal(no))


@pytest.fixture
def edit(filled: App, tmp_path: Path) -> Callable[[str], None]:
    """Change the file by hand; ``ID`` in a statement is where the first order lies."""
    no = first(filled)

    def edit(script: str) -> None:
        with closing(sqlite3.connect(tmp_path / "wudan.db")) as db:
            (key,) = db.execute("SELECT id FROM heads WHERE no = ?", (no,)).fetchone()
            db.executescript(script.replace("ID", str(key)))

    return edit


def codes(found: Findings) -> set[str]:
    return {fault.code for fault in found.faults}


def derived(file: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(file)) as db:
        return {
            table: sorted(
                row
                for row in db.execute(f"SELECT * FROM {table}")  # noqa: S608
                if consistency.KIND not in row and (table != "tallies" or row[-1] != 0)
            )
            for table in KEPT
        }


def test_a_store_that_was_only_written_by_the_functions_is_healthy(filled: App) -> None:
    found = consistency.examine(filled)
    assert found.faults == []
    signed_up = [*filled.store.numbers(volunteers.KIND)]
    assert found.histories == 30 + len(signed_up) + len(["staff", "done", "link", "looks"])


def test_all_that_is_derived_is_made_again_from_the_histories(
    filled: App, tmp_path: Path, edit: Callable[[str], None]
) -> None:
    file = tmp_path / "wudan.db"
    before = derived(file)
    edit(
        "UPDATE heads SET marks = '[]', due = '', owner = '', data = '{}' WHERE kind = 'order';"
        "DELETE FROM marks; DELETE FROM tallies; DELETE FROM traces;"
    )
    found = consistency.mend(filled)
    assert {"damaged", "traces", "unlisted", "counter"} <= codes(found)
    assert consistency.examine(filled).faults == []
    assert derived(file) == before
    assert [event.kind for event in filled.store.events(consistency.KIND)]


def test_with_the_list_of_all_orders_lost_they_are_found_and_listed_again(
    filled: App, tmp_path: Path, edit: Callable[[str], None]
) -> None:
    before = derived(tmp_path / "wudan.db")
    edit("DELETE FROM marks WHERE mark = ''")
    found = consistency.mend(filled)
    assert codes(found) == {"unlisted"}
    assert derived(tmp_path / "wudan.db") == before
    assert len([*filled.store.numbers(repository.KIND)]) == 30


def test_one_counter_that_is_wrong_is_named(filled: App, edit: Callable[[str], None]) -> None:
    edit("UPDATE tallies SET stands = stands + 3 WHERE (name, month) = ('all wishes', '2026-11')")
    found = consistency.examine(filled)
    assert found.counters == {("2026-11", "all wishes"): -3}
    assert [(fault.code, fault.no) for fault in found.faults] == [("counter", "all wishes")]


LOST = {
    "a sealed part": ("DELETE FROM personal WHERE head = ID AND seq = 1", "sealed_missing"),
    "all sealed parts": ("DELETE FROM personal", "sealed_missing"),
    "the first event": ("DELETE FROM events WHERE head = ID AND seq = 1", "gap"),
    "the last event": (
        "DELETE FROM events WHERE head = ID"
        " AND seq = (SELECT max(seq) FROM events WHERE head = ID)",
        "gap",
    ),
    "all events of one": ("DELETE FROM events WHERE head = ID", "gap"),
    "a head": ("DELETE FROM heads WHERE id = ID", "headless"),
    "an account": ("DELETE FROM heads WHERE kind = 'staff'", "account_lost"),
    "an order whole": (
        "DELETE FROM heads WHERE id = ID; DELETE FROM events WHERE head = ID;"
        "DELETE FROM personal WHERE head = ID; DELETE FROM marks WHERE head = ID;"
        "DELETE FROM traces WHERE head = ID; DELETE FROM submissions WHERE head = ID",
        "lost",
    ),
    "an event's content": ("UPDATE events SET data = '{' WHERE head = ID AND seq = 1", "damaged"),
    "an event's author": ("UPDATE events SET by = 'team' WHERE head = ID AND seq = 1", "damaged"),
    "an account's password": ("UPDATE heads SET data = '{}' WHERE kind = 'staff'", "damaged"),
    "a sealed part's content": ("UPDATE personal SET sealed = x'00' WHERE head = ID", "damaged"),
}


@pytest.mark.slow
@pytest.mark.parametrize("lost", LOST)
def test_what_only_a_backup_has_is_named_and_left_alone(
    filled: App, edit: Callable[[str], None], lost: str
) -> None:
    script, code = LOST[lost]
    edit(script)
    found = consistency.examine(filled)
    assert code in codes(found)
    events = {kept.no: kept.events for kept in filled.store.everything()}
    consistency.mend(filled)
    assert code in codes(consistency.examine(filled))
    after = {kept.no: kept.events for kept in filled.store.everything()}
    assert {no: after.get(no) for no in events} == events


FOLLOWS = {
    "lists by service": ("DELETE FROM marks WHERE mark LIKE 'service:%'", "unlisted"),
    "a list of another": ("INSERT INTO marks VALUES ('order', 'team:x', '2026', ID)", "overlisted"),
    "a list of nothing": ("INSERT INTO marks VALUES ('order', '', '2026', 9999)", "stray"),
    "a submission of nothing": ("INSERT INTO submissions VALUES ('s', 9999)", "stray"),
    "all traces": ("DELETE FROM traces", "traces"),
    "where traces lead": ("DELETE FROM marks WHERE mark LIKE 'phone:%'", "unlisted"),
    "a head's content": ("UPDATE heads SET state = state || '?' WHERE id = ID", "damaged"),
}


@pytest.mark.parametrize("wrong", FOLLOWS)
def test_what_follows_from_the_histories_is_named_and_mended(
    filled: App, tmp_path: Path, edit: Callable[[str], None], wrong: str
) -> None:
    before = derived(tmp_path / "wudan.db")
    script, code = FOLLOWS[wrong]
    edit(script)
    assert codes(consistency.mend(filled)) == {code}
    assert consistency.examine(filled).faults == []
    assert derived(tmp_path / "wudan.db") == before


def test_sealed_parts_that_changed_places_do_not_open(filled: App) -> None:
    one, other = [
        no for no in filled.store.numbers(repository.KIND) if 1 in filled.store.personal(no)
    ][:2]
    sealed = {no: filled.store.personal(no)[1] for no in (one, other)}
    for no, of in ((one, other), (other, one)):
        head = filled.store.head(no)
        assert head
        filled.store.commit(Change(head, [], {1: sealed[of]}))
    faults = consistency.examine(filled).faults
    assert {(fault.code, fault.no) for fault in faults} == {("sealed", one), ("sealed", other)}


def test_a_history_that_could_not_have_happened_is_named_and_left_alone(filled: App) -> None:
    head = filled.store.head(no := first(filled))
    assert head
    filled.store.commit(Change(head, [], rewritten={1: Event("rated", "resident", head.begun)}))
    found = consistency.mend(filled)
    assert [(fault.code, fault.no) for fault in found.faults] == [("impossible", no)]
    assert filled.store.head(no) == head
    assert found.counters == {}  # It counts for what its head says.


def test_what_should_have_been_erased_is_found_and_erased(filled: App) -> None:
    order = filled.orders.find(next(h.no for h in filled.store.find("order", ["state:closed"])))
    assert order
    sealed = {1: filled.vault.seal(order.no, {"phone": "+8613800000000"})}
    gone = Step(Event("erased", "clock", filled.clock.now.isoformat()))
    filled.orders.move(order, gone)
    head = filled.store.head(order.no)
    assert head
    # As an earlier version left it, which broke off between the two.
    filled.store.commit(Change(head, [], sealed, traces=["phone:f00"]))
    assert codes(consistency.mend(filled)) == {"erased_kept", "traces"}
    assert consistency.examine(filled).faults == []
    assert filled.store.personal(order.no) == {}
    assert filled.store.find("order", ["phone:f00"]) == []


@pytest.fixture
def marked(filled: App, bundle: Path, tmp_path: Path, clock: Callable[[], datetime]) -> App:
    """The volunteers' form says that their free times are personal, which it did not before."""
    for no in [*filled.store.numbers(volunteers.KIND)][:2]:
        head, (applied, *_) = filled.store.head(no), filled.store.events(no)
        assert head
        times = {**applied.data, "times": ["weekend"]}
        filled.store.commit(
            Change(
                head._replace(data=head.data | {"times": ["weekend"]}),
                [],
                rewritten={1: applied._replace(data=times)},
            )
        )
    built = json.loads((bundle / FILE).read_text())
    fields = built["forms"]["volunteer"]["fields"]
    (field,) = [field for field in fields if field["name"] == "times"]
    field["role"] = "personal"
    (tmp_path / FILE).write_text(json.dumps(built))
    return App(tmp_path, lambda: filled.store, SECRET, clock)


def test_personal_answers_that_lie_in_histories_are_sealed(marked: App) -> None:
    one, other = [*marked.store.numbers(volunteers.KIND)][:2]
    head = marked.store.head(other)
    assert head
    if head.state != "inactive":
        marked.volunteers.move(head, "deactivated", "王芳")
    head = marked.store.head(other)
    assert head
    marked.volunteers.move(head, "erased", "王芳")
    found = consistency.mend(marked)
    assert {fault.no for fault in found.faults if fault.code == "exposed"} == {one, other}
    assert consistency.examine(marked).faults == []
    for no in (one, other):
        head = marked.store.head(no)
        assert head
        assert "times" not in {**head.data, **marked.store.events(no)[0].data}
    assert marked.personal.contact(one)["times"] == ["weekend"]
    assert marked.personal.contact(one)["phone"]
    assert marked.store.personal(other) == {}


def test_nothing_is_mended_where_most_cannot_be_read(
    filled: App, tmp_path: Path, edit: Callable[[str], None]
) -> None:
    edit("DELETE FROM events WHERE head % 3")
    before = derived(tmp_path / "wudan.db")
    with pytest.raises(consistency.Refusal, match="unreadable"):
        consistency.mend(filled)
    assert derived(tmp_path / "wudan.db") == before


@pytest.mark.parametrize("lost", [("heads",), ("heads", "events", "personal")])
def test_figures_are_never_set_to_nothing(
    filled: App, edit: Callable[[str], None], lost: tuple[str, ...]
) -> None:
    edit("".join(f"DELETE FROM {table};" for table in lost))  # noqa: S608
    with pytest.raises(consistency.Refusal):
        consistency.mend(filled)
    assert filled.store.tallies()


def test_another_secret_is_told_once_and_nothing_else_is_held_against_it(
    filled: App, bundle: Path
) -> None:
    def seen_with(secret: bytes) -> Findings:
        return consistency.examine(App(bundle, lambda: filled.store, secret).inside(filled.store))

    assert codes(seen_with(b"of another community")) == {"secret_foreign"}
    assert codes(seen_with(b"")) == {"secret_missing"}
    assert codes(seen_with(b"the next\n" + SECRET)) == set()
    filled.store.set_fact(opening.FACT, "")
    assert codes(seen_with(b"of another community")) == {"secret_foreign"}


@pytest.fixture
def table(dynamodb: str, tmp_path: Path, bundle: Path, clock: Callable[[], datetime]) -> App:
    """A community in a table, with something of everything."""
    return fill(App(bundle, lambda: connect(f"{dynamodb}/{tmp_path.name}"), SECRET, clock), 6)


def kept(app: App) -> dict[str, Stored]:
    return {kept.no: kept for kept in app.store.everything() if kept.no != consistency.KIND}


def test_what_follows_is_made_again_in_a_table(table: App) -> None:
    assert consistency.examine(table).faults == []
    before, store, no = kept(table), table.store, first(table)
    assert isinstance(store, DynamoDB)

    def remove(pk: str, sk: str) -> None:
        store.client.delete_item(TableName="wudan", Key={"pk": {"S": pk}, "sk": {"S": sk}})

    remove(store.pk("history", no), "head")
    for pk, sk in before[no].places:
        remove(pk, sk)
    stray = {"pk": {"S": store.pk("mark", "order", "")}, "sk": {"S": "2026 NOBODY"}}
    store.client.put_item(TableName="wudan", Item=stray)
    wrong = {("2026-11", "all wishes"): 3}
    account = store.head("staff:王芳")
    assert account
    store.commit(Change(account, [], tally=wrong))
    assert codes(consistency.mend(table)) == {"headless", "stray", "counter"}
    assert consistency.examine(table).faults == []
    assert kept(table) == before
    assert store.filed("a" * 64) == no


def test_an_event_that_is_lost_in_a_table_is_named(table: App) -> None:
    store, no = table.store, first(table)
    assert isinstance(store, DynamoDB)
    key = {"pk": {"S": store.pk("history", no)}, "sk": {"S": "event 00000001"}}
    store.client.put_item(TableName="wudan", Item=key)
    assert [(f.code, f.no, f.names) for f in consistency.examine(table).faults] == [
        ("damaged", no, {"part": "event 1"})
    ]
    store.client.delete_item(TableName="wudan", Key=key)
    consistency.mend(table)
    assert codes(consistency.examine(table)) == {"gap"}


class Killed(Exception):
    pass


@pytest.mark.parametrize("after", [1, 3])
def test_mending_that_broke_off_in_a_table_is_completed_by_the_next(
    table: App, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, store = kept(table), table.store
    for one in before.values():
        if one.head and one.head.kind == repository.KIND:
            store.renew(one, one.head._replace(state="x", marks=("x",)), set())
    renew, left = store.renew, iter(range(after))

    def renew_until(*arguments: Any) -> None:
        if next(left, None) is None:
            raise Killed
        renew(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(store, "renew", renew_until)
        with pytest.raises(Killed):
            consistency.mend(table)
    assert consistency.examine(table).faults
    consistency.mend(table)
    assert consistency.examine(table).faults == []
    assert kept(table) == before


@pytest.mark.slow
def test_beside_those_who_write_there_is_never_a_false_alarm(filled: App) -> None:
    stop, written = threading.Event(), list[str]()

    def write(n: int) -> None:
        while not stop.is_set():
            no = f"{n}{len(written)}"
            data = {"service": "haircut", "wording": "1", "key": "k"}
            step = Step(
                Event("submitted", "resident", filled.clock.now.isoformat(), data),
                {"phone": "+8613800001234"},
            )
            order = filled.orders.move(Order(no), step, once=no)
            filled.orders.move(order, Step(Event("cancelled", "resident", order.filed_at)))
            written.append(no)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for writer in writers:
        writer.start()
    try:
        seen = 0
        while len(written) < 200:
            found = consistency.examine(filled)
            assert found.faults == []
            seen = max(seen, found.histories)
        for _ in range(3):
            consistency.mend(filled)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert seen > 40, "nobody wrote while it was examined"
    assert consistency.examine(filled).faults == []


@pytest.fixture
def data(root: Path, bundle: Path, full: Path) -> Path:
    """The data folder of a root that was built, with thirty orders; nobody has it open."""
    folder = root / "var"
    folder.mkdir()
    (folder / "secret").write_bytes(SECRET)
    shutil.copy(full, folder / "wudan.db")
    shutil.copytree(bundle, root / ".wudan/bundle")
    return folder


@pytest.fixture
def ask(root: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    for name in ("WUDAN_STORE", "WUDAN_BUNDLE", "WUDAN_SECRET"):
        monkeypatch.delenv(name, raising=False)

    def ask(*options: str, data: Path = data) -> Result:
        result = invoke("doctor", "--root", root, "--data", data, *options)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return ask


def test_the_exit_code_says_whether_a_store_is_healthy(
    ask: Callable[..., Result], data: Path
) -> None:
    assert ask().exit_code == 0
    with closing(sqlite3.connect(data / "wudan.db")) as db:
        db.executescript("DELETE FROM marks WHERE mark = ''; UPDATE tallies SET stands = 7")
    told = ask()
    assert told.exit_code == 1
    assert "build.py doctor --mend" in told.stderr
    assert "……这样的还有" in told.stderr
    assert ask("--mend").exit_code == 0
    assert ask().exit_code == 0
    with closing(sqlite3.connect(data / "wudan.db")) as db:
        db.executescript("DELETE FROM heads")
    refused = ask("--mend")
    assert refused.exit_code == 2
    assert "什么也没有改" in refused.stderr


def test_without_a_store_it_says_so_and_makes_none(
    ask: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "typo"):
        result = ask(data=folder)
        assert result.exit_code == 2
        assert "还没有数据库" in result.stderr
    assert os.listdir(tmp_path / "empty") == []
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize("left", [0, 100, 5000])
def test_a_file_that_was_cut_or_overwritten_is_told(
    ask: Callable[..., Result], data: Path, left: int
) -> None:
    whole = (data / "wudan.db").read_bytes()
    (data / "wudan.db").write_bytes(whole[:left])
    result = ask()
    assert result.exit_code == 2
    assert "restore" in result.stderr
    (data / "wudan.db").write_text("五单" * 2000)
    assert "restore" in ask().stderr


@pytest.mark.parametrize("secret", [None, "", "short", "of some other community"])
def test_it_runs_with_whatever_secret_there_is_and_says_so(
    ask: Callable[..., Result], data: Path, secret: str | None
) -> None:
    (data / "secret").unlink()
    if secret is not None:
        (data / "secret").write_text(secret)
    result = ask()
    assert result.exit_code == 1
    assert "密钥" in result.stderr
    assert (data / "secret").exists() == (secret is not None)


def meaning(file: Path) -> dict[str, list[str]] | None:
    """What histories, heads, lists, counters and sealed parts say; None where SQLite itself
    finds the file damaged. It shares nothing with what is tested."""
    tables = ("heads", "events", "personal", "marks", "traces", "tallies")
    try:
        with closing(sqlite3.connect(file)) as db:
            db.text_factory = bytes
            if db.execute("PRAGMA integrity_check").fetchall() != [(b"ok",)]:
                return None
            return {
                table: sorted(
                    repr(row)
                    for row in db.execute(f"SELECT * FROM {table}")  # noqa: S608
                    if table != "tallies" or row[-1] != 0
                )
                for table in tables
            }
    except (sqlite3.Error, ValueError):
        return None


@pytest.mark.slow
def test_no_store_is_called_healthy_in_which_a_flipped_bit_hit_something(
    ask: Callable[..., Result], data: Path
) -> None:
    file, chance = data / "wudan.db", random.Random(13)
    whole, before, hit = file.read_bytes(), meaning(file), 0
    for _ in range(200):
        flipped, at = bytearray(whole), chance.randrange(8 * len(whole))
        flipped[at // 8] ^= 1 << at % 8
        for log in data.glob("wudan.db-*"):
            log.unlink()
        file.write_bytes(flipped)
        harmless = meaning(file) == before
        hit += not harmless
        result = ask()
        assert harmless or result.exit_code != 0, at
    assert hit > 80


def test_moving_from_where_there_is_no_store_makes_none(tmp_path: Path) -> None:
    result = invoke("move", "--from", f"sqlite:{tmp_path}/typo/wudan.db", "--to", "sqlite:x")
    assert result.exit_code == 1
    assert "还没有数据库" in result.stderr
    assert not (tmp_path / "typo").exists()


@pytest.mark.slow
def test_a_store_is_healthy_however_long_a_step_took(
    bundle: Path, tmp_path: Path, clock: Callable[[], datetime]
) -> None:
    """To make a password's hash takes long enough for the clock to go on meanwhile."""

    def going_on() -> datetime:
        clock.forward(seconds=1)  # type: ignore[attr-defined]
        return clock()

    app = App(bundle, lambda: connect(f"sqlite:{tmp_path}/wudan.db"), SECRET, going_on)
    Accounts(app.store, app.clock).add("王芳")
    app.audit.record("exported", "王芳", sheet="orders")
    Accounts(app.store, app.clock).reset("王芳")
    app.team_links.issue("barbers", "王芳")
    demo.fill(app, 3)
    first = next(iter(app.store.numbers(repository.KIND)))
    app.access_log.record(first, "staff", "王芳")
    assert consistency.examine(app).faults == []


@pytest.mark.parametrize("column", ["name", "month", "stands"])
def test_a_counter_whose_type_a_flipped_bit_changed_is_counted_anew(
    filled: App, edit: Callable[[str], None], column: str
) -> None:
    """SQLite keeps the type with each value, in bits that can flip as well."""
    made = {month: filled.store.tally(month) for month in filled.store.months()}
    changed = f"{column} = CAST({column} AS BLOB)"
    edit(f"UPDATE tallies SET {changed} WHERE name = 'all wishes'")  # noqa: S608
    assert snapshot(filled.store, filled.clock.now.date())["months"].keys() <= made.keys()
    assert not consistency.examine(filled).healthy
    consistency.mend(filled)
    assert {month: filled.store.tally(month) for month in filled.store.months()} == made
    assert consistency.examine(filled).healthy
