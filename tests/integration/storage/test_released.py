"""A store that the last release wrote opens and shows everything as before; a site is built on.

``tests/stores/released`` has one community twice, as SQL and as items of DynamoDB, with orders in
each state, volunteers, accounts and team links; and ``facts.json``, what the release showed of it:
for each page those of the known names, numbers and words that stood on it. ``site.zip`` is what
the release built of the small site, with what it remembered of the build.
"""

import io
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from openpyxl import load_workbook

from functions.app import App
from functions.ops import consistency
from functions.orders import repository, upkeep
from functions.orders.figures import summary
from functions.orders.figures.snapshot import snapshot
from functions.orders.lifecycle.order import order_of
from functions.storage.connect import connect
from functions.storage.history import LAYOUT
from generator.build import incremental
from tests.support.client import Answer, Client
from tests.support.servers import PRODUCT
from tests.support.site import tree

FOLDER = PRODUCT / "tests/stores/released"
FACTS: dict[str, Any] = json.loads((FOLDER / "facts.json").read_text())
ERASED = "ZPZB7VFS"
SECRET = b"0123456789abcdef" * 4
COMMUNITY = "town"

Request = pytest.FixtureRequest


def as_file(folder: Path, request: Request) -> str:
    with closing(sqlite3.connect(folder / "wudan.db")) as db:
        db.executescript((FOLDER / "store.sql").read_text())
    return f"sqlite:{folder}/wudan.db"


def as_items(folder: Path, request: Request) -> str:
    """The items under the name of this test, so that others meet nothing of them."""
    address, own = request.getfixturevalue("dynamodb"), folder.name
    client = boto3.client("dynamodb")
    for line in (FOLDER / "items.jsonl").read_text().splitlines():
        item = json.loads(line)
        for name in ("pk", "mark"):
            if name in item:
                item[name]["S"] = own + item[name]["S"].removeprefix(COMMUNITY)
        sealed = item.get("sealed", {})
        if "B" in sealed:
            sealed["B"] = bytes.fromhex(sealed["B"])
        client.put_item(TableName=address.partition(":")[2], Item=item)
    return f"{address}/{own}"


@pytest.fixture(params=["sqlite", pytest.param("dynamodb", marks=pytest.mark.slow)])
def storage(request: Request) -> str:
    return str(request.param)


@pytest.fixture
def address(storage: str, tmp_path: Path, request: Request) -> str:
    return {"sqlite": as_file, "dynamodb": as_items}[storage](tmp_path, request)


@pytest.fixture
def app(bundle: Path, address: str) -> App:
    now = datetime.fromisoformat(FACTS["now"])
    return App(bundle, lambda: connect(address), SECRET, lambda: now)


class Station:
    """The desk, entered with the password that the release gave out."""

    def __init__(self, app: App, storage: str):
        self.client = Client(app)
        typed = {"name": "王芳", "password": FACTS["passwords"][storage]}
        entered = self.client.post("/desk/sign-in/", typed)
        assert entered.location == "/desk/"
        self.cookie = entered.cookies[0].split(";")[0]

    def get(self, address: str) -> Answer:
        return self.client.get(address, cookie=self.cookie)

    def cells(self, name: str) -> str:
        token = self.get("/desk/").page.css_first("[name=token]")
        assert token is not None
        sent = {"token": token.attributes["value"] or "", "month": "2026-09"}
        file = self.client.post(f"/desk/sheets/{name}.xlsx", sent, cookie=self.cookie).raw
        cells = [
            cell.value for sheet in load_workbook(io.BytesIO(file)) for row in sheet for cell in row
        ]
        return "\n".join(map(str, cells))


@pytest.fixture
def desk(app: App, storage: str) -> Station:
    return Station(app, storage)


def missing(said: list[str], text: str) -> list[str]:
    return [each for each in said if each not in text]


def test_nothing_is_wrong_with_it(app: App) -> None:
    found = consistency.examine(app)
    assert found.healthy, found.faults
    assert found.histories > sum(map(len, FACTS["listed"].values()))


def test_every_history_has_its_state_and_stands_in_its_lists(app: App) -> None:
    orders = {no: app.orders.find(no) for no in FACTS["states"]}
    assert {no: order and order.state for no, order in orders.items()} == FACTS["states"]
    for kind, numbers in FACTS["listed"].items():
        assert sorted(head.no for head in app.store.find(kind, limit=100)) == numbers
    for state, numbers in FACTS["waiting"].items():
        waiting = app.store.waiting(repository.KIND, state, limit=100)
        assert [head.no for head in waiting] == numbers


