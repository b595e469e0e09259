"""Copies of a store: whole, verified, thinned, and put back without losing what was there."""

import json
import shutil
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.app import App
from functions.context.bundle import FILE
from functions.context.workdays import CHINA
from functions.errors import Unusable, Wrong
from functions.ops import backup, consistency
from functions.ops.backup import Rule, spare
from functions.orders import repository, upkeep
from functions.people import second_factor
from functions.people.accounts import Accounts
from functions.people.second_factor import SecondFactors
from functions.storage import opening
from functions.storage.connect import connect
from functions.storage.file_lock import FileLock
from generator.build import incremental
from tests.support import killed
from tests.support.client import Client
from tests.support.commands import readable, run
from tests.support.community import SECRET, Clock
from tests.support.orders import JOIN, PASSWORD, account, add_note, enter, found, move, wish

RULE = Rule(7, 5, 12)


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    return tmp_path / "copies"


@pytest.fixture
def filed(client: Client) -> App:
    for _ in range(3):
        wish(client)
    return client.app


def test_a_copy_that_was_refused_does_not_keep_the_lock(filed: App, copies: Path) -> None:
    copies.mkdir()
    other = FileLock(copies)
    other.share()
    with pytest.raises(Unusable, match="in_use"):
        backup.make(filed, copies, RULE)
    other.close()
    assert backup.make(filed, copies, RULE).healthy


def test_a_copy_is_made_while_others_write_and_has_all_that_was_acknowledged(
    filed: App, copies: Path, tmp_path: Path
) -> None:
    client = Client(filed)
    with ThreadPoolExecutor(3) as pool:
        before = [pool.submit(lambda: wish(client).no) for _ in range(10)]
        acknowledged = {each.result() for each in before}
        meanwhile = [pool.submit(lambda: wish(client).no) for _ in range(10)]
        made = backup.make(filed, copies, RULE)
        assert {each.result() for each in meanwhile}
    assert made.healthy
    with closing(connect(f"sqlite:{shutil.copy(made.file, tmp_path / 'wudan-copy.db')}")) as copied:
        assert acknowledged <= {*copied.numbers(repository.KIND)}
    assert filed.store.fact(backup.FACT) == filed.clock.now.isoformat()


def test_a_store_is_counted_anew_after_whoever_is_writing(filed: App) -> None:
    with ThreadPoolExecutor(1) as pool:
        with filed.store.batch():
            counted = pool.submit(upkeep.recount, filed.orders, filed.clock.now.isoformat())
            assert wait([counted], 0.3).not_done
        counted.result()
    assert filed.store.fact(upkeep.COUNTED) == upkeep.COUNTING


def test_only_its_owner_can_read_a_copy_and_nothing_lies_beside_it(
    filed: App, copies: Path
) -> None:
    made = backup.make(filed, copies, RULE)
    assert made.file.stat().st_mode & 0o077 == 0
    assert made.file.name == "wudan-20261123-100000.db"
    assert [*copies.iterdir()] == [made.file]


def test_what_a_killed_backup_left_is_gone_after_the_next(filed: App, copies: Path) -> None:
    (copies / backup.WORKING).mkdir(parents=True)
    (copies / backup.WORKING / "wudan.db").write_bytes(b"half")
    made = backup.make(filed, copies, RULE)
    assert [*copies.iterdir()] == [made.file]


def test_a_copy_that_is_not_healthy_is_kept_and_nothing_older_goes(
    filed: App, copies: Path, clock: Clock, tmp_path: Path
) -> None:
    backup.make(filed, copies, Rule(1, 0, 0))
    clock.forward(days=3)
    with closing(sqlite3.connect(tmp_path / "wudan.db")) as db:
        db.execute("UPDATE tallies SET stands = stands + 1")
        db.commit()
    made = backup.make(filed, copies, Rule(1, 0, 0))
    assert not made.healthy
    assert len([*copies.iterdir()]) == 2


