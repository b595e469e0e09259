"""What people are told, and what still works, while something else does not."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from functions.app import App
from functions.context.bundle import FILE
from functions.errors import Conflict
from functions.orders import repository
from functions.people import audit
from functions.storage.connect import connect
from functions.storage.history import Change
from functions.storage.sqlite import SQLite
from tests.support.client import Answer, Client
from tests.support.community import SECRET, Clock
from tests.support.orders import JOIN, RATING, WISH, Desk, Team, found, wish

JSON = "application/json"
WRITTEN = ("𠮷野", "138 1234 5678", "13812345678", "1 栋", "上门理发")


@pytest.fixture
def store(app: App) -> SQLite:
    assert isinstance(app.store, SQLite)
    return app.store


@contextmanager
def read_only(store: SQLite) -> Iterator[None]:
    """A disk that the system has made read-only."""
    store._writer.db.execute("PRAGMA query_only = 1")
    try:
        yield
    finally:
        store._writer.db.execute("PRAGMA query_only = 0")


DAMAGE: dict[str, Callable[[bytes], bytes | None]] = {
    "truncated": lambda raw: raw[: len(raw) // 2],
    "empty": lambda raw: b"",
    "not JSON": lambda raw: b"<<<<<<< HEAD",
    "not text": lambda raw: b"\xff\xfe" + raw,
    "something else": lambda raw: b"[]",
    "of an older version": lambda raw: json.dumps({"site": {}}).encode(),
    "of a newer version": lambda raw: json.dumps({**json.loads(raw), "new": 1}).encode(),
    "missing": lambda raw: None,
}


class TestBundle:
    @pytest.fixture
    def own(self, bundle: Path, tmp_path: Path, clock: Clock) -> App:
        """An app with a bundle of its own."""
        folder = tmp_path / "own"
        folder.mkdir()
        (folder / FILE).write_bytes((bundle / FILE).read_bytes())
        return App(folder, lambda: connect(f"sqlite:{tmp_path}/wudan.db"), SECRET, clock)

    @pytest.mark.slow
    @pytest.mark.parametrize("damage", DAMAGE)
    def test_a_damaged_bundle_leaves_the_last_good_one_in_use(
        self, own: App, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        file, client = tmp_path / "own" / FILE, Client(own)
        good = file.read_bytes()
        assert client.get("/wish/").status == 200
        self.replace(file, DAMAGE[damage](good))
        assert wish(client).status == 303
        assert client.get("/wish/").status == 200
        assert "reading the bundle" in caplog.text
        changed = json.loads(good)
        changed["site"]["name"] = "新的名字"
        self.replace(file, json.dumps(changed).encode())
        assert "新的名字" in client.get("/wish/").body

    @pytest.mark.parametrize("damage", DAMAGE)
    def test_where_none_was_ever_good_a_plain_sentence_is_said(
        self, own: App, tmp_path: Path, damage: str
    ) -> None:
        file, client = tmp_path / "own" / FILE, Client(own)
        self.replace(file, DAMAGE[damage](file.read_bytes()))
        for answer in (client.get("/wish/"), client.post("/api/wish", WISH)):
            assert answer.status == 500
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
            assert "可能没有保存" in answer.body
        told = json.loads(client.post("/api/wish", WISH, accept=JSON).body)
        assert set(told) == {"error", "id"}

    @staticmethod
    def replace(file: Path, raw: bytes | None) -> None:
        if raw is None:
            file.unlink()
            return
        new = file.with_name("new")
        new.write_bytes(raw)
        new.replace(file)


class TestUnwritable:
    def test_a_residents_form_comes_back_as_it_was_filled_in(
        self, client: Client, store: SQLite
    ) -> None:
        sent = client.get("/wish/").form("/api/wish") | WISH
        with read_only(store):
            answer = client.post("/api/wish", sent)
        assert (answer.status, answer.headers["retry-after"]) == (503, "10")
        assert "还没有保存" in answer.text
        drawn = answer.form("/api/wish")
        assert {name: drawn[name] for name in sent} == {
            name: value if isinstance(value, list) else [value] for name, value in sent.items()
        }
        assert client.post("/api/wish", drawn).status == 303
        assert len(client.app.store.find(repository.KIND)) == 1

    def test_programs_are_told_to_come_again(self, client: Client, store: SQLite) -> None:
        with read_only(store):
            answer = client.post("/api/wish", WISH, accept=JSON)
        assert (answer.status, answer.headers["retry-after"]) == (503, "10")
        assert "还没有保存" in json.loads(answer.body)["error"]

    def test_ratings_and_sign_ups_come_back_too(self, client: Client, store: SQLite) -> None:
        filed = wish(client)
        Desk(client).dispatched(filed.no)
        team = Team(client)
        team.do(filed.no, "accepted", volunteer="team", person="王女士")
        team.do(filed.no, "done")
        form = client.get(filed.location).form("/api/rating")
        rated = {**form, **RATING, "problems": "来晚了一些"}
        with read_only(store):
            rating = client.post("/api/rating", rated)
            join = client.post("/api/volunteer", JOIN)
        assert (rating.status, join.status) == (503, 503)
        again = rating.form("/api/rating")
        assert (again["problems"], again["key"], again["attitude"]) == (
            ["来晚了一些"],
            form["key"],
            ["5"],
        )
        assert join.form("/api/volunteer")["name"] == [JOIN["name"]]
        assert client.post("/api/rating", again).status == 303
        assert found(client.app, filed.no).attitude == 5

    def test_what_is_typed_on_a_page_of_ones_own_can_be_copied(
        self, client: Client, store: SQLite
    ) -> None:
        filed, signed = wish(client), client.post("/api/volunteer", JOIN)
        note = client.get(filed.location).form("/api/order", do="note")
        proof = client.get(signed.location).form("/api/volunteer", do="mine") | {"last4": "2345"}
        correct = client.post("/api/volunteer", proof).form("/api/volunteer", do="correct")
        with read_only(store):
            noted = client.post("/api/order", {**note, "note": "周三我不在家"})
            corrected = client.post("/api/volunteer", {**correct, "name": "王大姐"})
        assert (noted.status, corrected.status) == (503, 503)
        assert "周三我不在家" in noted.text
        assert "王大姐" in corrected.text

    def test_staff_read_an_order_and_the_look_is_recorded_later(
        self, client: Client, app: App, store: SQLite, clock: Clock
    ) -> None:
        no, desk = wish(client).no, Desk(client)
        seen = app.clock.now.isoformat()
        with read_only(store):
            page = desk.get(f"/desk/order/?no={no}")
            assert (page.status, "13812345678" in page.body) == (200, True)
            assert "补记" in page.text
            assert desk.get(f"/desk/order/?no={no}").status == 200
            assert app.audit.settle() == 1
            assert app.access_log.of(no) == ()
        clock.forward(minutes=3)
        assert app.audit.settle() == 0
        (look,) = app.access_log.of(no)
        assert (look.at, look.data["who"]) == (seen, "王芳")
        assert "已记下" in desk.get(f"/desk/order/?no={no}").text
        assert len(app.access_log.of(no)) == 1

    def test_what_is_owed_is_written_with_the_next_look(
        self, client: Client, app: App, store: SQLite
    ) -> None:
        first, second, desk = wish(client).no, wish(client, name="李奶奶").no, Desk(client)
        with read_only(store):
            desk.get(f"/desk/order/?no={first}")
        desk.get(f"/desk/order/?no={second}")
        assert (len(app.access_log.of(first)), len(app.access_log.of(second))) == (1, 1)

    def test_a_team_reads_its_order_too(self, client: Client, app: App, store: SQLite) -> None:
        no, desk, team = wish(client).no, Desk(client), Team(client)
        desk.dispatched(no)
        team.do(no, "accepted", volunteer="team", person="王女士")
        with read_only(store):
            assert "13812345678" in team.get(no).text
        app.audit.settle()
        assert [look.by for look in app.access_log.of(no)] == ["team"]

    def test_looks_that_are_owed_are_bounded(
        self, client: Client, app: App, store: SQLite, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(audit, "MOST_OWED", 3)
        with read_only(store):
            for n in range(5):
                assert not app.access_log.record(f"N{n}", "staff", "王芳")
            assert app.audit.settle() == 3
        app.audit.settle()
        assert [n for n in range(5) if app.access_log.of(f"N{n}")] == [2, 3, 4]

    def test_a_step_at_the_desk_says_that_it_was_not_saved_and_keeps_what_was_typed(
        self, client: Client, store: SQLite
    ) -> None:
        no, desk = wish(client).no, Desk(client)
        with read_only(store):
            answer = desk.do(no, "triaged", level="routine", service="haircut", note="问过物业")
        assert answer.status == 503
        assert "这一步没有保存" in answer.text
        assert "问过物业" in answer.body
        assert found(client.app, no).state == "submitted"

    def test_a_wish_at_the_desk_that_cannot_be_saved_comes_back_filled_in(
        self, client: Client, store: SQLite
    ) -> None:
        desk = Desk(client)
        form = {**desk.get("/desk/wish/").form("/desk/wish/"), **WISH, "source": "phone"}
        with read_only(store):
            answer = desk.post("/desk/wish/", form)
        assert (answer.status, "这一步没有保存" in answer.text) == (503, True)
        again = answer.form("/desk/wish/")
        assert (again["detail"], again["once"]) == ([WISH["detail"]], form["once"])

    def test_a_step_of_a_team_is_kept_and_nobody_without_its_link_sees_the_order(
        self, client: Client, store: SQLite
    ) -> None:
        no, desk, team = wish(client).no, Desk(client), Team(client)
        desk.dispatched(no)
        team.do(no, "accepted", volunteer="team", person="王女士")
        with read_only(store):
            kept = team.do(no, "noted", note="明天上午去")
            stranger = client.post(
                "/team/", {"team": "barbers", "key": "x", "do": "renew", "no": no}
            )
        assert (kept.status, "明天上午去" in kept.body) == (503, True)
        assert (stranger.status, "𠮷野" in stranger.body) == (403, False)

    def test_who_is_not_signed_in_is_told_why_they_cannot_be(
        self, client: Client, store: SQLite
    ) -> None:
        with read_only(store):
            answer = client.post("/desk/sign-in/", {"name": "王芳", "password": "x"})
        assert (answer.status, "已经登录的同事还能看单子" in answer.text) == (503, True)
        assert answer.headers["retry-after"]
        assert answer.form("/desk/sign-in/")["name"] == ["王芳"]

    def test_a_text_of_the_report_that_cannot_be_saved_comes_back(
        self, client: Client, store: SQLite
    ) -> None:
        desk = Desk(client)
        with read_only(store):
            answer = desk.post("/desk/report/text/", {"month": "2026-11", "text": "写了半天"})
        assert (answer.status, answer.headers["retry-after"]) == (503, "10")
        assert answer.form("/desk/report/text/")["text"] == ["写了半天"]


class TestUnknown:
    """The answer of a write was lost: it may be there."""

    @pytest.fixture
    def lost(self, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
        from botocore.exceptions import ReadTimeoutError

        commit = app.store.commit

        def answer_lost(change: Change) -> str:
            commit(change)
            raise ReadTimeoutError(endpoint_url="https://dynamodb")

        monkeypatch.setattr(app.store, "commit", answer_lost)

    def test_it_is_never_said_that_it_was_not_saved(
        self, client: Client, app: App, lost: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent = client.get("/wish/").form("/api/wish") | WISH
        answer = client.post("/api/wish", sent)
        assert answer.status == 500
        assert "可能已经保存，也可能没有" in answer.text
        assert "查进度" in answer.text
        assert "没有保存" not in answer.text
        assert len(app.store.find(repository.KIND)) == 1
        monkeypatch.undo()
        assert client.post("/api/wish", sent).status == 303
        assert len(app.store.find(repository.KIND)) == 1  # As the page says: it counts once.

    def test_a_page_that_was_only_looked_at_says_nothing_of_saving(
        self, client: Client, app: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        filed = wish(client)

        def broken(no: str) -> Any:
            raise sqlite3.DatabaseError("malformed")

        monkeypatch.setattr(app.store, "events", broken)
        answer = client.get(filed.location)
        assert answer.status == 500
        assert "保存" not in answer.text

    def test_of_several_steps_in_one_request_nobody_is_told_that_none_was_saved(
        self, client: Client, app: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk = Desk(client)
        numbers = [wish(client, name=name).no for name in ("甲", "乙")]
        for no in numbers:
            desk.do(no, "triaged", level="routine", service="haircut")
        commit = app.store.commit
        done: list[Change] = []

        def broken_after_one(change: Change) -> str:
            if done:
                raise OSError(5, "Input/output error")
            done.append(change)
            return commit(change)

        monkeypatch.setattr(app.store, "commit", broken_after_one)
        teams = {f"team-{no}": "barbers" for no in numbers}
        drawn = {f"version-{no}": "2" for no in numbers}
        answer = desk.post("/desk/dispatch/", {"no": numbers, **teams, **drawn})
        assert (answer.status, "可能已经保存" in answer.text) == (500, True)
        monkeypatch.undo()
        assert sorted(found(app, no).state for no in numbers) == ["dispatched", "triaged"]

    def test_a_conflict_that_nobody_expected_says_that_nothing_was_saved(
        self, client: Client, app: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk = Desk(client, role="administrator")

        def taken(change: Change) -> str:
            raise Conflict

        monkeypatch.setattr(app.store, "commit", taken)
        answer = desk.post("/desk/staff/", {"do": "add", "name": "李四", "role": "staff"})
        assert (answer.status, "没有保存" in answer.text) == (503, True)


def test_a_failure_has_its_number_on_the_page_and_in_the_log_and_nothing_personal_is_there(
    client: Client, app: App, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    filed = wish(client)
    key = filed.location.partition("key=")[2]

    def quoting(change: Change) -> str:
        raise KeyError(f"{WISH} {filed.location}")

    monkeypatch.setattr(app.store, "commit", quoting)
    answers: list[Answer] = [
        client.post("/api/wish", {**WISH, "detail": "别的"}),
        client.post("/api/order", {"do": "cancel", "no": filed.no, "key": key}),
    ]
    for answer in answers:
        no = answer.text.partition("编号 ")[2][:6]
        (line,) = [record for record in caplog.records if record.getMessage().startswith(no)]
        assert line.name == "wudan.errors"
    text = caplog.text
    assert "POST /api/order: KeyError" in text
    assert not [told for told in (*WRITTEN, key, "key=") if told in text]
