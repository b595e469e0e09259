"""What of a site is not published, for staff to look at before it is."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from generator.build.render import Renderer
from generator.content import figures_file
from generator.content.kinds import KINDS, address
from generator.content.library import UNEDITED, Edited, Library
from generator.content.models import Item, Site
from generator.content.stages import EntryName
from generator.files import shown_files
from generator.files.cache import Cache
from generator.files.file_stamps import Stamps
from generator.site.plan import plan
from generator.site.theme import Theme


class Reading(NamedTuple):
    """What content is read from: as :func:`generator.build.build.build` has it."""

    library: Library
    theme: Theme
    figures: Path
    stamps: Stamps
    today: date
    cache: Cache

    def load(
        self, previewed: EntryName | None = None, edited: Edited = UNEDITED
    ) -> tuple[Site, dict[str, Any]]:
        """The site, and the figures.

        Raises:
            ContentError: with all that is wrong.
        """
        known, problems = figures_file.read(self.figures)
        kept = known.get("renamed", {})
        site = self.library.load(
            self.cache, self.stamps, self.today, problems, kept, previewed, edited
        )
        return site, known


def withheld(reading: Reading) -> Mapping[str, tuple[Item, ...]]:
    """By folder, the items that the public must not see today.

    Raises:
        ContentError: with all that is wrong.
    """
    return reading.load()[0].withheld


def preview(reading: Reading, name: EntryName, edited: Edited = UNEDITED) -> str | None:
    """The page of one item as it would be on a site on which it is published today; None if there
    is no such item. Its pictures and attachments are made, and stay until a build of a
    site that shows none of them.

    Raises:
        ContentError: with all that is wrong.
    """
    folder, slug = name
    if folder not in KINDS or not KINDS[folder].base:
        return None
    site, known = reading.load(name, edited)
    place = next((address(each) for each in site.entries[folder] if each.slug == slug), None)
    sections = plan(site, known)
    found = (each for section in sections for each in section.pages if each.address == place)
    page = next(found, None) if place else None
    if page is None:
        return None
    shown_files.fill(site.files, reading.library.root / shown_files.FOLDER)
    page = page._replace(data={**page.data, "preview": True})
    return Renderer(site.settings, reading.theme, reading.cache).render(page).decode()


def with_files_at(html: str, place: str) -> str:
    """The page with its pictures and attachments at addresses that begin so."""
    for public in shown_files.ADDRESSES:
        html = html.replace(public, place)
    return html
