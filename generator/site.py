"""A build, from content to the folder that is served."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from functions.bundle import FILE, Bundle
from functions.form import OTHER
from generator import content, theme
from generator.forms import actions, grids
from generator.models import Site
from generator.output import Output, replace
from generator.plan import Page, plan
from generator.render import Renderer
from generator.theme import Theme

FIGURES = "figures.json"

MADE = ".wudan"
"""Folder below the root for what builds make besides the site: the bundle, what was written."""


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
    watch: Callable[[list[Page]], Iterable[Page]] = iter,
    figures: Mapping[str, Any] | None = None,
) -> Report:
    """Build the site at ``root`` into ``out``; ``watch`` sees the pages go by.

    ``figures`` are those of :func:`functions.figures.snapshot`; they are kept in the root, so
    that a build where no store is in reach shows the last ones known.

    Raises:
        ContentError: with all that is wrong; nothing was written.
        WudanError: ``out`` is not a build's folder.
    """
    site = content.load(root)
    pages = plan(site, _known(root) if figures is None else figures)
    look = theme.load(root)
    renderer = Renderer(site.settings, look)
    name = hashlib.sha256(str(out.resolve()).encode()).hexdigest()[:16]
    output = Output(out, root / MADE / f"written-{name}.json", clean)
    for page in watch(pages):
        output.put(page.address, renderer.fingerprint(page), partial(renderer.render, page))
    for address, path in look.files.items():
        stat = path.stat()
        output.put(address, f"{stat.st_size} {stat.st_mtime_ns}", path.read_bytes)
    output.finish()
    if figures is not None:
        _keep(root / FIGURES, msgspec.json.format(msgspec.json.encode(figures, order="sorted")))
    _hand_over(site, pages, look, bundle_folder(root))
    return Report(output.written, output.skipped, output.removed)


def _hand_over(site: Site, pages: list[Page], look: Theme, folder: Path) -> None:
    """Write the bundle, where it is not the same already; its forms are those of the pages."""
    drawn = [page.data["form"] for page in pages if page.template == "form.html"]
    forms = {form["slug"]: form for form in drawn}
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


def _known(root: Path) -> dict[str, Any]:
    """The figures that an earlier build left, or none."""
    file = root / FIGURES
    return msgspec.json.decode(file.read_bytes()) if file.exists() else {}


def _keep(file: Path, data: bytes) -> None:
    """Replace a file whole, where it is not the same already."""
    if not file.exists() or file.read_bytes() != data:
        replace(file, data)