def test_older_copies_go_by_the_rule_and_foreign_files_stay(
    filed: App, copies: Path, clock: Clock
) -> None:
    copies.mkdir()
    (copies / "letters.db").write_text("mine")
    for _ in range(12):
        made = backup.make(filed, copies, Rule(3, 0, 0))
        backup.secret_of(made.file).write_text("secret")
        clock.forward(days=1)
    kept = sorted(file.name for file in copies.iterdir())
    assert kept[0] == "letters.db"
    assert [name[6:14] for name in kept[1::2]] == ["20261202", "20261203", "20261204"]


@given(
    st.sets(st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)), max_size=60),
    st.builds(Rule, *[st.integers(0, 12)] * 3),
)
def test_the_last_copy_of_each_day_week_and_month_of_the_rule_is_kept(
    made: set[datetime], rule: Rule
) -> None:
    kept = made - spare(made, rule)
    assert not made or max(made) in kept
    for count, period in (
        (rule.daily, lambda at: at.date()),
        (rule.weekly, lambda at: at.isocalendar()[:2]),
        (rule.monthly, lambda at: (at.year, at.month)),
    ):
        for each in sorted({period(at) for at in made}, reverse=True)[:count]:
            assert max(at for at in made if period(at) == each) in kept
    # Of all else, only what was made on the last day.
    most = rule.daily + rule.weekly + rule.monthly
    assert len({at.date() for at in kept}) <= most + 2


def test_a_folder_that_git_would_take_up_is_refused(community: Path) -> None:
    subprocess.run(["git", "init", "-q", str(community)], check=True)
    result = run(community, "backup", community / "copies")
    assert result.exit_code == 1
    assert "git" in result.stderr
    (community / ".gitignore").write_text("/copies/\n")
    assert run(community, "backup", community / "copies").exit_code == 0


def test_the_secret_goes_along_only_when_asked_and_comes_back_with_the_copy(
    community: Path, copies: Path
) -> None:
    assert run(community, "backup", copies).exit_code == 0
    assert not [*copies.glob("*.secret")]
    assert "锁好" in run(community, "backup", copies, "--with-secret").stderr
    (along,) = copies.glob("*.secret")
    assert along.stat().st_mode & 0o077 == 0
    shutil.rmtree(community / "var")
    result = run(community, "restore", along.with_suffix(".db"))
    assert (result.exit_code, readable(community / "var")) == (0, 12)


def test_a_copy_is_put_back_and_what_was_there_is_kept(community: Path, copies: Path) -> None:
    run(community, "backup", copies)
    (copy,) = copies.glob("*.db")
    assert run(community, "demo", "--orders", "5").exit_code == 0
    result = run(community, "restore", copy)
    assert (result.exit_code, readable(community / "var")) == (0, 12)
    (kept,) = (community / "var").glob("replaced-*")
    shutil.copy(community / "var/secret", kept / "secret")
    assert readable(kept) == 17


def test_a_log_that_lies_in_the_place_does_not_damage_what_is_put_back(
    community: Path, copies: Path
) -> None:
    """A log is read into whatever database lies beside it; a killed server leaves one behind."""
    run(community, "backup", copies)
    (copy,) = copies.glob("*.db")
    var = community / "var"
    with closing(sqlite3.connect(var / "wudan.db")) as db:
        db.execute("UPDATE heads SET owner = owner || ' '")
        db.commit()
        left = (var / "wudan.db-wal").read_bytes()
    for damage in (b"", b"no database at all" * 100, None):
        if damage is not None:
            (var / "wudan.db").write_bytes(damage)
        (var / "wudan.db-wal").write_bytes(left)
        result = run(community, "restore", copy)
        assert (result.exit_code, readable(var)) == (0, 12), result.output


def test_nothing_is_put_back_beside_a_server_of_any_version(community: Path, copies: Path) -> None:
    run(community, "backup", copies)
    (copy,) = copies.glob("*.db")
    file = community / "var/wudan.db"
    before = file.read_bytes()
    with closing(connect(f"sqlite:{file}")):
        assert "serve" in run(community, "restore", copy).stderr
    with closing(sqlite3.connect(file)) as older:
        older.execute("SELECT count(*) FROM heads").fetchone()
        assert "serve" in run(community, "restore", copy).stderr
    assert file.read_bytes() == before
    assert not [*(community / "var").glob("replaced-*")]


