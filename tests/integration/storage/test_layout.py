"""Heads of an older or a newer version of the program break no page that lists them."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.app import App
from functions.ops import consistency
from functions.orders.figures.snapshot import snapshot
from functions.orders.lifecycle.order import Order
from functions.people import accounts
from functions.storage.connect import connect
from functions.storage.history import LAYOUT, LAYOUT_KEY, Change, Head
from tests.support.client import Client
from tests.support.community import SECRET
from tests.support.histories import ENGINES
from tests.support.orders import JOIN, Desk, Team, wish

LISTS = (
    *("/desk/", "/desk/find/?q=5678", "/desk/dispatch/", "/desk/people/?state=active"),
    *("/desk/teams/", "/desk/staff/"),
)
WORKBOOKS = ("orders", "ratings", "volunteers", "report")


@pytest.fixture(params=["sqlite", pytest.param("dynamodb", marks=pytest.mark.slow)])
def desk(
    request: pytest.FixtureRequest, bundle: Path, tmp_path: Path, clock: Callable[[], datetime]
) -> Desk:
    """The administrator's, of a community with an order of each kind of list, and a volunteer."""
    address = ENGINES[request.param](tmp_path, request)
    client = Client(App(bundle, lambda: connect(address), SECRET, clock))
    desk, team = Desk(client, "李静", accounts.ADMINISTRATOR), Team(client)
    first, second, third = (wish(client).no for _ in range(3))
    desk.do(first, "triaged", level="complex", service="haircut").location  # noqa: B018
    desk.do(first, "released", text="独居老人想理发").location  # noqa: B018
    for no in (second, third):
        desk.dispatched(no)
        team.do(no, "accepted", volunteer="team").location  # noqa: B018
    team.do(third, "done").location  # noqa: B018
    client.post("/api/volunteer", JOIN)
    (head,) = client.app.store.find("volunteer")
    joined = {"no": head.no, "do": "approved", "team": "barbers"}
    desk.post("/desk/person/", joined).location  # noqa: B018
    return desk


def heads(app: App) -> list[Head]:
    return [
        head for kind in ("order", "volunteer", "staff", "link") for head in app.store.find(kind)
    ]


def shows_everything(desk: Desk) -> None:
    app = desk.client.app
    shows_lists(desk)
    for head in app.store.find("order"):
        assert desk.get(f"/desk/order/?no={head.no}").status == 200
    for head in app.store.find("volunteer"):
        assert desk.get(f"/desk/person/?no={head.no}").status == 200
    for name in WORKBOOKS:
        assert desk.post(f"/desk/sheets/{name}.xlsx", {"month": "2026-11"}).status == 200
    later = app.clock.now.date() + timedelta(days=31)
    assert snapshot(app.store, later)["months"]


def shows_lists(desk: Desk, without: str = "") -> None:
    statuses = {page: desk.get(page).status for page in LISTS}
    assert statuses == dict.fromkeys(LISTS, 200), without


def write(app: App, head: Head, data: dict[str, Any]) -> None:
    app.store.commit(Change(head._replace(data=data), []))


def test_what_a_newer_version_wrote_besides_is_passed_over(desk: Desk) -> None:
    app = desk.client.app
    for head in heads(app):
        write(app, head, head.data | {"of_tomorrow": [1], "later_at": ""})
    shows_everything(desk)


def test_what_an_older_version_did_not_write_breaks_no_page(desk: Desk) -> None:
    app = desk.client.app
    for head in heads(app):
        # Whoever looks at the pages must stay an administrator.
        write(app, head, {"role": head.data["role"]} if head.kind == "staff" else {})
    shows_everything(desk)


@pytest.mark.slow
@pytest.mark.parametrize("desk", ["sqlite"], indirect=True)
def test_no_list_needs_any_key_beside_the_others(desk: Desk) -> None:
    app = desk.client.app
    written = heads(app)
    for key in {key for head in written for key in head.data} - {"role"}:
        for head in written:
            write(app, head, {name: said for name, said in head.data.items() if name != key})
        shows_lists(desk, without=key)


def test_a_head_says_which_layout_its_data_has(desk: Desk) -> None:
    app = desk.client.app
    for head in heads(app):
        assert head.layout == LAYOUT
        assert LAYOUT_KEY not in head.data
        app.store.commit(Change(head._replace(layout=7), []))
        stored = app.store.head(head.no)
        assert stored == head._replace(layout=7)


def test_an_older_head_with_other_keys_is_no_fault_and_one_that_says_otherwise_is(
    desk: Desk,
) -> None:
    app = desk.client.app
    order = app.store.find("order")[0]

    def faults(layout: int, data: dict[str, Any]) -> list[str]:
        write(app, order._replace(layout=layout), data)
        return [fault.code for fault in consistency.examine(app).faults if fault.no == order.no]

    others = {name: value for name, value in order.data.items() if name != "grid"}
    others["of_yesterday"] = "x"
    assert faults(LAYOUT - 1, others) == []
    assert faults(LAYOUT - 1, others | {"service": "mending"}) == ["head"]
    assert faults(LAYOUT, others) == ["head"]


def test_the_layout_is_raised_with_the_keys_of_an_order() -> None:
    """Otherwise `doctor` takes every head that the version before wrote for a damaged one."""
    digest = hashlib.sha256(" ".join(Order._fields).encode()).hexdigest()
    assert (LAYOUT, digest[:12]) == (4, "a93ce5b28133")
