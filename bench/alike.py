"""Whether a program built the whole community: every page, and what a page has to have."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import click

from tests.support import corpus

PER_PAGE = 20
RELATED = 4
LINK = re.compile(r'href="/news/([^/"]+)/"')
AROUND = re.compile(r'rel="(prev|next)" href="/news/([^/"]+)/"')

News = dict[str, dict[str, Any]]


def check(public: Path, news: int, teams: int, services: int) -> None:
    """Compare a built site with its content.

    Raises:
        ClickException: it lacks something, of which the first few are named.
    """
    contents = corpus.contents(news, teams, services)
    missing = [
        *(place for place in _places(contents) if not (public / place / "index.html").is_file()),
        *_in_page(public, contents["news"]),
        *_in_lists(public, contents),
    ]
    if missing:
        raise click.ClickException(f"{public} has no {', '.join(missing[:5])} ({len(missing)})")


def _places(contents: dict[str, News]) -> Iterator[str]:
    """Where there are pages: of items, of lists and of their further pages."""
    tags = Counter(tag for item in contents["news"].values() for tag in item["tags"])
    lists = {"news": len(contents["news"]), **{f"tags/{tag}": n for tag, n in tags.items()}}
    yield from ("", "teams", "menu", "tags")
    for place, count in lists.items():
        yield place
        yield from (f"{place}/page/{n}" for n in range(2, -(-count // PER_PAGE) + 1))
    for folder, items in contents.items():
        yield from (f"{folder}/{name}" for name in items)


def _in_page(public: Path, news: News) -> Iterator[str]:
    """What the page of the middle item lacks."""
    name = [*news][len(news) // 2]
    item = news[name]
    page = unquote((public / "news" / name / "index.html").read_text())
    wanted = [f"<h1>{item['title']}", item["body"].partition("\n")[0]]
    wanted += [f'href="/tags/{tag}/"' for tag in item["tags"]]
    yield from (f"{text} in {name}" for text in wanted if text not in page)
    article, _, others = page.partition("相关新闻")
    around = dict(AROUND.findall(article))
    if set(around) != {"prev", "next"} or not all(_near(news[o], item) for o in around.values()):
        yield f"neighbours of {name}"
    alike = {o for o, other in news.items() if {*other["tags"]} & {*item["tags"]} and o != name}
    related = {*LINK.findall(others)}
    if not related <= alike or len(related) != min(RELATED, len(alike)):
        yield f"news related to {name}"


def _near(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Two news a day have no order, so that a neighbour is of the same day or the next."""
    apart = date.fromisoformat(one["date"]) - date.fromisoformat(other["date"])
    return abs(apart) <= timedelta(days=1)


def _in_lists(public: Path, contents: dict[str, News]) -> Iterator[str]:
    """What the first page of the news, the feed and the sitemap lack."""
    newest = min(PER_PAGE, len(contents["news"]))
    if len({*LINK.findall((public / "news/index.html").read_text())}) != newest:
        yield f"{newest} newest news in their list"
    if len(re.findall("<(?:item|entry)>", (public / "feed.xml").read_text())) != newest:
        yield f"{newest} newest news in the feed"
    listed = unquote((public / "sitemap.xml").read_text())
    for folder, items in contents.items():
        yield from (f"{o} in the sitemap" for o in items if f"/{folder}/{o}/<" not in listed)
