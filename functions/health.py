"""``/health``: whether the functions work, for monitoring.

Anybody learns whether they are up (200) or not (503). A request with the token of
``WUDAN_HEALTH_TOKEN`` gets what an operator asks next, none of which is personal.
"""

import hmac
import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from functions.app import App
from functions.context import logs
from functions.context.bundle import UNREADABLE, Read
from functions.web.http import Request, Response, Routes, as_json

TOKEN = "WUDAN_HEALTH_TOKEN"  # noqa: S105 - The name of a setting.
ROUND, BACKUP = "last_round", "last_backup"
"""Facts of the store: when the schedule last ran, and when a copy was last made, in ISO 8601."""


def show(request: Request, app: App) -> Response:
    """``{"status": "ok"}``, or ``failed`` with 503; with the token also the details."""
    try:
        facts = {name: app.store.fact(name) for name in (ROUND, BACKUP)}
    except Exception as error:
        logs.failure(error, "reading the store")
        facts = None
    value: dict[str, Any] = {"status": "failed" if facts is None else "ok"}
    if _may_know(request):
        value |= _details(app, facts)
    return as_json(503 if facts is None else 200, value)


def _may_know(request: Request) -> bool:
    token = os.environ.get(TOKEN, "")
    return bool(token) and hmac.compare_digest(token.encode(), request.bearer.encode())


def _details(app: App, facts: dict[str, str] | None) -> dict[str, Any]:
    """Ages in seconds and sizes in bytes; null where something never happened or is not known.

    A store is opened only with the secret that belongs to it, so either both are well or neither.
    """
    ages = {name: _age(app, facts[name]) if facts else None for name in (ROUND, BACKUP)}
    return {
        "store": "failed" if facts is None else "ok",
        "secret": "unknown" if facts is None else "ok",
        "disk_free": _free(app) if facts is not None else None,
        "last_round_age": ages[ROUND],
        "last_backup_age": ages[BACKUP],
        "bundle": _bundle(app),
    }


def _age(app: App, at: str) -> int | None:
    return int((app.clock.now - datetime.fromisoformat(at)).total_seconds()) if at else None


def _free(app: App) -> int | None:
    """The free space beside the database; a store over a network has no such place."""
    path: Path | None = getattr(app.store, "path", None)
    return shutil.disk_usage(path.parent).free if path else None


def _bundle(app: App) -> dict[str, str] | None:
    """Which bundle is in use; it is not the newest, where that cannot be read."""
    try:
        bundle = app.bundle
    except UNREADABLE:
        return None
    if not isinstance(bundle, Read):
        return None
    return {"digest": bundle.digest, "written": bundle.written.isoformat(timespec="seconds")}


ROUTES: Routes = {"/health": {"GET": show}}