@pytest.mark.slow
def test_every_page_of_desk_team_and_resident_shows_what_it_showed(desk: Station) -> None:
    lost = {}
    for page, said in FACTS["pages"].items():
        answer = desk.get(page)
        if page.startswith("/api/order") and ERASED in page:  # Since then its link is dead.
            assert answer.status == 404
            continue
        assert answer.status == 200, page
        if gone := missing(said, answer.text):
            lost[page] = gone
    assert not lost
    assert sum(map(len, FACTS["pages"].values())) > 250


def test_every_workbook_has_what_it_had(desk: Station) -> None:
    books = FACTS["workbooks"]
    assert {name: missing(said, desk.cells(name)) for name, said in books.items()} == {
        name: [] for name in books
    }
    assert sum(map(len, books.values())) > 30


def test_every_counter_and_figure_is_what_it_was(app: App) -> None:
    months = [month for month in FACTS["counters"] if month]
    assert app.store.months() == months
    assert {m: app.store.tally(m) for m in FACTS["counters"]} == FACTS["counters"]
    today = app.clock.now.date()
    taken = snapshot(app.store, today)
    said = {kind: FACTS["snapshot"][kind] for kind in ("made", "wishes")}
    assert {kind: taken[kind] for kind in said} == said
    for month in months:
        made = summary.report(month, app.store.tally(month), today)
        _, total, _, _, hours, stars, *others = FACTS["report"][month]
        # The release had no `overdue`, and `in_time` was not of those.
        counted = [each or 0 for each in (*made.total[:6], *made.total[8:])]
        assert counted == [each or 0 for each in (*total[:6], *total[7:])]
        assert (made.hours, made.stars) == (hours, stars)
        assert [made.rejected, made.cancelled, made.merged, made.volunteers] == others


def test_heads_are_brought_to_the_present_layout_and_say_the_same(app: App) -> None:
    def orders() -> list[tuple[Any, ...]]:
        heads = app.store.find(repository.KIND, limit=100)
        return sorted((head.no, head.layout, order_of(head)) for head in heads)

    before = orders()
    assert {layout for _, layout, _ in before} == {0}
    upkeep.recount(app.orders, FACTS["now"])
    assert upkeep.rederive(app.orders) == len(before)
    assert app.volunteers.rederive() == len(FACTS["listed"]["volunteer"])
    now = [
        (no, layout, order._replace(doers="", reopened_at="", since=""))
        for no, layout, order in orders()
    ]
    assert now == [(no, LAYOUT, order) for no, _, order in before]
    assert [order for _, _, order in orders() if order.doers], "who did an order is known"
    assert consistency.examine(app).healthy


def test_what_the_release_did_not_count_is_counted_once(app: App) -> None:
    for _ in range(2):
        upkeep.recount(app.orders, FACTS["now"])
        upkeep.rederive(app.orders)
        app.volunteers.rederive()
        found = consistency.examine(app)
        assert (found.healthy, found.counters) == (True, {})
    counted = [app.store.tally(month) for month in app.store.months()]
    assert sum(c.get("grid:· wishes", 0) for c in counted) == sum(
        c.get("all wishes", 0) for c in counted
    )
    assert len([e for e in app.store.events(upkeep.DOCTOR) if e.kind == "counted"]) > 0


def test_an_order_goes_on_where_it_was(app: App, desk: Station) -> None:
    no = FACTS["orders"]["dispatched"]
    page = desk.get(f"/desk/order/?no={no}")
    for form in ("dispatched", "noted"):
        assert f'value="{form}"' in page.body
    sent = {**page.form("/desk/order/"), "do": ["noted"], "note": ["接着办"]}
    assert desk.client.post("/desk/order/", sent, cookie=desk.cookie).status == 303
    assert "接着办" in desk.get(f"/desk/order/?no={no}").text


def test_looks_and_messages_are_there(app: App) -> None:
    looks = {no: len(app.access_log.of(no)) for no in FACTS["looks"]}
    assert looks == FACTS["looks"]
    states: dict[str, int] = FACTS["messages"]
    assert {state: len(app.store.messages(state)) for state in states} == states


@pytest.mark.slow
def test_a_build_over_what_the_release_built_equals_a_clean_build(root: Path) -> None:
    shutil.unpack_archive(FOLDER / "site.zip", root)
    addresses = {*tree(root / "public")}

    assert incremental.build(root, root / "public").written
    over = [tree(root / "public"), tree(root / ".wudan/bundle")]
    for folder in ("public", ".wudan"):
        shutil.rmtree(root / folder)
    incremental.build(root, root / "public")

    assert over == [tree(root / "public"), tree(root / ".wudan/bundle")]
    assert {each for each in addresses if each.endswith(".html")} <= {*over[0]}
