"""Deadlines: the same day wherever people read it, also just after calendar or rules changed."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from selectolax.lexbor import LexborNode

from functions.app import App
from functions.errors import Conflict
from functions.ops import consistency
from functions.orders import repository, upkeep
from functions.storage import opening
from functions.storage.connect import connect
from functions.storage.history import Change, Event
from generator.build import incremental
from tests.support.client import Client
from tests.support.community import SECRET, Clock
from tests.support.orders import RATING, Desk, Team, found, wish

pytestmark = pytest.mark.slow

UNSURE, PROVISIONAL = "那时的节假日还没公布", "（暂定）"


@pytest.fixture
def root(built: Path) -> Path:
    return built


@pytest.fixture
def client(root: Path, tmp_path: Path, clock: Clock) -> Client:
    """The functions of a site whose calendar may change."""
    store = f"sqlite:{tmp_path}/wudan.db"
    return Client(App(incremental.bundle_folder(root), lambda: connect(store), SECRET, clock))


@pytest.fixture
def orders(client: Client, desk: Desk, team: Team) -> dict[str, str]:
    """An order in each state that asks something of somebody, by that."""
    nos: dict[str, str] = {}
    for state in ("submitted", "triaged", "dispatched", "accepted", "done", "rated"):
        filed = wish(client, phone=f"138 1234 {1000 + len(nos)}")
        nos[state] = no = filed.no
        if state == "submitted":
            continue
        desk.do(no, "triaged", level="complex", service="haircut")
        if state == "triaged":
            continue
        desk.do(no, "dispatched", team="barbers")
        if state == "dispatched":
            continue
        team.do(no, "accepted", volunteer="team", person="秦师傅")
        if state != "accepted":
            team.do(no, "done")
        if state == "rated":
            form = client.get(filed.location).form("/api/rating")
            assert client.post("/api/rating", {**form, **RATING}).location
        assert found(client.app, no).state == state
    return nos


def holidays(root: Path, *days: str) -> None:
    """Add these to the calendar, and build."""
    file = root / "calendar.yaml"
    added = "".join(f"  - {day}\n" for day in days)
    file.write_text(file.read_text().replace("workdays:", f"{added}workdays:"))
    incremental.build(root, root / "public")


def days(node: LexborNode | None) -> set[str]:
    """The next day that stands there, the first; the deadline of the whole may follow."""
    assert node is not None
    return {time.attributes["datetime"] or "" for time in node.css("time")[:1]}


def at_desk(desk: Desk, no: str, page: str) -> set[str]:
    for row in desk.get(page).page.css("tr"):
        link = row.css_first("a")
        if link and f"no={no}" in (link.attributes["href"] or ""):
            return days(row.css_first('[data-label="期限"]'))
    return set()


def everywhere(client: Client, desk: Desk, team: Team, no: str) -> dict[str, set[str]]:
    """The days by which something should happen next, by where they stand."""
    state = found(client.app, no).state
    seen = {
        "board": at_desk(desk, no, "/desk/"),
        "step": at_desk(desk, no, f"/desk/?state={state}"),
        "find": at_desk(desk, no, "/desk/find/"),
        "page": days(desk.get(f"/desk/order/?no={no}").page.css_first(".lead")),
    }
    if state == "triaged":
        seen["dispatch"] = at_desk(desk, no, "/desk/dispatch/")
    if state in ("dispatched", "accepted"):
        cards = team.get().page.css("li")
        [card] = [each for each in cards if f"no={no}" in (each.html or "")]
        seen["team's list"] = days(card)
        seen["team's page"] = days(team.get(no).page.css_first(".lead"))
    if state in ("submitted", "done"):
        address = client.app.orders.address(found(client.app, no))
        seen["resident"] = days(client.get(address).page.css_first(".next"))
    return seen


def agreed(seen: dict[str, set[str]]) -> str:
    [day] = set.union(*seen.values())
    assert all(seen.values()), seen
    return day


def test_a_changed_calendar_changes_deadlines_in_lists_and_pages_at_once(
    client: Client, desk: Desk, team: Team, root: Path, orders: dict[str, str]
) -> None:
    before = {state: agreed(everywhere(client, desk, team, no)) for state, no in orders.items()}
    holidays(root, "2026-11-24", "2026-11-25", "2026-11-26")
    after = {state: agreed(everywhere(client, desk, team, no)) for state, no in orders.items()}
    # Until when a team is to answer was told to it, and stands in the history.
    same = {state for state in orders if before[state] == after[state]}
    assert same == {"dispatched"}
    assert after["submitted"] == "2026-11-27"


def test_what_is_stored_of_deadlines_is_derived_anew_once_the_calendar_changed(
    client: Client, root: Path, orders: dict[str, str]
) -> None:
    app = client.app
    assert upkeep.rederive(app.orders) == 0
    holidays(root, "2026-11-24", "2026-11-25", "2026-11-26")
    app = app.current()
    traced = {no: app.store.traces(no) for no in orders.values()}
    assert [{**f.names} for f in consistency.examine(app).faults] == [{"fields": "due"}] * (
        len(orders) - 1
    )
    assert upkeep.rederive(app.orders) == len(orders) - 1
    assert consistency.examine(app).healthy
    assert {no: app.store.traces(no) for no in orders.values()} == traced
    assert upkeep.rederive(app.orders) == 0
    assert not app.store.waiting(repository.KIND, "submitted", until="2026-11-27")
    assert app.store.waiting(repository.KIND, "submitted", until="2026-11-28")


def test_changed_rules_of_the_station_reach_orders_that_ended(
    client: Client, desk: Desk, root: Path
) -> None:
    no = wish(client).no
    desk.do(no, "rejected", to_resident="办不了")
    assert found(client.app, no).state == "rejected"
    upkeep.rederive(client.app.orders)
    settings = root / "site.yaml"
    settings.write_text(settings.read_text() + "desk:\n  keep: 30\n")
    incremental.build(root, root / "public")
    assert upkeep.rederive(client.app.current().orders) == 1
    [head] = client.app.store.find(repository.KIND)
    assert head.due == "2026-12-23"


def test_dynamodb_keeps_them_in_the_order_of_the_new_days(
    client: Client, dynamodb: str, root: Path, clock: Clock
) -> None:
    folder, store = incremental.bundle_folder(root), connect(f"{dynamodb}/deadlines")
    app = App(folder, lambda: store, SECRET, clock)
    opening.adopt(store, app.vault)
    no = wish(Client(app)).no
    assert upkeep.rederive(app.orders) == 0
    holidays(root, "2026-11-24", "2026-11-25")
    app = app.current()
    assert [upkeep.rederive(app.orders), upkeep.rederive(app.orders)] == [1, 0]
    [head] = store.waiting(repository.KIND, "submitted")
    assert (head.no, head.due) == (no, "2026-11-26")
    assert store.find(repository.KIND, store.traces(no)) == [head]


def test_an_order_that_moves_meanwhile_or_cannot_be_read_holds_up_no_other(
    client: Client, root: Path, orders: dict[str, str]
) -> None:
    app = client.app
    head = app.store.head(orders["done"])
    assert head
    impossible = Event("rated", "resident", head.begun, {})
    app.store.commit(Change(head, [], rewritten={1: impossible}))

    class Moving:
        """The store, in which one order is moved by somebody else at the last moment."""

        def __init__(self, refused: str):
            self.refused = refused

        def __getattr__(self, name: str) -> object:
            return getattr(client.app.store, name)

        def commit(self, change: Change, *others: Change) -> str:
            if change.head.no == self.refused:
                raise Conflict
            return client.app.store.commit(change, *others)

    holidays(root, "2026-11-24")
    app = app.current()
    moving = app.inside(Moving(orders["rated"]))  # type: ignore[arg-type]
    assert upkeep.rederive(moving.orders) == len(orders) - 3
    assert upkeep.rederive(app.orders) == 1  # The one that was moved; it was not forgotten.
    assert upkeep.rederive(app.orders) == 0


class TestTheEndOfTheYear:
    @pytest.fixture
    def clock(self) -> Clock:
        clock = Clock()
        clock.now = clock.now.replace(month=12, day=30)
        return clock

    def pages(self, client: Client, desk: Desk, team: Team, no: str) -> Iterator[str]:
        state = found(client.app, no).state
        yield desk.get(f"/desk/order/?no={no}").text
        if state != "rated":
            yield client.get(client.app.orders.address(found(client.app, no))).text
        if state in ("dispatched", "accepted"):
            yield team.get(no).text

    def lists(self, desk: Desk, team: Team) -> list[str]:
        pages = [desk.get(f"/desk/{page}") for page in ("", "find/", "dispatch/")]
        return [page.text for page in (*pages, team.get())]

    def test_deadlines_beyond_the_calendar_are_marked_until_it_is_there(
        self, client: Client, desk: Desk, team: Team, root: Path, orders: dict[str, str]
    ) -> None:
        orders.pop("submitted")  # Due in this year.
        for no in orders.values():
            assert all(UNSURE in page for page in self.pages(client, desk, team, no)), no
        assert all(PROVISIONAL in page and UNSURE in page for page in self.lists(desk, team))
        holidays(root, "2027-01-01")
        for no in orders.values():
            assert not any(UNSURE in page for page in self.pages(client, desk, team, no)), no
        assert not any(re.search("暂定", page) for page in self.lists(desk, team))

    def test_a_day_that_the_resident_chose_is_not_marked(
        self, client: Client, desk: Desk, root: Path
    ) -> None:
        no = wish(client).no
        desk.do(no, "triaged", level="routine", service="haircut")
        desk.do(no, "paused", until="2027-01-20", note="在外地")
        assert found(client.app, no).waits_until == "2027-01-20"
        row = desk.get("/desk/find/?" + urlencode({"q": ""})).page.css_first("tbody tr")
        assert row is not None
        assert PROVISIONAL not in row.text()

    def test_the_board_says_that_next_years_holidays_are_missing(
        self, desk: Desk, root: Path
    ) -> None:
        assert "还没有 2027 年的节假日" in desk.get("/desk/").text
        holidays(root, "2027-01-01")
        assert "年的节假日" not in desk.get("/desk/").text


class TestATriageThatIsRepeated:
    def test_moves_no_deadline_that_has_passed(
        self, client: Client, desk: Desk, clock: Clock
    ) -> None:
        no = wish(client).no
        desk.do(no, "triaged", level="routine", service="haircut")
        due = found(client.app, no).due
        clock.forward(days=20)
        desk = Desk(client, "李静")
        for level in ("routine", "complex"):
            desk.do(no, "triaged", level=level, service="haircut")
            order = found(client.app, no)
            assert (order.level, order.due) == (level, due)

    def test_keeps_the_deadline_unless_the_level_is_another(
        self, client: Client, desk: Desk, clock: Clock
    ) -> None:
        no = wish(client).no
        desk.do(no, "triaged", level="difficult", service="haircut")
        due = found(client.app, no).due
        clock.forward(days=3)
        desk = Desk(client, "李静")
        desk.do(no, "triaged", level="difficult", service="haircut")
        assert found(client.app, no).due == due
        desk.do(no, "triaged", level="complex", service="haircut")
        assert found(client.app, no).due > due

    def test_adds_the_days_for_which_the_order_waited_for_its_resident(
        self, client: Client, desk: Desk, clock: Clock
    ) -> None:
        no = wish(client).no
        desk.do(no, "triaged", level="routine", service="haircut")
        due = found(client.app, no).due
        desk.do(no, "paused", until="2027-01-20", note="在外地")
        clock.forward(days=20)
        desk = Desk(client, "李静")
        desk.do(no, "triaged", level="routine", service="haircut")
        order = found(client.app, no)
        assert order.due > clock.now.date().isoformat() > due
        assert not order.waits_until
