"""Items that come, end, or get another file name: the rules for every folder."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from generator.content.form_definitions import called
from generator.content.models import Entry, Form, Grid, Item, News, Service, Site
from generator.content.reading.yaml_source import Document

NameMistake = tuple[Item, str, str, str]
"""A name that another item has or had: the item, the code, the name, and the other's file."""


def renamed(entries: Sequence[Entry]) -> tuple[dict[str, str], list[NameMistake]]:
    """The new name for each old name of a folder's entries, and what is wrong with these."""
    found: dict[str, str] = {}
    mistakes: list[NameMistake] = []
    changed = [each for each in entries if isinstance(each, Item) and each.renamed_from]
    slugs = {entry.slug for entry in entries} if changed else set()
    for item in changed:
        old_names = item.renamed_from
        for old in (old_names,) if isinstance(old_names, str) else old_names:
            if old in slugs:
                mistakes.append((item, "old_name_there", old, ""))
            elif found.setdefault(old, item.slug) != item.slug:
                mistakes.append((item, "old_name_twice", old, found[old]))
    return found, mistakes


def taken(
    kept: Mapping[str, str], listed: Mapping[str, str], there: Collection[str]
) -> list[tuple[str, str]]:
    """File names that belonged to another entry before, with the name that this entry has now:
    orders and links stored under such a name are its own. ``kept`` are renamings of before,
    ``listed`` those that files say, and ``there`` the names of all files."""
    found = []
    for old, new in kept.items():
        holder = new if new in there else listed.get(new, "")
        if old in there and holder not in ("", old):
            found.append((old, holder))
    return found


def check_days(document: Document, item: Item) -> None:
    """Note the days of an item that do not go together."""
    if item.publish_on and item.expires_on and item.expires_on <= item.publish_on:
        document.problem("expires_before_published", value=("expires_on",))
    if item.update_note and not item.updated:
        document.problem("note_without_day", value=("update_note",))
    # The day of a fair is when it is held, not when it was written.
    if item.updated and isinstance(item, News) and item.updated < item.date:
        document.problem("updated_before_date", value=("updated",))


def moved(
    renamed: Mapping[str, Mapping[str, str]], withheld: Mapping[str, Iterable[Item]]
) -> dict[str, dict[str, str]]:
    """The new name for each old one that has a page which the public may see."""
    unseen = {(folder, item.slug) for folder, items in withheld.items() for item in items}
    return {
        folder: {old: new for old, new in found.items() if (folder, new) not in unseen}
        for folder, found in renamed.items()
    }


def without(service: Service, teams: Iterable[Entry]) -> Service:
    """The service as the teams offer it that are there now."""
    stays = {team.slug for team in teams}
    return replace(service, teams=tuple(name for name in service.teams if name in stays))


IN_ORDERS = {"service": "menu", "team": "teams"}
"""What orders name, and the folders of that."""


def labels(site: Site) -> dict[str, dict[str, str]]:
    """What people call the services, teams and grids, also those that ended or are withheld,
    because orders may name them."""
    items = {
        folder: (*site.withheld.get(folder, ()), *site.past.get(folder, ()), *site.entries[folder])
        for folder in (*IN_ORDERS.values(), "grids")
    }
    grids = [each.name for each in items["grids"]]
    grids += [grid for team in site.teams for grid in team.grids]
    return {
        **{
            kind: {each.slug: each.label for each in items[folder]}
            for kind, folder in IN_ORDERS.items()
        },
        "grid": dict(zip(grids, grids, strict=True)),
    }


def same_names(grids: Iterable[Grid]) -> Iterator[NameMistake]:
    """The grids that are called like another one, which orders could not tell apart."""
    first: dict[str, str] = {}
    for grid in grids:
        if first.setdefault(grid.name, grid.slug) != grid.slug:
            yield grid, "same_grid", grid.name, first[grid.name]


def questions(forms: Iterable[Form], steps: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What the questions of residents' forms are called, and those that ``steps``, the forms of
    ``templates/actions.yaml``, have of their own."""
    return {
        "question": {
            f"{form.slug}.{name}": field.label
            for form in forms
            for name, field in zip(called(form), form.fields, strict=True)
        },
        "step": {
            f"{step}.{field['name']}": field["label"]
            for step, form in steps.items()
            for field in form.get("fields", ())
        },
    }


def in_orders(renamed: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """The new name for each old one of a service or team."""
    return {kind: {**renamed.get(folder, {})} for kind, folder in IN_ORDERS.items()}
