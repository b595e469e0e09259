"""One machine: where the functions of a root keep their orders, and what a build reads of them."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator import site

if TYPE_CHECKING:
    from functions.app import App


def app(root: Path, data: Path | None = None) -> "App":
    """The functions for this root. ``data`` goes before ``WUDAN_STORE``, that before ``var/``."""
    from functions.app import from_environment

    if data or "WUDAN_STORE" not in os.environ:
        os.environ["WUDAN_STORE"] = f"sqlite:{data or root / 'var'}/wudan.db"
    os.environ["WUDAN_BUNDLE"] = str(site.bundle_folder(root))
    return from_environment()


def figures(root: Path) -> dict[str, Any] | None:
    """The public figures of the store, or None where this machine has none."""
    if "WUDAN_STORE" not in os.environ and not (root / "var/wudan.db").exists():
        return None
    from functions import figures as public

    return public.snapshot(app(root))
