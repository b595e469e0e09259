"""The functions on one machine: where a root keeps its orders, and the figures for a build."""

import os
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from generator.build import incremental

if TYPE_CHECKING:
    from functions.app import App
    from functions.context.bundle import Bundle
    from functions.storage.opening import Begin

SHOWN = 5
"""How many orders a warning names."""
PUBLIC = ("content", "templates", "static")
"""The folders of a root that are published; backups must not lie in them."""


def address(root: Path, data: Path | None = None) -> str:
    """Where the store is: in ``data``, else where ``WUDAN_STORE`` says, else in ``var/``."""
    if data or "WUDAN_STORE" not in os.environ:
        return f"sqlite:{data or root / 'var'}/wudan.db"
    return os.environ["WUDAN_STORE"]


def folder(root: Path, data: Path | None = None) -> Path:
    """Where this machine keeps what is its own: beside the store if that is a file, else in
    ``var/``."""
    engine, _, place = address(root, data).partition(":")
    return Path(place).parent if engine == "sqlite" else root / "var"


def app(root: Path, data: Path | None = None, begin: "Begin" = "nothing") -> "App":
    """The functions for this root; for ``begin`` see :mod:`functions.storage.opening`.

    Raises:
        Unusable: secret and store are not there together.
    """
    from functions.app import from_environment

    describe(root, data)
    return from_environment(begin)


def describe(root: Path, data: Path | None = None) -> None:
    """Set the environment variables that tell the functions where store and bundle are."""
    os.environ["WUDAN_STORE"] = address(root, data)
    os.environ["WUDAN_BUNDLE"] = str(incremental.bundle_folder(root))


def inspect(root: Path, data: Path | None = None) -> bool:
    """Whether this root has orders that can be read without an upgrade; changes nothing.

    Raises:
        Unusable: it has some, and they cannot be opened.
    """
    from functions.storage import opening

    if not (data or is_begun(root)):
        return False
    return opening.inspect(address(root, data), opening.configured())


class Named(Protocol):
    """The names that a bundle or checked content has, and the new name for each old one."""

    @property
    def names(self) -> Mapping[str, Mapping[str, str]]: ...

    @property
    def renamed(self) -> Mapping[str, Mapping[str, str]]: ...


def handed_over(root: Path) -> "Bundle | None":
    """What the last build handed to the functions; None if there is none that can be read."""
    from functions.context.bundle import UNREADABLE, Latest

    with suppress(*UNREADABLE):
        return Latest(incremental.bundle_folder(root)).bundle()
    return None


def warnings(root: Path, data: Path | None, content: Named, before: "Bundle | None") -> list[str]:
    """A sentence for everything that open orders and sign-ups need and ``content`` has no longer,
    and for names that were another's, or are there again. What there was, is what the store
    remembers and ``before``, because the store remembers nothing of a build until the schedule has
    run."""
    from functions.forms import order_number
    from functions.orders import names
    from functions.people import volunteers
    from functions.storage import opening
    from generator.content.names import taken
    from generator.operator_messages import BY, MORE, NEEDED, TAKEN

    known = names.known(content.names, content.renamed)
    with closing(opening.existing(address(root, data))) as store:
        needed = names.still_needed(store, known, volunteers.OPEN, before)
        kept, labels = names.renamings(store), names.labels(store)
    there_again = _returned(content, labels, before.names) if before else []
    others = [
        TAKEN[kind].format(name=old, other=new)
        for kind, renamed in kept.items()
        for old, new in taken(renamed, content.renamed[kind], content.names[kind])
    ]
    return [*there_again, *others] + [
        NEEDED[each.kind].format(
            name=each.name.rpartition(".")[2],
            form=each.name.partition(".")[0],
            label=each.label,
            by=BY[each.by].format(count=len(each.numbers)),
            numbers="、".join(map(order_number.spell, each.numbers[:SHOWN]))
            + MORE * (len(each.numbers) > SHOWN),
        )
        for each in needed
    ]


def _returned(
    content: Named,
    labels: Mapping[str, Mapping[str, str]],
    last: Mapping[str, Mapping[str, str]],
) -> list[str]:
    """A sentence for each name that the last build had not, and that had another label before."""
    from generator.operator_messages import RETURNED

    return [
        RETURNED[kind].format(name=name, label=label, now=content.names[kind][name])
        for kind, called in labels.items()
        for name, label in called.items()
        if name not in last[kind] and content.names[kind].get(name, label) != label
    ]


def keep_names(functions: "App") -> None:
    """Have the store remember the names and forms that a build handed over, before the next build.
    If it cannot, the schedule does it within a minute."""
    from functions.context import logs
    from functions.errors import Conflict

    try:
        functions.names.keep(functions.clock.now.isoformat())
    except Conflict:
        pass  # The schedule keeps them at this moment.
    except Exception as error:
        logs.failure(error, "keeping the names")


def close_months(functions: "App") -> None:
    """Close the months that are over, before they are published; if that cannot be done now, what
    residents said in them is published once the schedule has closed them."""
    from functions.context import logs
    from functions.orders import upkeep

    try:
        upkeep.close_months(functions.orders)
    except Exception as error:
        logs.failure(error, "closing the months")


def is_begun(root: Path) -> bool:
    """Whether this machine has orders, or had them."""
    files = (root / "var/wudan.db", root / "var/secret")
    return "WUDAN_STORE" in os.environ or any(file.exists() for file in files)


def figures(root: Path) -> dict[str, Any] | None:
    """The public figures of the store, or None if this machine has no store."""
    if not is_begun(root):
        return None
    from functions.orders.figures.snapshot import snapshot

    with closing(app(root)) as functions:
        store = functions.store  # Whatever keeps it out of reach is told by its own sentence.
        close_months(functions)
        return snapshot(store, functions.clock.now.date())
