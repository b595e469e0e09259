"""All of a build that has something to do: read, plan, draw what changed, hand over."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from functions.bundle import FILE, Bundle
from functions.form import OTHER
from generator import content
from generator.cache import Cache, Written
from generator.forms import actions, grids
from generator.looks import Looks, stamp
from generator.models import Site
from generator.output import Output, Report, file_of, keep
from generator.parallel import spread
from generator.plan import Page, plan
from generator.render import Renderer
from generator.theme import Theme

Watch = Callable[[Iterator[Written], int], Iterator[Written]]

Work = tuple[str, str, Callable[[], bytes]]
"""A file of the site: its path, what stands for all that it is made from, and how to make it."""


def count(root: Path, figures: Mapping[str, Any]) -> int:
    """Check the content and return how many pages it makes.

    Raises:
        ContentError: with all that is wrong.
    """
    return len(plan(content.load(root), figures))


@dataclass
class Maker:
    """Makes the site at ``root`` from its content and ``figures``; the functions' part of it goes
    to the folder ``bundle``."""

    root: Path
    figures: Mapping[str, Any]
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
        site = content.load(self.root, self.cache, self.looks)
        self.clock("content")
        pages = plan(site, self.figures)
        self.clock("plan")
        renderer = Renderer(site.settings, self.look, self.cache)
        report = self._write(renderer, pages, watch)
        _hand_over(site, pages, renderer, self.bundle)
        return report

    def _write(self, renderer: Renderer, pages: list[Page], watch: Watch) -> Report:
        works: list[Work] = [
            (file_of(page.address), renderer.fingerprint(page), partial(renderer.render, page))
            for page in pages
        ]
        works += [
            (file_of(address), stamp(path.stat()), path.read_bytes)
            for address, path in self.look.files.items()
        ]
        changed = [work for work in works if self.output.lacks(*work[:2])]
        self.clock("fingerprints")
        self.output.begin()
        paths = [path for path, _, _ in changed]
        done = watch(spread(self._write_one, changed), len(changed))
        written = dict(zip(paths, done, strict=True))
        self.clock("pages")
        removed = self.output.finish((path for path, _, _ in works), written)
        return Report(len(changed), len(works) - len(changed), removed)

    def _write_one(self, work: Work) -> Written:
        path, fingerprint, make = work
        return self.output.write(path, fingerprint, make())


def _hand_over(site: Site, pages: list[Page], renderer: Renderer, folder: Path) -> None:
    """Write the bundle, where it is not the same already; its forms are those of the pages."""
    look = renderer.theme
    drawn = [page.data["form"] for page in pages if page.template == "form.html"]
    forms = {form["slug"]: form | {"intro": renderer.html(form["intro"])} for form in drawn}
    services = {service.slug: service.name for service in site.menu}
    bundle = Bundle(
        site=msgspec.to_builtins(site.settings, enc_hook=str),
        calendar=msgspec.to_builtins(site.calendar),
        actions=actions(look.actions, forms, site),
        offers={service.slug: list(service.teams) for service in site.menu},
        capacity={team.slug: team.capacity for team in site.teams if team.capacity},
        grids=grids(site),
        forms=forms,
        services=services | {OTHER: look.words["sheets"]["names"][OTHER]},
        teams={team.slug: team.name for team in site.teams},
        words=look.words,
        templates={name: text for name, text in look.templates.items() if name.endswith(".html")},
        assets=look.assets,
    )
    folder.mkdir(parents=True, exist_ok=True)
    data = {name: getattr(bundle, name) for name in Bundle.__slots__}
    keep(folder / FILE, msgspec.json.encode(data))
