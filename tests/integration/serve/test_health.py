"""``/health``: up or not for anybody, details for who has the token, and nothing personal."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.app import App
from functions.storage.connect import connect
from functions.storage.sqlite import SQLite
from tests.support.client import Client
from tests.support.community import SECRET, Clock
from tests.support.orders import wish

TOKEN = "a token of the settings"


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUDAN_HEALTH_TOKEN", TOKEN)


def asked(client: Client, token: str = "") -> tuple[int, dict[str, Any]]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = client.get("/health", **headers)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    return answer.status, json.loads(answer.body)


def broken(app: App) -> None:
    store = app.store
    assert isinstance(store, SQLite)
    store._reader.db.close()


def test_anybody_is_told_that_it_works_and_nothing_else(client: Client, settings: None) -> None:
    assert asked(client) == (200, {"status": "ok"})
    assert asked(client, "a wrong token") == (200, {"status": "ok"})
    assert asked(client, "名字") == (200, {"status": "ok"})


def test_a_store_that_cannot_be_read_is_told_to_anybody(client: Client) -> None:
    broken(client.app)
    assert asked(client) == (503, {"status": "failed"})


def test_without_a_token_in_the_settings_nobody_is_told_details(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WUDAN_HEALTH_TOKEN", raising=False)
    assert asked(client, "x") == (200, {"status": "ok"})
    monkeypatch.setenv("WUDAN_HEALTH_TOKEN", "")
    assert asked(client) == (200, {"status": "ok"})


def test_with_the_token_an_operator_sees_what_to_watch(
    client: Client, app: App, clock: Clock, settings: None
) -> None:
    no = wish(client).no
    assert asked(client, TOKEN)[1]["last_round_age"] is None
    app.store.set_fact("last_round", app.clock.now.isoformat())
    clock.forward(minutes=2)
    app.store.set_fact("last_backup", app.clock.now.isoformat())
    clock.forward(seconds=5)
    status, told = asked(client, TOKEN)
    assert (status, told["status"], told["store"], told["secret"]) == (200, "ok", "ok", "ok")
    assert (told["last_round_age"], told["last_backup_age"]) == (125, 5)
    assert told["disk_free"] > 1000
    assert set(told["bundle"]) == {"digest", "written"}
    assert no not in json.dumps(told)


def test_with_the_token_a_broken_store_and_a_missing_bundle_are_told_too(
    client: Client, app: App, tmp_path: Path, settings: None
) -> None:
    unbuilt = Client(App(tmp_path / "no", lambda: connect(f"sqlite:{tmp_path}/o.db"), SECRET))
    status, told = asked(unbuilt, TOKEN)
    assert (status, told["bundle"], told["store"]) == (200, None, "ok")
    broken(app)
    status, told = asked(client, TOKEN)
    assert (status, told["store"], told["disk_free"]) == (503, "failed", None)
