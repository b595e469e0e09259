"""``/health``: whether the functions work (200) or not (503), for monitoring.

A request with the token of ``WUDAN_HEALTH_TOKEN`` gets details, none of which is personal.
"""

import hmac
import os
import shutil
from contextlib import suppress
from datetime import datetime
from typing import Any

from functions.app import App
from functions.context import logs
from functions.context.bundle import UNREADABLE
from functions.web.http import Request, Response, Routes, as_json

TOKEN = "WUDAN_HEALTH_TOKEN"  # noqa: S105 - The name of a setting.
ROUND, BACKUP = "last_round", "last_backup"
"""Facts of the store: when the schedule last ran, and when a copy was last made, in ISO 8601."""


def show(request: Request, app: App) -> Response:
    """``{"status": "ok"}``, or ``failed`` with 503; with the token also the details."""
    facts: dict[str, str] = {}
    try:
        facts = {name: app.store.fact(name) for name in (ROUND, BACKUP)}
    except Exception as error:
        logs.failure(error, "reading the store")
    value: dict[str, Any] = {"status": "ok" if facts else "failed"}
    token, sent = os.environ.get(TOKEN, ""), request.headers.get("authorization", "")
    if token and hmac.compare_digest(token.encode(), sent.removeprefix("Bearer ").encode()):
        value |= _details(app, facts)
    return as_json(200 if facts else 503, value)


def _details(app: App, facts: dict[str, str]) -> dict[str, Any]:
    """Ages in seconds and sizes in bytes; null where something never happened or is not known.

    A store is opened only with the secret that belongs to it, so it vouches for the secret.
    """
    return {
        "store": "ok" if facts else "failed",
        "secret": "ok" if facts else "unknown",
        "disk_free": _free(app) if facts else None,
        "last_round_age": _age(app, facts.get(ROUND, "")),
        "last_backup_age": _age(app, facts.get(BACKUP, "")),
        "bundle": _bundle(app),
    }


def _age(app: App, at: str) -> int | None:
    return int((app.clock.now - datetime.fromisoformat(at)).total_seconds()) if at else None


def _free(app: App) -> int | None:
    """The free space beside the database; a store over a network has no such place."""
    path = getattr(app.store, "path", None)
    return shutil.disk_usage(path.parent).free if path else None


def _bundle(app: App) -> dict[str, str] | None:
    """Which bundle is in use: the last one that could be read."""
    with suppress(*UNREADABLE):
        written = app.bundle.written.isoformat(timespec="seconds")
        return {"digest": app.bundle.digest, "written": written}
    return None


ROUTES: Routes = {"/health": {"GET": show}}
