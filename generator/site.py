"""A build, from content to the folder that is served."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from functions.bundle import FILE, Bundle
from functions.form import OTHER
from generator import content, theme
from generator.cache import DAMAGE, Cache, Written, stamp
from generator.errors import WudanError
from generator.forms import actions, grids
from generator.models import Site
from generator.output import Output, file_of, replace
from generator.parallel import spread
from generator.plan import Page, plan
from generator.render import Damaged, Renderer
from generator.theme import Theme

Watch = Callable[[Iterator[Written], int], Iterator[Written]]
"""Sees files as they are written, and how many there will be; passes them on."""

Clock = Callable[[str], None]
"""Is told of each phase of a build, by its name, when that is over."""

FIGURES = "figures.json"

MADE = ".wudan"
"""Folder below the root for what builds make besides the site: the bundle, what was written."""


Work = tuple[str, str, Callable[[], bytes]]
"""A file of the site: its path, what stands for all that it is made from, and how to make it."""


class Report(NamedTuple):
    """How many files a build wrote, left as they were, and removed."""

    written: int
    skipped: int
    removed: int


def bundle_folder(root: Path) -> Path:
    """Where a build of this root leaves the bundle for the functions."""
    return root / MADE / "bundle"


def check(root: Path) -> int:
    """Check the content and return how many pages it makes.

    Raises:
        ContentError: with all that is wrong.
    """
    return len(plan(content.load(root), _known(root)))


def build(
    root: Path,
    out: Path,
    clean: bool = False,
    watch: Watch = lambda done, total: done,
    figures: Mapping[str, Any] | None = None,
    clock: Clock = lambda phase: None,
) -> Report:
    """Build the site at ``root`` into ``out``; ``watch`` sees files go by, ``clock`` phases.

    ``figures`` are those of :func:`functions.figures.snapshot`; they are kept in the root, so
    that a build where no store is in reach shows the last ones known.

    Raises:
        ContentError: with all that is wrong; nothing was written.
        WudanError: ``out`` is not a build's folder.
    """
    if figures is not None:
        _keep(root / FIGURES, msgspec.json.format(msgspec.json.encode(figures, order="sorted")))
    look = theme.load(root)
    clock("theme")
    for _ in range(2):
        cache = Cache(root / MADE / "cache.db", look.program)
        try:
            return _Build(root, out, look, cache, clean, clock).run(watch)
        except (*DAMAGE, Damaged):
            cache.forget()  # What it had is made again.
        finally:
            cache.close()
    raise WudanError(f"{root / MADE} 里的文件坏了，修不好。请删去这个文件夹再试。")


class _Build:
    def __init__(self, root: Path, out: Path, look: Theme, cache: Cache, clean: bool, clock: Clock):
        self.root = root
        self.clock = clock
        self.look = look
        self.cache = cache
        self.output = Output(out, cache, clean)

    def run(self, watch: Watch) -> Report:
        """Everything, or nothing where nothing changed since the last time."""
        looks = content.scan(self.root)
        seen, made = self._seen(looks), f"made {self.output.name}"
        bundle = bundle_folder(self.root)
        done = self.cache.noted(made) == seen + _look(bundle) and self.output.is_whole()
        self.clock("looks")
        if done:
            return Report(0, self.output.count, 0)
        site = content.load(self.root, self.cache, looks)
        self.clock("content")
        pages = plan(site, _known(self.root))
        self.clock("plan")
        renderer = Renderer(site.settings, self.look, self.cache)
        report = self._write(renderer, pages, watch)
        _hand_over(site, pages, renderer, bundle)
        self.cache.note(made, seen + _look(bundle))
        self.cache.commit()
        self.clock("bundle")
        return report

    def _seen(self, looks: content.Looks) -> str:
        """Changes with anything that the site is made from."""
        seen = blake2b(self.look.digest, digest_size=16)
        seen.update(msgspec.msgpack.encode(looks))
        for address, path in self.look.files.items():
            seen.update(f"{address} {stamp(path.stat())}".encode())
        for name in ("site.yaml", "calendar.yaml", FIGURES):
            file = self.root / name
            seen.update(file.read_bytes() if file.exists() else b"-")
        return seen.hexdigest()

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
    _keep(folder / FILE, msgspec.json.encode(data))


def _look(bundle: Path) -> str:
    file = bundle / FILE
    return stamp(file.stat()) if file.exists() else ""


def _known(root: Path) -> dict[str, Any]:
    """The figures that an earlier build left, or none."""
    file = root / FIGURES
    return msgspec.json.decode(file.read_bytes()) if file.exists() else {}


def _keep(file: Path, data: bytes) -> None:
    """Replace a file whole, where it is not the same already."""
    if not file.exists() or file.read_bytes() != data:
        replace(file, data)
