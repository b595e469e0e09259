"""The built sample site as a whole: every link leads somewhere, every page is valid HTML."""

import gzip
import shutil
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from icalendar import Calendar
from selectolax.lexbor import LexborHTMLParser

from functions.app import App
from functions.asgi import ROUTES
from functions.context.bundle import Bundle
from functions.context.workdays import CHINA
from functions.forms.answers import Shown
from functions.forms.residents import THANKS
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.rules import TABLE
from functions.orders.lifecycle.states import STATES
from functions.orders.lifecycle.transitions import moves
from functions.people.accounts import ADMINISTRATOR
from functions.storage.connect import connect
from functions.storage.history import Event
from functions.tracking.progress import ENDED
from functions.web import pages
from generator.build import incremental
from generator.content import library
from generator.files.output import file_of
from tests.support.client import Client
from tests.support.community import SECRET
from tests.support.orders import Desk, Team, wish
from tests.support.servers import missing

PRODUCT = Path(__file__).parent.parent.parent
CHECKER = PRODUCT / "tests/node/node_modules/vnu-jar/build/dist/vnu.jar"
ATOM = "{http://www.w3.org/2005/Atom}"
FUNCTIONS = set(ROUTES)

PRACTICAL = {"when": "", "place": "大<厅>", "bring": "<镜子>"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample site of the product, built."""
    root = tmp_path_factory.mktemp("sample")
    for name in ("content", "static"):
        shutil.copytree(PRODUCT / name, root / name)
    shutil.copy(PRODUCT / "site.yaml", root)
    incremental.build(root, root / "public")
    return root


@pytest.fixture(scope="module")
def out(root: Path) -> Path:
    return root / "public"


def functions_pages(known: Bundle) -> dict[str, str]:
    """Every kind of page that functions draw, as it may look."""
    rating = known.forms["rating"]
    drawn = {}
    for state in STATES:
        order = Order(
            "23456789",
            state=state,
            service="haircut",
            due="2026-12-01",
            team="x",
            answer_by="2026-12-01",
        )
        events = [Event(kind, "staff", "2026-11-23T10:00:00+08:00") for kind in TABLE]
        can = moves(Order("N", state=state), "resident")
        drawn[f"order-{state}"] = pages.render(
            known, "order.html", order=order,
            events=[(event, "办<了>。", "请<看>。") for event in events],
            wish=[Shown("x", "text", "问", "<答>", "tel:1")],
            other=None, due="2026-12-01", promised="2026-12-01", today="2026-11-23",
            own={"no": "N"},
            service="理发", team="队",
            about={"address": "/menu/haircut/", "name": "理<发>", **PRACTICAL}, doer="<秦>",
            can=can, ended=state in ENDED,
            forms={n: known.actions[f"{n}ed_by_resident"] for n in ("not", "reopen")},
            form=rating, once="1", tried="note", filled={}, typed={}, errors={"note": "请<写>。"},
            notice="reopened", refused="不<行>。",
        )  # fmt: skip
    for name, form in known.forms.items():
        errors = {field["name"]: "请<填>写。" for field in form["fields"]}
        typed = {field["name"]: ['a"<b>&'] for field in form["fields"]}
        drawn[f"form-{name}"] = pages.render(
            known, "form.html", form=form, typed=typed, errors=errors,
            hidden={"key": "k"}, once="1",
        )  # fmt: skip
    drawn["message"] = pages.render(known, "message.html", title="题", text="文")
    link = {"address": "/", "text": "回去"}
    drawn["message-link"] = pages.render(known, "message.html", title="题", text="文", link=link)
    said = [Shown("x", "text", "问", "<答>", "")]
    drawn["message-typed"] = pages.render(known, "message.html", title="题", text="文", typed=said)
    return drawn


def working_pages(app: App) -> dict[str, str]:
    """The pages of the desk and of a team, with orders in every step that they work on."""
    client = Client(app)
    desk, team = Desk(client, "李主任", ADMINISTRATOR), Team(client, "hairdressing")
    nos = [wish(client, phone=f"1380000000{n}").no for n in range(5)]
    for no in nos[1:]:
        desk.do(no, "triaged", level="routine", service="haircut")
    for no in nos[2:]:
        desk.do(no, "dispatched", team="hairdressing")
    for no in nos[3:]:
        team.do(no, "accepted", volunteer="team", person="秦师傅")
    team.do(nos[4], "done")
    desk.do(nos[2], "noted", note="记着")
    drawn = {f"desk-{n}": desk.get(f"/desk/order/?no={no}").body for n, no in enumerate(nos)}
    drawn |= {f"team-{n}": team.get(no).body for n, no in enumerate(nos[2:])}
    drawn["refused"] = desk.do(nos[0], "triaged").body
    for path in (*(path for path in ROUTES if path.startswith("/desk/")), "/desk/?state=triaged"):
        if "GET" in ROUTES[path.partition("?")[0]] and path not in (
            "/desk/order/",
            "/desk/person/",
            "/desk/rating-slip/",
        ):
            drawn[path.replace("/", "-").replace("?", "")] = desk.get(path).body
    slip = team.get(nos[4]).page.css_first('a[href^="/team/slip/"]')
    assert slip is not None
    drawn["slip"] = team.client.get(slip.attributes["href"] or "").body
    drawn["team"] = team.get().body
    drawn["ended"] = client.get("/team/?team=hairdressing&key=x").body
    assert not [name for name, body in drawn.items() if "出了点问题" in body or not body]
    return drawn


@pytest.fixture(scope="module")
def drawn(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    store = f"sqlite:{tmp_path_factory.mktemp('data')}/wudan.db"
    folder = incremental.bundle_folder(root)
    app = App(
        folder, lambda: connect(store), SECRET, lambda: datetime(2026, 11, 23, 10, tzinfo=CHINA)
    )
    return functions_pages(app.bundle) | working_pages(app)


def html_files(out: Path) -> list[Path]:
    return sorted(out.rglob("*.html"))


def lookup(out: Path, address: str) -> Path:
    return out / file_of(unquote(urlsplit(address).path))


def broken_links(out: Path, here: str, text: str) -> list[str]:
    """Links, images and anchors of one page that lead nowhere."""
    broken = []
    page = LexborHTMLParser(text)
    links = [(n, name) for name in ("href", "src", "action") for n in page.css(f"[{name}]")]
    for node, name in links:
        link = node.attributes[name] or ""
        target = urlsplit(urljoin(here, link))
        if target.scheme not in ("", "http", "https") or target.netloc:
            continue
        if target.path in FUNCTIONS:
            continue
        file = lookup(out, target.path)
        if not file.is_file():
            broken.append(f"{here}: {link}")
        elif target.fragment:
            there = text if target.path == here else file.read_text()
            if LexborHTMLParser(there).css_first(f'[id="{unquote(target.fragment)}"]') is None:
                broken.append(f"{here}: {link}")
    return broken


@pytest.mark.slow
def test_every_link_image_and_anchor_resolves(out: Path) -> None:
    broken = []
    for file in html_files(out):
        here = "/" + file.relative_to(out).as_posix().removesuffix("index.html")
        broken += broken_links(out, here, file.read_text())
    assert broken == []


@pytest.mark.slow
def test_every_link_of_the_functions_pages_resolves(out: Path, drawn: dict[str, str]) -> None:
    broken = [link for text in drawn.values() for link in broken_links(out, "/api/order", text)]
    assert broken == []


def test_every_entry_of_feed_and_sitemap_resolves(out: Path) -> None:
    url = library.load(PRODUCT).settings.url
    feed = ElementTree.parse(out / "feed.xml").getroot()  # noqa: S314 (our own file)
    sitemap = ElementTree.parse(out / "sitemap.xml").getroot()  # noqa: S314
    entries = [link.attrib["href"] for link in feed.findall(f"{ATOM}entry/{ATOM}link")]
    places = [place.text or "" for place in sitemap.iter() if place.tag.endswith("}loc")]
    assert len(entries) >= 4
    assert len(places) > 30
    for address in [*entries, *places]:
        assert address.startswith(f"{url}/"), address
        assert lookup(out, address.removeprefix(url)).is_file(), address
    listed = {unquote(place.removeprefix(url)) for place in places}
    pages = {"/" + f.parent.relative_to(out).as_posix() for f in out.rglob("index.html")}
    assert {place.rstrip("/") or "/." for place in listed} == pages - {THANKS.rstrip("/")}


def test_what_search_engines_are_shown_they_may_list(out: Path, root: Path) -> None:
    client = Client(App(incremental.bundle_folder(root), no_store, SECRET))
    sitemap = ElementTree.parse(out / "sitemap.xml").getroot()  # noqa: S314
    for place in (place.text or "" for place in sitemap.iter() if place.tag.endswith("}loc")):
        address = unquote(urlsplit(place).path)
        if address in FUNCTIONS:
            assert "x-robots-tag" not in client.get(address).headers
        assert 'name="robots"' not in lookup(out, address).read_text()
    assert '<meta name="robots" content="noindex">' in lookup(out, THANKS).read_text()


def no_store() -> NoReturn:
    raise AssertionError("a form that nobody has filled in needs no store")


def test_the_feed_has_what_readers_need(out: Path) -> None:
    feed = ElementTree.parse(out / "feed.xml").getroot()  # noqa: S314
    for part in ("id", "title", "updated", "author"):
        assert feed.find(f"{ATOM}{part}") is not None
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    for entry in feed.findall(f"{ATOM}entry"):
        assert entry.findtext(f"{ATOM}updated")
        assert entry.findtext(f"{ATOM}content")


def test_the_service_day_comes_back_every_month_on_the_fifteenth(out: Path) -> None:
    calendar = Calendar.from_ical((out / "service-day.ics").read_bytes())
    (event,) = calendar.walk("VEVENT")
    assert event["rrule"] == {"FREQ": ["MONTHLY"], "BYMONTHDAY": [15]}
    start = event.decoded("dtstart")
    assert isinstance(start, datetime)
    assert (start.day, start.utcoffset()) == (15, timedelta(hours=8))
    assert start.date() < date.today()
    assert calendar.walk("VTIMEZONE")


def test_no_page_needs_a_script_or_anything_from_elsewhere(
    out: Path, drawn: dict[str, str]
) -> None:
    for text in [*(f.read_text() for f in html_files(out)), *drawn.values()]:
        page = LexborHTMLParser(text)
        assert not page.css("style, [style], [onclick], iframe")
        for script in page.css("script"):
            assert "defer" in script.attributes
            assert (script.attributes["src"] or "").startswith("/static/")
        for image in page.css("img"):
            assert {"alt", "width", "height"} <= set(image.attributes)


ROUND_TRIP = 14 * 1024
"""Bytes that a server may send before it hears from the reader: ten packets (RFC 6928)."""


def test_a_page_and_its_style_come_in_one_round_trip(out: Path) -> None:
    for file in (out / "index.html", *out.glob("news/*/index.html")):
        [style] = LexborHTMLParser(file.read_text()).css("link[rel=stylesheet]")
        parts = (file, out / (style.attributes["href"] or "").lstrip("/"))
        assert sum(len(gzip.compress(part.read_bytes())) for part in parts) <= ROUND_TRIP, file


def test_every_page_says_what_it_is(out: Path) -> None:
    titles: dict[str, Path] = {}
    for file in html_files(out):
        page = LexborHTMLParser(file.read_text())
        assert len(page.css("h1")) == 1, file
        assert page.css_first("main") is not None, file
        title = page.css_first("title")
        assert title is not None
        assert title.text() not in titles, (file, titles.get(title.text()))
        titles[title.text()] = file


def test_the_sample_says_that_it_is_one(out: Path) -> None:
    for folder, items in (
        ("teams", library.load(PRODUCT).teams),
        ("menu", library.load(PRODUCT).menu),
    ):
        for item in items:
            if item.sample:
                assert "示例" in (out / folder / item.slug / "index.html").read_text()


@pytest.mark.slow
def test_every_page_is_valid_html(out: Path, drawn: dict[str, str], tmp_path: Path) -> None:
    if not shutil.which("java") or not CHECKER.exists():
        missing("Java and, in tests/node, npm ci")
    for name, text in drawn.items():
        (tmp_path / f"{name}.html").write_text(text)
    checked = subprocess.run(
        ["java", "-jar", CHECKER, "--skip-non-html", out, tmp_path], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr
