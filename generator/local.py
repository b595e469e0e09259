"""One machine: where the functions of a root keep their orders, and what a build reads of them."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator import site

if TYPE_CHECKING:
    from functions.app import App


def app(root: Path, data: Path | None = None, begin: bool = False) -> "App":
    """The functions for this root. ``data`` goes before ``WUDAN_STORE``, that before ``var/``;
    ``begin`` makes a database for a secret that has lost its own.

    Raises:
        Unusable: secret and store are not there together.
    """
    from functions.app import from_environment

    if data or "WUDAN_STORE" not in os.environ:
        os.environ["WUDAN_STORE"] = f"sqlite:{data or root / 'var'}/wudan.db"
    os.environ["WUDAN_BUNDLE"] = str(site.bundle_folder(root))
    return from_environment(begin)


def figures(root: Path) -> dict[str, Any] | None:
    """The public figures of the store, or None where this machine has none."""
    kept = (root / "var/wudan.db", root / "var/secret")
    if "WUDAN_STORE" not in os.environ and not any(file.exists() for file in kept):
        return None
    from functions import figures as public

    return public.snapshot(app(root))
