"""The functions on one machine: where a root keeps its orders, and the figures for a build."""

import os
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.build import incremental

if TYPE_CHECKING:
    from functions.app import App
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
    return opening.inspect(address(root, data), os.environ.get("WUDAN_SECRET", ""))


def warnings(
    root: Path, data: Path | None = None, known: Mapping[str, Collection[str]] | None = None
) -> list[str]:
    """A sentence for everything that open orders need and content has no longer. ``known`` are
    the names in the content, by kind; by default those that the last build handed over."""
    from functions.context.bundle import Latest
    from functions.forms import order_number
    from functions.orders import names
    from functions.storage import opening
    from generator.operator_messages import MORE, NEEDED

    if known is None:
        bundle = Latest(incremental.bundle_folder(root)).bundle()
        known = names.known(bundle.names, bundle.renamed)
    with closing(opening.existing(address(root, data))) as store:
        needed = names.still_needed(store, known)
    return [
        NEEDED[each.kind].format(
            name=each.name.rpartition(".")[2],
            form=each.name.partition(".")[0],
            label=each.label,
            count=len(each.orders),
            orders="、".join(map(order_number.spell, each.orders[:SHOWN]))
            + MORE * (len(each.orders) > SHOWN),
        )
        for each in needed
    ]


def is_begun(root: Path) -> bool:
    """Whether this machine has orders, or had them."""
    files = (root / "var/wudan.db", root / "var/secret")
    return "WUDAN_STORE" in os.environ or any(file.exists() for file in files)


def figures(root: Path) -> dict[str, Any] | None:
    """The public figures of the store, or None if this machine has no store."""
    if not is_begun(root):
        return None
    from functions.orders import figures as public

    with closing(app(root)) as functions:
        return public.snapshot(functions.store, functions.clock.now.date())
