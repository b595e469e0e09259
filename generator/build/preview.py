"""What is not published, for staff to look at before it is."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from generator.build.render import Renderer
from generator.content import figures_file
from generator.content.kinds import KINDS, address
from generator.content.library import Library
from generator.content.models import Item
from generator.content.stages import EntryName
from generator.files import shown_files
from generator.files.cache import Cache
from generator.files.file_stamps import Stamps
from generator.site.plan import plan
from generator.site.theme import Theme


def withheld(
    library: Library, figures: Path, stamps: Stamps, today: date, cache: Cache
) -> Mapping[str, tuple[Item, ...]]:
    """By folder, the items that the public must not see today.

    Raises:
        ContentError: with all that is wrong.
    """
    known, problems = figures_file.read(figures)
    return library.load(cache, stamps, today, problems, known.get("renamed", {})).withheld


def preview(
    library: Library,
    theme: Theme,
    figures: Path,
    stamps: Stamps,
    today: date,
    cache: Cache,
    name: EntryName,
) -> str | None:
    """The page of one item as it would be on a site on which it is published today; None if there
    is no such item. Its pictures and attachments are made, and stay until a build of a
    site that shows none of them.

    Raises:
        ContentError: with all that is wrong.
    """
    folder, slug = name
    if folder not in KINDS or not KINDS[folder].base:
        return None
    known, problems = figures_file.read(figures)
    kept = known.get("renamed", {})
    site = library.load(cache, stamps, today, problems, kept, previewed=name)
    place = next((address(each) for each in site.entries[folder] if each.slug == slug), None)
    sections = plan(site, known)
    found = (each for section in sections for each in section.pages if each.address == place)
    page = next(found, None) if place else None
    if page is None:
        return None
    shown_files.fill(site.files, library.root / shown_files.FOLDER)
    page = page._replace(data={**page.data, "preview": True})
    return Renderer(site.settings, theme, cache).render(page).decode()
