"""Requests that once were answered 500 (faults of ours), and others of their kinds."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from functions.app import App
from functions.people.accounts import ADMINISTRATOR
from generator.build import incremental
from tests.support.client import Answer, Client
from tests.support.orders import DONE, RATING, WISH, Desk, Team, move, wish
from tests.support.workbooks import upload, workbook


@pytest.mark.parametrize("key", ["中", "é", "\ufffe", "\0", "x" * 10_000])
def test_a_key_of_any_script_tells_nothing_of_which_numbers_exist(client: Client, key: str) -> None:
    no = wish(client).no
    move(client.app, no, *DONE)
    for there in (no, "2345678900"):
        slip = client.get(f"/team/slip/?no={there}&key={quote(key)}")
        assert slip.status == 404
        assert client.get(f"/rate/?no={there}&key={quote(key)}").status == 200
        assert client.get(f"/api/order?no={there}&key={quote(key)}").status == 404
        assert client.post("/api/rating", {**RATING, "no": there, "key": key}).status == 404


def test_who_ends_a_wait_that_never_was_is_told_so(client: Client) -> None:
    desk, team, no = Desk(client), Team(client), wish(client).no
    assert desk.do(no, "resumed").status == 409
    desk.dispatched(no)
    team.do(no, "accepted", volunteer="team", person="王女士")
    assert team.do(no, "resumed").status == 409


@pytest.mark.slow
def test_of_many_who_do_the_same_at_once_none_meets_a_fault(client: Client) -> None:
    desk, team = Desk(client, role=ADMINISTRATOR), Team(client)
    token = desk.token

    def staff(do: str) -> Answer:
        typed = {"token": token, "do": do, "name": "李明", "role": "staff"}
        return client.post("/desk/staff/", typed, cookie=desk.cookie)

    def renew() -> Answer:
        return client.post("/team/", {**team.hidden, "do": "renew"})

    with ThreadPoolExecutor(8) as pool:
        added = [*pool.map(staff, ["add"] * 8)]
        reset = [*pool.map(staff, ["reset"] * 8)]
        asked = [*pool.map(lambda _: renew(), range(8))]
    assert sum(answer.status == 200 for answer in added) == 1
    assert {answer.status for answer in added} <= {200, 422, 503}
    assert {answer.status for answer in reset} <= {200, 503}
    assert {answer.status for answer in asked} == {200}
    assert client.app.team_links.requested(["barbers"]) == ["barbers"]
    for answer in [*added, *reset]:
        assert answer.status != 503 or "没有保存" in answer.text


@pytest.mark.parametrize("month", ["%00", "2026-11%00", "%EF%BF%BF", "[x]:*?/", "'", "x" * 300])
def test_a_month_that_is_none_gives_a_workbook_or_a_sentence(client: Client, month: str) -> None:
    desk = Desk(client)
    for sheet in ("report", "orders", "ratings"):
        answer = client.send(
            "POST",
            f"/desk/sheets/{sheet}.xlsx?month={month}",
            f"token={desk.token}".encode(),
            {"content-type": "application/x-www-form-urlencoded", "cookie": desk.cookie},
        )
        assert answer.status in (200, 404, 422)
        if answer.status == 200:
            assert load_workbook(io.BytesIO(answer.raw)).worksheets


@pytest.mark.slow
@pytest.mark.parametrize(
    "sentence",
    ["请写 {x}", "100%{", "{label.__class__.__mro__}", "{label!r:>99999999}", "{0}", "%s"],
)
def test_a_form_may_say_what_it_likes_of_a_wrong_answer(
    built: Path, app: App, sentence: str
) -> None:
    form = built / "content/forms/wish.yaml"
    text = form.read_text()
    form.write_text(text.replace("name: phone,", f"name: phone, error: '{sentence}',"))
    incremental.build(built, built / "public")
    client = Client(App(incremental.bundle_folder(built), lambda: app.store, b"x" * 32))
    answer = client.post("/api/wish", {**WISH, "phone": "1"})
    assert (answer.status, answer.errors["phone"]) == (422, sentence)


@pytest.mark.parametrize("bad", ["\ufffe", "\uffff", "\ufdd0", "\x0b\x01"])
def test_what_no_workbook_can_hold_is_left_out_of_a_wish(client: Client, bad: str) -> None:
    filed = client.post("/api/wish", {**WISH, "detail": f"坏{bad}字"})
    kept = client.app.personal.contact(filed.no)["detail"].replace("\n", "")
    assert kept == "坏字"


def test_what_was_filed_before_spoils_no_workbook(client: Client) -> None:
    app, no = client.app, wish(client).no
    bad = app.vault.seal(no, {**app.personal.contact(no), "detail": "坏\uffff字"})
    app.store._writer.db.execute("UPDATE personal SET sealed = ?", (bad,))  # type: ignore[attr-defined]
    sheet = Desk(client).post("/desk/sheets/orders.xlsx", {})
    rows = load_workbook(io.BytesIO(sheet.raw)).worksheets[0].iter_rows(values_only=True)
    assert "坏字" in [cell for row in rows for cell in row]


def test_a_cell_with_half_of_a_pair_is_read(client: Client) -> None:
    told = upload(Desk(client), "members", workbook(["姓名", "电话"], ["李_xD800_", "1"]))
    assert told.status in (303, 422)
