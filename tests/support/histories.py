"""Small histories for a store, the engines of stores, and one that refuses to commit."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from functions.storage.history import Event, Head

ENGINES: dict[str, Callable[[Path, pytest.FixtureRequest], str]] = {
    "sqlite": lambda folder, request: f"sqlite:{folder}/a/b/wudan.db",
    # A community of its own for each test: so they also prove that communities do not meet.
    "dynamodb": lambda folder, request: f"{request.getfixturevalue('dynamodb')}/{folder.name}",
}


def event(kind: str = "noted", **data: object) -> Event:
    return Event(kind, "staff", "2026-11-23T10:00:00+08:00", data)


def head(no: str, version: int, state: str = "submitted", at: str = "2026-11-23") -> Head:
    return Head(no, "order", version, state, at, {"no": no, "名": "𠮷"})


def no_commit(action: int, what: str | None, *more: str | None) -> int:
    """An authorizer under which every COMMIT fails."""
    refused = (action, what) == (sqlite3.SQLITE_TRANSACTION, "COMMIT")
    return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK
