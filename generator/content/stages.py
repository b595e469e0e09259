"""What the public sees on a day: entries that are shown, those that are withheld, and those of
which only the page is left."""

from collections.abc import Mapping
from datetime import date
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from generator.content import names
from generator.content.form_definitions import counted
from generator.content.models import Grid, Item, Service, Site
from generator.content.settings import Calendar, Settings
from generator.content.shelves import Shelved
from generator.files.shown_files import Looked, ShownFile

EntryName = tuple[str, str]
"""An entry's folder, and the name of its file without the ending."""
Folders = dict[str, list[Shelved[Any]]]


class Stages(NamedTuple):
    """By folder, the entries that are ``shown``, ``past`` and ``withheld``, each in order."""

    shown: Folders
    past: Folders
    withheld: Folders

    def public(self) -> list[Shelved[Any]]:
        """All that have a page, or are shown on one."""
        folders = (*self.shown.values(), *self.past.values())
        return [kept for items in folders for kept in items]


def divide(folders: Folders, today: date, previewed: EntryName | None = None) -> Stages:
    """Divide the entries as they are on this day, in the order in which they are shown: news and
    fairs newest first, pages by their ``order``, grids as people count, all others by file name.
    One that is ``previewed`` is shown whatever it says of itself."""
    stages = Stages({}, {}, {})
    for folder, items in folders.items():
        items.sort(key=attrgetter("entry.slug"))
        if items and hasattr(items[0].entry, "date"):
            items.sort(key=attrgetter("entry.date"), reverse=True)
        elif items and hasattr(items[0].entry, "order"):
            items.sort(key=attrgetter("entry.order"))
        elif items and isinstance(items[0].entry, Grid):
            items.sort(key=lambda kept: counted(kept.entry.name))
        stages.shown[folder] = []
        for kept in items:
            item = kept.entry
            is_always = not isinstance(item, Item) or (folder, item.slug) == previewed
            stage = stages.shown if is_always else getattr(stages, item.stage(today))
            stage.setdefault(folder, []).append(kept)
    return stages


def site(
    today: date,
    settings: Settings,
    calendar: Calendar,
    stages: Stages,
    renamed: Mapping[str, Mapping[str, str]],
    files: Mapping[ShownFile, Path],
    contents: Looked,
) -> Site:
    """The site in these stages, as they are ``today``. A service names only those of its teams that
    are shown."""
    entries, past, withheld = map(_entries, stages)
    known = {name: [*map(attrgetter("digests"), items)] for name, items in stages.shown.items()}
    waiting: list[tuple[Service, str]] = []
    if "teams" in past or "teams" in withheld:
        unseen = {team.slug for team in withheld.get("teams", ())}
        menu: tuple[Service, ...] = entries["menu"]
        waiting = [(each, team) for each in menu for team in each.teams if team in unseen]
        entries["menu"] = tuple(names.without(each, entries["teams"]) for each in menu)
        known["menu"] = [each.digests() for each in entries["menu"]]
    return Site(
        today=today,
        settings=settings,
        calendar=calendar,
        entries=entries,
        known=known,
        withheld=withheld,
        waiting=tuple(waiting),
        past=past,
        renamed=renamed,
        files=files,
        contents=contents,
    )


def _entries(folders: Folders) -> dict[str, tuple[Any, ...]]:
    return {name: tuple(map(attrgetter("entry"), items)) for name, items in folders.items()}