def test_a_copy_of_another_community_or_no_copy_at_all_is_not_put_back(
    community: Path, copies: Path, tmp_path: Path
) -> None:
    run(community, "backup", copies)
    (copy,) = copies.glob("*.db")
    text = tmp_path / "text.db"
    text.write_text("心愿" * 1000)
    opening.write_secret(community / "var/secret", opening.new_line())
    for file, sentence in ((copy, "不是一对"), (text, "坏了"), (tmp_path / "none.db", "没有")):
        result = run(community, "restore", file)
        assert result.exit_code == 1
        assert sentence in result.stderr
    assert not [*(community / "var").glob("replaced-*")]


@pytest.mark.slow
def test_through_a_kill_at_any_moment_every_order_stays_readable(
    community: Path, copies: Path, tmp_path: Path
) -> None:
    """As the handbook says: back up, lose the database, put the copy back; killed on the way, and
    done again."""
    var, common = community / "var", ("--root", community, "--data", community / "var")
    for _ in killed.each(copies, "backup", copies, *common):
        for whole in copies.glob("wudan-*.db"):
            shutil.copy(whole, tmp_path / "wudan.db")
            shutil.copy(var / "secret", tmp_path / "secret")
            assert readable(tmp_path) == 12
        assert readable(var) == 12
    (copy,) = copies.iterdir()
    for _ in killed.each(var, "restore", copy, *common):
        assert readable(var) == 12
    (var / "wudan.db").write_bytes(b"damaged" * 1000)
    for _ in killed.each(var, "restore", copy, *common, most=10):
        assert run(community, "restore", copy).exit_code == 0
        assert readable(var) == 12


def test_a_store_in_the_cloud_has_no_file_to_copy(filed: App, copies: Path, dynamodb: str) -> None:
    with pytest.raises(Unusable, match="not_a_file"):
        backup.make(filed.inside(connect(dynamodb)), copies, RULE)
    with pytest.raises(Unusable, match="not_a_file"):
        backup.restore(copies, dynamodb, "", datetime(2026, 11, 23, tzinfo=CHINA))


@pytest.mark.parametrize("name", ["public/x", "content", "static/copies", "templates"])
def test_a_folder_that_is_published_is_refused(community: Path, name: str) -> None:
    result = run(community, "backup", community / name)
    assert result.exit_code == 1
    assert "发布" in result.stderr
    assert not [*community.rglob("wudan-*.db")]


def test_a_copy_is_made_beside_a_site_that_an_earlier_version_built(
    community: Path, copies: Path
) -> None:
    """As the documented upgrade does it, before the new program has built anything."""
    file = incremental.bundle_folder(community) / FILE
    bundle = json.loads(file.read_text())
    del bundle["site"]["backup"]
    file.write_text(json.dumps(bundle))
    assert run(community, "backup", copies).exit_code == 0


