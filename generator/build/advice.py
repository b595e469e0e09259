"""What `check` advises to look at in content that has no mistakes, and so does not fail for."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from functions.forms.normal import seen
from generator.build.render import Renderer
from generator.content import models
from generator.content.kinds import address, folder
from generator.content.models import Entry, Form, Item, News, Prose, Site
from generator.content.reading.yaml_source import Document
from generator.content.settings import Settings, ascii_address
from generator.errors import Problem
from generator.files.output import file_of
from generator.site.plan import FUNCTIONS
from generator.site.sections.page import Page

SAMPLE = "空明社区"
"""The community of the sample, whose name and phone no other one should publish."""
SAMPLE_PHONE = "0773-0000000"
SAMPLE_VALUES = {
    "phone": re.compile(r"0{6}"),
    "address": re.compile("示例"),
    "url": re.compile(r"[./]example\.\w+$"),
    "report": re.compile(r"@([\w-]+\.)*example\.\w+$"),
    "number": re.compile(r"0{8}"),
}
"""How values of the sample's site.yaml look, by their names."""
SEPARATORS = re.compile("[，、；,;]")
LINK = re.compile(r'<(?:a|img)\b[^>]*?\b(?:href|src)="([^"]*)"')
PICTURE = re.compile(r"<img\b[^>]*>")
NAMED = re.compile(r'alt="\s*[^"\s]')
SOURCE = re.compile(r'src="([^"]*)"')


def advise(root: Path, site: Site, planned: Sequence[Page], renderer: Renderer) -> list[Problem]:
    """All advice for this content, in the order of the files. ``planned`` are the site's pages."""
    advice = _Advice(root, renderer, planned, site.withheld)
    advice.sample_values(site.settings)
    folders = (*site.entries.values(), *site.past.values(), *site.withheld.values())
    entries = [each for items in folders for each in items]
    for entry in entries:
        advice.bodies(entry, site.settings)
        if isinstance(entry, Form | models.StandingPage) and SAMPLE not in site.settings.name:
            advice.sample_names(entry)
    if site.settings.service_day.exceptions and not site.settings.service_day.updated:
        advice.tell("site.yaml", "undated_exceptions", "exceptions:")
    for service, team in site.waiting:
        advice.tell(_file(service), "withheld_team", team, found=team)
    advice.tags(site.news)
    return sorted(set(advice.found))


class _Advice:
    """Collects advice; lines are looked for in the files, because entries do not know them."""

    def __init__(
        self,
        root: Path,
        renderer: Renderer,
        planned: Sequence[Page],
        withheld: Mapping[str, Iterable[Item]],
    ):
        self.found: list[Problem] = []
        self._root, self._renderer = root, renderer
        self._pages = {file_of(page.address): page for page in planned}
        self._by_source = {page.source: page.address for page in planned if page.source}
        self._withheld = {file_of(address(each)) for items in withheld.values() for each in items}
        self._ids: dict[str, set[str]] = {}

    @cached_property
    def _files(self) -> set[str]:
        return {file_of(each) for each in (*self._pages, *self._renderer.theme.files)}

    def tell(self, file: str, code: str, typed: str, **names: Any) -> None:
        """Note advice at the first place of the file where this is typed, plainly or quoted."""
        lines = (self._root / file).read_text("utf-8-sig").splitlines()
        found = (
            (line, column)
            for line, text in enumerate(lines, 1)
            if (column := max(text.find(typed), text.find(unquote(typed))) + 1)
        )
        document = Document(file)
        document.note(code, *next(found, (1, 1)), **names)
        self.found += document.problems

    def sample_values(self, settings: Settings) -> None:
        """Values of the sample's site.yaml that are still in place."""
        values = {
            **{name: getattr(settings, name) for name in ("phone", "address", "url")},
            "report": settings.security.report if settings.security else "",
            "number": settings.icp.number if settings.icp else "",
        }
        for name, value in values.items():
            if SAMPLE_VALUES[name].search(value):
                self.tell("site.yaml", "sample_value", value, name=name, found=value)

    def sample_names(self, entry: Entry) -> None:
        """The name or phone of the sample's community, in another one's notices."""
        file = _file(entry)
        text = (self._root / file).read_text("utf-8")
        for typed in (SAMPLE, SAMPLE_PHONE):
            if typed in text:
                self.tell(file, "sample_name", typed, found=typed)

    def bodies(self, entry: Entry, settings: Settings) -> None:
        """Links and pictures of the entry's texts that lead nowhere or say nothing."""
        file = _file(entry)
        here = self._by_source.get(file) or address(entry)
        for name in entry.__struct_fields__:
            if not isinstance(prose := getattr(entry, name), Prose):
                continue
            html = self._renderer.typed(prose)
            for link in map(unescape, LINK.findall(html)):
                if link not in dict(prose.files):
                    self.link(file, here, link, settings.url)
            for picture in PICTURE.findall(html):
                if not NAMED.search(picture):
                    source = unescape(SOURCE.findall(picture)[0]) if SOURCE.search(picture) else ""
                    self.tell(file, "silent_picture", source, found=unquote(source))

    def link(self, file: str, here: str, link: str, url: str) -> None:
        """A link of the page ``here``, if it stays within the site at ``url``."""
        try:
            target, anchor = urldefrag(ascii_address(urljoin(url + here, link)))
        except ValueError:  # A host that nobody can have is not this site's.
            return
        if not target.startswith(f"{url}/"):
            return
        path = unquote(urlsplit(target).path)
        if path.startswith(FUNCTIONS):
            return
        meant = (file_of(path), file_of(f"{path}/"))
        found = next((each for each in meant if each in self._files), "")
        if not self._withheld.isdisjoint(meant):
            self.tell(file, "withheld_address", link, found=unquote(link))
        elif not found:
            self.tell(file, "dead_address", link, found=unquote(link))
        elif anchor and found in self._pages and unquote(anchor) not in self.ids(found):
            self.tell(file, "dead_anchor", link, found=unquote(link))

    def ids(self, path: str) -> set[str]:
        """The anchors of a page."""
        if path not in self._ids:
            html = self._renderer.render(self._pages[path]).decode()
            self._ids[path] = {unescape(each) for each in re.findall(r'\sid="([^"]+)"', html)}
        return self._ids[path]

    def tags(self, news: Iterable[News]) -> None:
        """Tags that look the same but are two, and those that are probably two in one."""
        files: dict[str, str] = {}
        for item in news:
            for tag in item.tags:
                files.setdefault(tag, _file(item))
        for tag, file in files.items():
            if SEPARATORS.search(tag):
                self.tell(file, "joined_tags", tag, name=tag)
        for same in _alike(files):
            for tag in same[1:]:
                self.tell(files[tag], "alike_tags", tag, name=tag, other=same[0])


def _alike(tags: Mapping[str, str]) -> Iterator[list[str]]:
    spellings = defaultdict(list)
    for tag in tags:
        spellings[seen(tag)].append(tag)
    return (same for same in spellings.values() if len(same) > 1)


def _file(entry: Entry) -> str:
    return f"content/{folder(type(entry))}/{entry.slug}.yaml"
