"""Names that end: items that ended, and items whose files were renamed.

The rules are the same for every folder, so they stand here once.
"""

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from functions.forms.definition import OTHER
from generator.content.form_definitions import called
from generator.content.models import Entry, Item, Service, Site

Problem = Callable[[Item, str, str, str], None]
"""Notes a problem of ``renamed_from``: the item, the code, the old name, another item's name."""


def renamed(entries: Iterable[Entry], problem: Problem) -> dict[str, str]:
    """The new name for each old name of a folder's entries."""
    changed = [each for each in entries if isinstance(each, Item) and each.renamed_from]
    if not changed:
        return {}
    there, found = {entry.slug for entry in entries}, dict[str, str]()
    for item in changed:
        old_names = item.renamed_from
        for old in (old_names,) if isinstance(old_names, str) else old_names:
            if old in there:
                problem(item, "old_name_there", old, "")
            elif found.setdefault(old, item.slug) != item.slug:
                problem(item, "old_name_twice", old, found[old])
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
    """What people call the services, teams, grids and questions, also those that ended."""
    return {
        **{
            kind: {
                each.slug: each.label
                for each in (*site.past.get(folder, ()), *site.entries[folder])
            }
            for kind, folder in IN_ORDERS.items()
        },
        "grid": {grid: grid for team in site.teams for grid in team.grids},
        "question": {
            f"{form.slug}.{name}": field.label
            for form in site.forms
            for name, field in zip(called(form), form.fields, strict=True)
        },
    }


def known(site: Site) -> dict[str, set[str]]:
    """All names that orders may have for what is in the content, also those of before, by kind."""
    old = in_orders(site.renamed)
    return {kind: {*names, *old.get(kind, ()), OTHER} for kind, names in labels(site).items()}


def in_orders(renamed: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """The new name for each old one of a service or team."""
    return {kind: {**renamed.get(folder, {})} for kind, folder in IN_ORDERS.items()}