def test_a_command_that_finds_the_store_busy_says_so(community: Path) -> None:
    with closing(sqlite3.connect(community / "var/wudan.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        result = run(community, "staff", "add", "王芳")
    assert (result.exit_code, "过一会儿" in result.stderr) == (1, True)


def test_a_secret_that_was_saved_on_windows_is_the_same_to_every_command(
    community: Path, copies: Path
) -> None:
    secret = community / "var/secret"
    secret.write_bytes(b"\xef\xbb\xbf" + secret.read_bytes() + b"\r\n")
    assert run(community, "backup", copies).exit_code == 0
    (copy,) = copies.glob("*.db")
    assert run(community, "restore", copy).exit_code == 0


@pytest.mark.parametrize("lost", [False, True])
def test_what_was_erased_since_does_not_come_back_with_a_copy(
    client: Client, app: App, bundle: Path, clock: Clock, tmp_path: Path, lost: bool
) -> None:
    signed, filed, kept = client.post("/api/volunteer", JOIN), wish(client), wish(client)
    folder = tmp_path / "copies"
    copy = backup.make(app, folder, RULE).file
    move(app, filed.no, "cancelled", "erased")
    person = app.volunteers.find(signed.no)
    assert person
    app.volunteers.move(person.head, "erased")
    if lost:  # The database itself, after one more copy.
        clock.forward(hours=1)
        backup.make(app.current(), folder, RULE)
    app.close()
    place = tmp_path / ("elsewhere" if lost else ".") / "wudan.db"
    made = backup.restore(copy, f"sqlite:{place}", SECRET.decode(), clock.now)
    assert made.erased == 2
    restored = App(bundle, lambda: connect(f"sqlite:{place}"), SECRET, clock)
    for no in (signed.no, filed.no):
        assert (restored.store.personal(no), [*restored.store.traces(no)]) == ({}, [])
    assert restored.personal.contact(kept.no)["name"] == "𠮷野先生"
    assert consistency.examine(restored).healthy
    restored.close()


@pytest.mark.parametrize("lost", [False, True])
def test_accounts_and_links_that_were_ended_since_stay_so_and_sessions_end(
    app: App, bundle: Path, clock: Clock, tmp_path: Path, lost: bool
) -> None:
    staff = Accounts(app.store, app.clock)
    for name in ("王芳", "小陈"):
        account(app, name)
    link = app.team_links.address(app.team_links.issue("barbers", "王芳"))
    folder = tmp_path / "copies"
    copy = backup.make(app, folder, RULE).file
    signed_in = enter(app, "王芳", PASSWORD)
    staff.disable("小陈", "王芳")
    app.team_links.revoke("barbers", "王芳")
    account(app, "李主任")
    if lost:  # The database itself, after one more copy.
        clock.forward(hours=1)
        backup.make(app.current(), folder, RULE)
    app.close()
    place = tmp_path / ("elsewhere" if lost else ".") / "wudan.db"
    backup.restore(copy, f"sqlite:{place}", SECRET.decode(), clock.now)
    with closing(App(bundle, lambda: connect(f"sqlite:{place}"), SECRET, clock)) as restored:
        with pytest.raises(Wrong, match="sign_in"):
            enter(restored, "小陈", PASSWORD)
        assert not restored.team_links.opens("barbers", link.partition("key=")[2])
        known = Accounts(restored.store, restored.clock)
        assert known.current("王芳", signed_in.version, clock.now) is None
        for name in ("王芳", "李主任"):
            assert enter(restored, name, PASSWORD).name == name
        assert consistency.examine(restored).healthy


@pytest.mark.parametrize("lost", [False, True])
def test_links_and_consents_that_were_taken_back_since_stay_so(
    client: Client, app: App, bundle: Path, clock: Clock, tmp_path: Path, lost: bool
) -> None:
    filed, other = wish(client), wish(client)
    signed = client.post("/api/volunteer", JOIN)
    folder = tmp_path / "copies"
    copy = backup.make(app, folder, RULE).file
    own = client.get(filed.location).form("/api/order", do="relink")
    client.post("/api/order", {**own, "do": "relink"})
    new = app.orders.address(found(app, filed.no))
    corrected = client.get(new).form("/api/order", do="correct")
    client.post("/api/order", {**corrected, "do": "correct", "address": "别处 3 号"})
    person = app.volunteers.find(signed.no)
    assert person
    app.volunteers.move(person.head, "deactivated")
    move(app, other.no, "triaged")  # Takes nothing back.
    if lost:
        clock.forward(hours=1)
        backup.make(app.current(), folder, RULE)
    app.close()
    place = tmp_path / ("elsewhere" if lost else ".") / "wudan.db"
    made = backup.restore(copy, f"sqlite:{place}", SECRET.decode(), clock.now)
    assert (made.erased, made.followed) == (0, 2)
    with closing(App(bundle, lambda: connect(f"sqlite:{place}"), SECRET, clock)) as restored:
        visitor = Client(restored)
        assert visitor.get(filed.location).status == 404
        assert "别处 3 号" in visitor.get(new).text
        assert restored.volunteers.find(signed.no).head.state == "inactive"  # type: ignore[union-attr]
        assert found(restored, other.no).state == "submitted"
        assert consistency.examine(restored).healthy


def test_an_authenticator_that_was_forgotten_since_stays_so_and_a_new_one_belongs(
    app: App, bundle: Path, clock: Clock, tmp_path: Path
) -> None:
    staff = Accounts(app.store, app.clock)
    factors = SecondFactors(app.store, app.vault, app.clock)
    secrets = {name: second_factor.fresh() for name in ("王芳", "小陈")}

    def enrol(name: str) -> None:
        seconds = int(clock.now.timestamp())
        factors.enrol(name, secrets[name], second_factor.code_of(secrets[name], seconds))

    for name in secrets:
        account(app, name)
    enrol("王芳")
    copy = backup.make(app, tmp_path / "copies", RULE).file
    staff.reset("王芳", "小陈")
    enrol("小陈")
    clock.forward(minutes=10)
    app.close()
    place = tmp_path / "wudan.db"
    backup.restore(copy, f"sqlite:{place}", SECRET.decode(), clock.now)
    with closing(App(bundle, lambda: connect(f"sqlite:{place}"), SECRET, clock)) as restored:
        factors = SecondFactors(restored.store, restored.vault, restored.clock)
        assert factors.everybody() == {"小陈"}
        attempts = restored.orders.attempts("192.0.2.1")
        seconds = int(clock.now.timestamp())
        factors.check("小陈", second_factor.code_of(secrets["小陈"], seconds), attempts)
        assert consistency.examine(restored).healthy


def test_what_was_recorded_since_stays_recorded_and_so_does_the_restoring(
    app: App, bundle: Path, clock: Clock, tmp_path: Path
) -> None:
    account(app, "王芳")
    copy = backup.make(app, tmp_path / "copies", RULE).file
    app.audit.record("looked", "王芳", no="2345678900")  # Of an order that the copy has not.
    clock.forward(minutes=1)
    app.close()
    backup.restore(copy, f"sqlite:{tmp_path}/wudan.db", SECRET.decode(), clock.now)
    with closing(App(bundle, lambda: connect(f"sqlite:{tmp_path}/wudan.db"), SECRET, clock)) as new:
        assert {head.data["what"] for head in new.audit.find()} == {"looked", "restored"}
        assert consistency.examine(new).healthy


def test_a_session_of_a_version_that_comes_again_after_restoring_opens_nothing(
    app: App, bundle: Path, clock: Clock, tmp_path: Path
) -> None:
    account(app, "王芳")
    copy = backup.make(app, tmp_path / "copies", RULE).file
    Accounts(app.store, app.clock).give_role("王芳", "administrator")
    stolen = enter(app, "王芳", PASSWORD), clock.now
    clock.forward(minutes=1)
    app.close()
    place = tmp_path / "elsewhere" / "wudan.db"  # Nothing tells what came after the copy.
    backup.restore(copy, f"sqlite:{place}", SECRET.decode(), clock.now)
    with closing(App(bundle, lambda: connect(f"sqlite:{place}"), SECRET, clock)) as restored:
        known = Accounts(restored.store, restored.clock)
        assert enter(restored, "王芳", PASSWORD).version == stolen[0].version
        assert known.current("王芳", stolen[0].version, stolen[1]) is None
        assert known.current("王芳", stolen[0].version, clock.now)


def test_what_was_erased_stays_so_where_an_older_copy_was_put_back_in_between(
    client: Client, app: App, bundle: Path, clock: Clock, tmp_path: Path
) -> None:
    filed, place, folder = wish(client), tmp_path / "wudan.db", tmp_path / "copies"
    older = backup.make(app, folder, RULE).file
    for text in ("请快", "请上午来"):
        clock.forward(minutes=1)
        add_note(client, filed, text)
    clock.forward(hours=1)
    newer = backup.make(app.current(), folder, RULE).file
    app.close()
    backup.restore(older, f"sqlite:{place}", SECRET.decode(), clock.now)
    with closing(App(bundle, lambda: connect(f"sqlite:{place}"), SECRET, clock)) as between:
        move(between, filed.no, "cancelled", "erased")
    assert backup.restore(newer, f"sqlite:{place}", SECRET.decode(), clock.now).erased == 1
    with closing(App(bundle, lambda: connect(f"sqlite:{place}"), SECRET, clock)) as restored:
        assert restored.store.personal(filed.no) == {}
        assert consistency.examine(restored).healthy
