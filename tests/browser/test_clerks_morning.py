"""A clerk's morning at the desk, in a real browser against the real program, counted.

    python -m pytest -s tests/browser/test_clerks_morning.py

prints clicks, keys and page loads of each part for ``bench/RESULTS.md``.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import APIRequestContext, Browser, Locator, Page, expect

from functions.desk.confirm import MANY
from tests.support.own_password import chosen
from tests.support.program import Server, run

ONLINE, BY_PHONE, CALLS, PAGE = 33, 10, 5, 30
MOST_CLICKS = 50
"""Of triaging 43 orders; three clicks for each were 129."""


class Hands:
    """What a clerk does with mouse and keyboard, counted by part of the morning."""

    def __init__(self, page: Page):
        self.page = page
        self.counts: dict[str, dict[str, int]] = {}
        self._now: dict[str, int] = {}
        page.on("load", lambda _: self._count("loads"))

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        self._now = self.counts[name] = {"clicks": 0, "keys": 0, "loads": 0}
        yield

    def click(self, what: Locator) -> None:
        what.click()
        self._count("clicks")

    def go(self, text: str) -> None:
        self.click(self.page.get_by_role("navigation").get_by_role("link", name=text, exact=True))

    def write(self, name: str, text: str) -> None:
        """Click into a field and type."""
        field = self.page.locator(f"main [name={name}]")
        self.click(field)
        field.fill(text)
        self._count("keys", len(text))

    def pick(self, name: str, value: str) -> None:
        self.click(self.page.locator(f'main [name={name}][value="{value}"]'))

    def choose(self, menu: Locator, index: int) -> None:
        """Open a menu and click one of its choices."""
        menu.select_option(index=index)
        self._count("clicks", 2)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self._count("keys")

    def _count(self, what: str, by: int = 1) -> None:
        if self._now:
            self._now[what] += by


class Colleague:
    """Somebody else of the station, without a browser: what happened before the morning."""

    def __init__(self, requests: APIRequestContext, server: Server, password: str):
        self.requests, self.server = requests, server
        self.post("/desk/sign-in/", {"name": "李四", "password": password})
        page = requests.get(f"{server.address}/desk/").text()
        found = re.search(r'name="token" value="([^"]+)"', page)
        assert found
        self.token = found[1]

    def post(self, path: str, typed: Mapping[str, str]) -> None:
        own = {"sec-fetch-site": "same-origin"}
        answer = self.requests.post(self.server.address + path, form={**typed}, headers=own)
        assert answer.ok, (path, typed, answer.status)

    def done(self, no: str) -> None:
        """Carry an order to where it waits for its rating."""
        steps: tuple[dict[str, str], ...] = (
            {"do": "triaged", "level": "routine", "service": "haircut"},
            {"do": "dispatched", "team": "barbers"},
            {"do": "accepted", "volunteer": "team"},
            {"do": "done"},
        )
        for version, step in enumerate(steps, start=1):
            sent = {"token": self.token, "no": no, "version": str(version), **step}
            self.post("/desk/order/", sent)


def filed(server: Server, number: int, **more: str) -> str:
    """A wish that a resident filed on the site."""
    wish = {
        "service": "haircut",
        "detail": "家里有老人，想请人上门理发。",
        "name": f"居民{number}",
        "phone": f"1390000{number:04}",
        "address": f"路 {number} 甲",
        "consent": "yes",
    }
    return server.post("/api/wish", urlencode({**wish, **more})).no


@pytest.fixture
def password(root: Path, tmp_path: Path, server: Server) -> dict[str, str]:
    """The passwords of the clerk and a colleague."""
    data = ("--root", str(root), "--data", str(tmp_path / "data"))
    given = {
        name: run("staff", *data, "add", name).strip().rpartition("：")[2]
        for name in ("王芳", "李四")
    }
    return {name: chosen(server.address, name, one) for name, one in given.items()}


@pytest.fixture
def before(chromium: Browser, server: Server, password: Mapping[str, str]) -> list[str]:
    """What lies on the desk in the morning: wishes from the site, some not on the menu, teams with
    links, and orders that are done and not rated, whose numbers these are."""
    context = chromium.new_context()
    colleague = Colleague(context.request, server, password["李四"])
    for team in ("barbers", "menders"):
        colleague.post("/desk/teams/", {"token": colleague.token, "team": team, "do": "issue"})
    done = [filed(server, 9000 + number) for number in range(CALLS)]
    for no in done:
        colleague.done(no)
    for number in range(ONLINE):
        service = "other" if number % 11 == 10 else "haircut" if number % 2 else "mending"
        filed(server, number, service=service)
    context.close()
    return done


def write_down(hands: Hands, number: int) -> None:
    """A wish by phone or on paper; one is of a resident who filed one on the site as well."""
    hands.go("代填心愿")
    hands.pick("source", "paper" if number % 2 else "phone")
    hands.pick("service", "mending" if number % 3 else "haircut")
    hands.write("detail", "电饭煲坏了，想请人修一修。")
    hands.write("name", f"张奶奶{number}")
    hands.write("phone", "13900000003" if number == 0 else f"1370000{number:04}")
    hands.write("address", f"桥 {number} 乙")
    hands.pick("consent", "yes")
    hands.click(hands.page.locator("main form.form button[type=submit]").last)
    expect(hands.page).to_have_url(re.compile(r"/desk/order/"))


def settle(hands: Hands) -> None:
    """Look at the rows that are not ticked: choose where nothing is chosen, and tick."""
    expect(hands.page.locator("td [name=no]").first).to_be_visible()
    hands.page.wait_for_load_state()  # Until then rows may be missing.
    boxes = hands.page.locator("[name=no]:not(:checked)")
    for no in boxes.evaluate_all("boxes => boxes.map(box => box.value)"):
        row = hands.page.locator(f'tr:has([name=no][value="{no}"])')
        for menu in row.locator("select").all():
            if not menu.input_value() and not menu.get_attribute("name").startswith("grid"):  # type: ignore[union-attr]
                hands.choose(menu, 1)
        hands.click(row.locator("[name=no]"))
    many = hands.page.locator("[name=no]:checked").count() > MANY
    hands.click(hands.page.locator("main form button[type=submit]"))
    if many:
        hands.click(hands.page.locator("form.sure button").first)


def call_back(hands: Hands, no: str) -> None:
    """Find the order, and write down what its resident says on the phone."""
    hands.go("查找")
    hands.write("q", no)
    hands.press("Enter")
    form = hands.page.locator("#do-rated")
    if form.get_attribute("open") is None:
        hands.click(form.locator("summary"))
    for name in ("attitude", "skill", "timeliness"):
        hands.click(form.locator(f'[name={name}][value="5"]'))
    hands.click(form.locator('[name=solved][value="solved"]'))
    hands.click(form.locator('[name=source][value="phone"]'))
    hands.click(form.locator("button[type=submit]"))
    expect(hands.page.get_by_role("heading", level=1)).to_contain_text("已评价")


def test_a_morning_of_a_clerk_takes_few_clicks(
    desktop: Page, server: Server, password: Mapping[str, str], before: list[str]
) -> None:
    hands = Hands(desktop)
    with hands.part("sign in"):
        desktop.goto(f"{server.address}/desk/")
        hands.write("name", "王芳")
        hands.write("password", password["王芳"])
        hands.press("Enter")
        expect(desktop.get_by_role("navigation")).to_be_visible()
    with hands.part(f"write down {BY_PHONE} wishes by phone and on paper"):
        for number in range(BY_PHONE):
            write_down(hands, number)
    with hands.part(f"triage {ONLINE + BY_PHONE} orders"):
        hands.go("批量受理")
        settle(hands)
        expect(desktop.get_by_text(f"受理了 {PAGE} 单")).to_be_visible()
        settle(hands)
        expect(desktop.get_by_text("没有等受理的")).to_be_visible()
    with hands.part(f"dispatch {PAGE} orders"):
        hands.go("批量派单")
        settle(hands)
        expect(desktop.get_by_text(f"派出去了 {PAGE} 单")).to_be_visible()
    with hands.part(f"call back {CALLS} residents"):
        for no in before:
            call_back(hands, no)
    with hands.part("open the month's report"):
        hands.go("月报")
        expect(desktop.get_by_role("row", name="按期%").first).to_contain_text("100.0")
    for part, counts in hands.counts.items():
        sys.stdout.write("| {} | {clicks} | {keys} | {loads} |\n".format(part, **counts))
    assert hands.counts[f"triage {ONLINE + BY_PHONE} orders"]["clicks"] <= MOST_CLICKS
