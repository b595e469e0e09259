"""Items that ended, and items whose files were renamed: the rules for every folder."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from generator.content.form_definitions import called
from generator.content.models import Entry, Form, Item, Service, Site

NameMistake = tuple[Item, str, str, str]
"""A wrong ``renamed_from``: the item, the code, the old name, and another item's name."""


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
    """Every file name that another entry had before, with the name which that has now: orders and
    links that are stored under it are of the other one. ``kept`` are renamings of before,
    ``listed`` those that files say, and ``there`` the names of all files."""
    found = []
    for old, new in kept.items():
        holder = new if new in there else listed.get(new, "")
        if old in there and holder not in ("", old):
            found.append((old, holder))
    return found


def has_ended(entry: Entry) -> bool:
    """Whether this is an item that leaves menus, lists and choices."""
    return isinstance(entry, Item) and entry.ended is not None


def without(service: Service, teams: Iterable[Entry]) -> Service:
    """The service as the teams offer it that have not ended."""
    stays = {team.slug for team in teams}
    return replace(service, teams=tuple(name for name in service.teams if name in stays))


IN_ORDERS = {"service": "menu", "team": "teams"}
"""What orders name, and the folders of that."""


def labels(site: Site) -> dict[str, dict[str, str]]:
    """What people call the services, teams and grids, also those that ended."""
    items = {
        kind: (*site.past.get(folder, ()), *site.entries[folder])
        for kind, folder in IN_ORDERS.items()
    }
    return {
        **{kind: {each.slug: each.label for each in found} for kind, found in items.items()},
        "grid": {grid: grid for team in site.teams for grid in team.grids},
    }


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
