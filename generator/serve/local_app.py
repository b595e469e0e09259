"""The functions on one machine: where those of a root keep their orders, and the figures that a
build reads from these."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.build import incremental

if TYPE_CHECKING:
    from functions.app import App
    from functions.storage.opening import Begin


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


def look(root: Path, data: Path | None = None) -> None:
    """Check that the orders of this root can be opened, if there are any, and change nothing.

    Raises:
        Unusable: they cannot.
    """
    from functions.storage import opening

    if data or is_begun(root):
        opening.look(address(root, data), os.environ.get("WUDAN_SECRET", ""))


def is_begun(root: Path) -> bool:
    """Whether this machine has orders, or had them."""
    files = (root / "var/wudan.db", root / "var/secret")
    return "WUDAN_STORE" in os.environ or any(file.exists() for file in files)


def figures(root: Path) -> dict[str, Any] | None:
    """The public figures of the store, or None if this machine has no store."""
    if not is_begun(root):
        return None
    from functions.orders import figures as public

    known = app(root)
    try:
        return public.snapshot(known.store, known.clock.now.date())
    finally:
        known.close()
