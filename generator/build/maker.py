"""All of a build that has something to do: read, plan, draw what changed, hand over."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from functions.context.bundle import FILE, Bundle
from functions.forms.definition import FORMS, OTHER
from generator.build.render import Renderer
from generator.content import figures_file, forms, library
from generator.content.library import Library
from generator.content.models import Calendar, Site, digest
from generator.files.cache import Cache
from generator.files.file_stamps import Looks, stamp
from generator.files.output import Output, Part, Report, Written, file_of, keep
from generator.files.parallel import spread
from generator.site.plan import Section, pages, plan
from generator.site.theme import Theme

Watch = Callable[[Iterator[Written], int], Iterator[Written]]


class Work(NamedTuple):
    """A file of the site: where it is, what stands for all that it is made from, how to make it."""

    path: str
    fingerprint: Callable[[], bytes]
    make: Callable[[], bytes]


STATIC = "static"
"""The part of the site that is copied."""


def check(root: Path, known: Path) -> tuple[int, Calendar]:
    """Check the content and the figures in the file ``known``, and return how many pages they
    make, and the calendar of deadlines.

    Raises:
        ContentError: with all that is wrong.
    """
    snapshot, wrong = figures_file.read(known)
    site = library.load(root, wrong)
    return len(pages(plan(site, snapshot))), site.calendar


@dataclass
class Maker:
    """Makes the site of a ``library`` and the figures in the file ``known``; the functions' part of
    it goes to the folder ``bundle``."""

    library: Library
    known: Path
    bundle: Path
    look: Theme
    looks: Looks
    cache: Cache
    output: Output
    clock: Callable[[str], None]

    def make(self, watch: Watch) -> Report:
        """Write what changed.

        Raises:
            ContentError: with all that is wrong; nothing was written.
        """
        snapshot, wrong = figures_file.read(self.known)
        site = self.library.load(self.cache, self.looks, wrong)
        self.clock("content")
        sections = plan(site, snapshot)
        self.clock("plan")
        renderer = Renderer(site.settings, self.look, self.cache)
        report = self._write(renderer, sections, watch)
        self._hand_over(site, renderer)
        return report

    def _write(self, renderer: Renderer, sections: list[Section], watch: Watch) -> Report:
        keys = {section.name: renderer.fingerprint(section) for section in sections}
        kept = {name: self.output.part(name, key) for name, key in keys.items()}
        parts = {name: part for name, part in kept.items() if part}
        works = {s.name: _drawn(renderer, s) for s in sections if s.name not in parts}
        works[STATIC] = _copied(self.look)
        keys[STATIC] = b""
        planned = [work for several in works.values() for work in several]
        if not _distinct(parts.values(), planned):
            pages(sections)  # It says which are not.
        files = {
            work.path: written
            for work in planned
            if (written := self.output.lies(work.path, work.fingerprint))
        }
        changed = [work for work in planned if work.path not in files]
        self.clock("fingerprints")
        self.output.begin()
        done = watch(spread(self._write_some, changed), len(changed))
        files |= zip((work.path for work in changed), done, strict=True)
        self.clock("pages")
        for name, several in works.items():
            parts[name] = Part(keys[name], {work.path: files[work.path] for work in several})
        removed = self.output.finish(parts)
        total = sum(len(part.files) for part in parts.values())
        return Report(len(changed), total - len(changed), removed)

    def _write_some(self, works: Sequence[Work]) -> list[Written]:
        made = [(work.path, work.fingerprint(), work.make()) for work in works]
        return [self.output.write(*file) for file in made]

    def _hand_over(self, site: Site, renderer: Renderer) -> None:
        """Write the bundle for the functions, where what it has may have changed."""
        file = self.bundle / FILE
        read = (renderer.common, site.calendar, site.forms, site.menu, site.teams)
        made = digest((read, stamp(file.stat()) if file.exists() else ""))
        if self.cache.noted("bundle") != made:
            self.bundle.mkdir(parents=True, exist_ok=True)
            keep(file, msgspec.json.encode(_bundle(site, self.look, renderer)))
            self.cache.note("bundle", digest((read, stamp(file.stat()))))


def _drawn(renderer: Renderer, section: Section) -> list[Work]:
    return [
        Work(
            file_of(page.address),
            partial(renderer.fingerprint, page),
            partial(renderer.render, page),
        )
        for page in section.pages
    ]


def _copied(look: Theme) -> list[Work]:
    return [
        Work(file_of(address), stamp(path.stat()).encode, path.read_bytes)
        for address, path in look.files.items()
    ]


def _distinct(parts: Iterable[Part], works: Iterable[Work]) -> bool:
    """Whether each file has a path of its own."""
    paths = [path for part in parts for path in part.files]
    paths += [work.path for work in works]
    return len({*paths}) == len(paths)


def _bundle(site: Site, look: Theme, renderer: Renderer) -> dict[str, Any]:
    drawn = {form.slug: forms.resolve(form, site) for form in site.forms if form.slug in FORMS}
    asked = {name: form | {"intro": renderer.html(form["intro"])} for name, form in drawn.items()}
    services = {service.slug: service.name for service in site.menu}
    bundle = Bundle(
        site=msgspec.to_builtins(site.settings, enc_hook=str),
        calendar=msgspec.to_builtins(site.calendar),
        actions=forms.actions(look.actions, asked, site),
        offers={service.slug: list(service.teams) for service in site.menu},
        capacity={team.slug: team.capacity for team in site.teams if team.capacity},
        grids=forms.grids(site),
        forms=asked,
        services=services | {OTHER: look.words["sheets"]["names"][OTHER]},
        teams={team.slug: team.name for team in site.teams},
        words=look.words,
        templates={name: text for name, text in look.templates.items() if name.endswith(".html")},
        assets=look.assets,
    )
    return {name: getattr(bundle, name) for name in Bundle.__slots__}
