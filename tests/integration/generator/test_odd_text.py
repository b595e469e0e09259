"""Odd and hostile text in every field of news, events, fairs and the service day: whatever staff
type or paste, feed, map, calendars and pages stay valid, and say it."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
import yaml
from icalendar import Calendar
from selectolax.lexbor import LexborHTMLParser

from generator.build.incremental import Builder
from tests.support.servers import PRODUCT, missing
from tests.support.site import MADE, SITE

pytestmark = pytest.mark.slow

READER = PRODUCT / "tests/support/calendars.mjs"
ICAL = PRODUCT / "tests/node/node_modules/ical.js"
CHECKER = PRODUCT / "tests/node/node_modules/vnu-jar/build/dist/vnu.jar"
ODD = (
    "a;b,c\\d:\"e\" 'f' & <g> ]]> \\n \\; %0A",
    "第一行\n第二行\n\nBEGIN:VEVENT\nEND:VCALENDAR",
    "\u202eabc\u202c \u200f\u05e9\u05dc\u05d5\u05dd \u2066x\u2069",
    "一👨\u200d👩\u200d👧\u200d👦🇨🇳❤\ufe0f\U00020bb7" * 20,
    *("很长的一行，一直写下去，没有空格也没有换行" * 20 + "é" * n for n in range(3)),
    "a" + "很长的一行" * 60,
    "ab" + "很长的一行" * 60,
    "\u2028行\u2029段\ufeff\u00a0\u3000\t尾",
    "<!--x--><script>alert(1)</script><![CDATA[y]]>&amp;&#0;",
    "{{ site }} {% raw %} {# x #}",
)
TAG = "a&b;“c”<d>'e\""


def item(text: str, **more: Any) -> str:
    """A file in which each text is this one."""
    event = {"start": "2026-12-12 09:00", "end": "2026-12-13 11:30"}
    texts = dict.fromkeys(("title", "author", "community", "summary", "update_note"), text)
    told = {"place": text, "organiser": text}
    photos = [{"src": "photo.svg", "caption": text}]
    news = {**texts, "updated": "2026-12-02", "body": text, "tags": [TAG], "photos": photos}
    return dump({**news, "date": "2026-12-01", "event": event | told, **more})


def fair(text: str) -> str:
    names = ("title", "employer", "pay", "hours", "place", "contact", "requirement")
    position = {**dict.fromkeys(names, text), "schooling": "初中", "age_to": "55"}
    texts = dict.fromkeys(("title", "place", "contact", "apply", "policies", "body"), text)
    when = {"date": "2026-12-18", "start": "14:30", "end": "17:00"}
    return dump({**texts, **when, "hosts": [text] * 3, "positions": [{**position}, {**position}]})


def dump(data: dict[str, Any]) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = shutil.copytree(SITE, tmp_path_factory.mktemp("odd") / "site", ignore=MADE)
    for number, text in enumerate(ODD):
        (root / f"content/news/odd-{number}.yaml").write_text(item(text))
        (root / f"content/fairs/odd-{number}.yaml").write_text(fair(text))
    settings = yaml.safe_load((root / "site.yaml").read_text())
    settings["service_day"] |= {
        **dict.fromkeys(("place", "summary"), "".join(ODD)),
        "exceptions": [
            {"date": f"2027-{month:02}-15", "moved_to": f"2027-{month:02}-20", "reason": text}
            for month, text in enumerate(ODD, 1)
        ],
    }
    (root / "site.yaml").write_text(dump(settings))
    Builder(root, root / "public", lambda: date(2026, 12, 5)).build()
    return root / "public"


def plain(text: str) -> str:
    """A text without what stands for nothing that is seen, such as breaks."""
    return "".join(text.replace("\ufeff", "").split())


def calendars(out: Path) -> Iterator[tuple[Path, str]]:
    """Every calendar file of the odd items, with the text that it has."""
    for number, text in enumerate(ODD):
        for folder in ("news", "fairs"):
            yield out / folder / f"odd-{number}/event.ics", text


def test_calendars_say_every_text_as_it_was_typed(out: Path) -> None:
    for file, text in calendars(out):
        (event,) = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
        assert plain(str(event["summary"])) == plain(text), file
        assert plain(str(event["location"])) == plain(text), file
        assert event.errors == []
    _, *moved = Calendar.from_ical((out / "service-day.ics").read_bytes()).walk("VEVENT")
    assert len(moved) == len(ODD)
    for event, text in zip(moved, ODD, strict=True):
        assert plain(str(event["description"])).startswith(plain(text))


def test_no_line_of_a_calendar_is_too_long_or_cuts_a_character(out: Path) -> None:
    files = [*out.rglob("*.ics")]
    assert len(files) > 2 * len(ODD)
    for file in files:
        raw = file.read_bytes()
        assert raw.endswith(b"END:VCALENDAR\r\n")
        lines = raw.removesuffix(b"\r\n").split(b"\r\n")
        assert max(map(len, lines)) <= 75, file  # RFC 5545, 3.1: octets.
        for line in lines:
            assert not {*line} & {*range(9), *range(10, 32), 127}, (file, line)
            line.decode()


def test_another_reader_finds_the_same_in_calendars(out: Path) -> None:
    if not shutil.which("node") or not ICAL.exists():
        missing("Node.js and, in tests/node, npm ci")
    files, texts = zip(*calendars(out), strict=True)
    command = ["node", READER, *files, out / "service-day.ics"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    *found, service_day = json.loads(done.stdout)
    for file, each, text in zip(files, found, texts, strict=True):
        assert plain(each["summary"]) == plain(each["location"]) == plain(text), file
        assert (
            each["start"] == ("2026-12-12T09:00:00", "2026-12-18T14:30:00")["fairs" in file.parts]
        )
        assert each["alarms"] == 1
    assert service_day["days"] == [f"2027-{month:02}-20T09:00:00" for month in range(1, 7)]


def test_the_feed_says_every_text_as_it_was_typed(out: Path) -> None:
    ElementTree.parse(out / "feed.xml")  # noqa: S314 (our own file)
    feed = feedparser.parse((out / "feed.xml").read_bytes(), sanitize_html=False)
    assert not feed.bozo, feed.get("bozo_exception")
    entries = {each.id.rpartition("/odd-")[2].rstrip("/"): each for each in feed.entries}
    for number, text in enumerate(ODD):
        entry = entries[f"{number}"]
        for name in ("title", "author", "summary"):
            said = entry[name]
            assert plain(said) == plain(text), (number, name)
        assert [tag.term for tag in entry.tags] == [TAG]
        (content,) = entry.content
        place = LexborHTMLParser(content.value).css_first("p + p, p")
        assert place is not None
        caption = LexborHTMLParser(content.value).css_first("figcaption")
        assert caption is not None
        assert plain(caption.text()) == plain(text)


def test_the_map_of_the_site_is_valid(out: Path) -> None:
    places = ElementTree.parse(out / "sitemap.xml").iter()  # noqa: S314 (our own file)
    found = [each.text or "" for each in places if each.tag.endswith("}loc")]
    assert all(each.isascii() for each in found)
    assert len([each for each in found if "/odd-" in each]) == 2 * len(ODD)


def test_pages_say_every_text_as_it_was_typed(out: Path) -> None:
    for number, text in enumerate(ODD):
        for folder in ("news", "fairs"):
            page = LexborHTMLParser((out / folder / f"odd-{number}/index.html").read_text())
            title = page.css_first("h1")
            facts = page.css_first("dl.facts")
            assert title is not None
            assert facts is not None
            assert plain(title.text()).startswith(plain(text)), (folder, number)
            assert plain(text) in plain(facts.text()), (folder, number)
            assert all(each.attributes.get("src") for each in page.css("script"))
    home = LexborHTMLParser((out / "index.html").read_text())
    assert plain(ODD[0]) in plain(home.css_first(".leaf").text())  # type: ignore[union-attr]


def test_pages_with_odd_texts_are_valid_html(out: Path) -> None:
    if not shutil.which("java") or not CHECKER.exists():
        missing("Java and, in tests/node, npm ci")
    pages = [out / "index.html", out / "menu/index.html", *out.glob("*/odd-*/index.html")]
    checked = subprocess.run(
        ["java", "-jar", CHECKER, "--skip-non-html", *pages], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr
