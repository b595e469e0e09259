"""The functions on one machine, asked as a server asks them."""

import asyncio
import sqlite3
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import pytest
from a2wsgi.asgi_typing import ASGIApp, Receive, Scope, Send

from functions import asgi, ledger
from functions.app import App
from functions.http import FORM, LONGEST_UPLOAD
from functions.lifecycle import Order
from functions.store import Change, Head, sqlite
from functions.store.sqlite import SQLite
from tests.conftest import SECRET
from tests.integration.test_functions import WISH
from tests.integration.test_store import no_commit

Result = TypeVar("Result")
Answered = tuple[int, dict[str, str], bytes]
AWAY = b"the sender went away"


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """What comes of it in a thread of its own, for the browser's tests leave a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


async def nothing_else(scope: Scope, receive: Receive, send: Send) -> None:
    pytest.fail(f"nobody answers {scope}")


async def ask(
    application: ASGIApp, method: str, path: str, parts: Sequence[bytes] = (b"",), **headers: str
) -> Answered | None:
    """The answer to a request whose body comes in parts, or None where there was none."""
    query = path.partition("?")[2].encode()
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: Any = {
        "type": "http",
        "method": method,
        "path": path.partition("?")[0],
        "query_string": query,
        "http_version": "1.1",
        "headers": sent,
        "client": ("192.0.2.1", 40000),
    }
    coming = iter(
        {"type": "http.disconnect"}
        if part == AWAY
        else {"type": "http.request", "body": part, "more_body": left > 0}
        for left, part in zip(range(len(parts) - 1, -1, -1), parts, strict=True)
    )
    said: list[Any] = []

    async def receive() -> Any:
        await asyncio.sleep(0)
        return next(coming)

    async def send(message: Any) -> None:
        said.append(message)

    await application(scope, receive, send)
    if not said:
        return None
    start, body = said
    return start["status"], {n.decode(): v.decode() for n, v in start["headers"]}, body["body"]


def together(application: ASGIApp, *bodies: bytes) -> list[Answered]:
    """The answers to wishes that come at the same time."""

    async def all_at_once() -> list[Any]:
        asked = (ask(application, "POST", "/api/wish", [b], content_type=FORM) for b in bodies)
        return await asyncio.gather(*asked)

    return run(all_at_once())


def wishes(count: int) -> list[bytes]:
    return [urlencode({**WISH, "once": f"once-{n}"}).encode() for n in range(count)]


@pytest.fixture
def functions(app: App) -> ASGIApp:
    return asgi.application(app, nothing_else)


@pytest.fixture
def store(app: App) -> SQLite:
    assert isinstance(app.store, SQLite)
    return app.store


def test_wishes_that_come_at_once_wait_for_the_disk_once(
    functions: ASGIApp, app: App, store: SQLite
) -> None:
    done: list[str] = []
    store._writer.set_trace_callback(done.append)
    answers = together(functions, *wishes(20))
    assert [status for status, _, _ in answers] == [303] * 20
    assert done.count("COMMIT") == 1
    filed = app.store.find(ledger.KIND, limit=50)
    assert {headers["location"] for _, headers, _ in answers} == {
        ledger.address(app, Order(head.no)) for head in filed
    }


def test_each_hears_what_became_of_its_own_wish(functions: ASGIApp, app: App) -> None:
    good, *others = wishes(2)
    wrong = urlencode({**WISH, "name": "欧阳奶奶", "phone": "1", "once": "x"}).encode()
    first, unfit, repeated, last = together(functions, good, wrong, good, *others)
    assert [first[0], unfit[0], repeated[0], last[0]] == [303, 422, 303, 303]
    assert first[1]["location"] == repeated[1]["location"] != last[1]["location"]
    assert "欧阳奶奶" in unfit[2].decode()
    assert WISH["name"] not in unfit[2].decode()
    assert len(app.store.find(ledger.KIND)) == 2


def test_where_all_cannot_be_committed_each_is_told_for_itself(
    functions: ASGIApp, app: App, store: SQLite, caplog: pytest.LogCaptureFixture
) -> None:
    store._writer.set_authorizer(no_commit)
    assert [status for status, _, _ in together(functions, *wishes(3))] == [500] * 3
    store._writer.set_authorizer(None)
    assert app.store.find(ledger.KIND) == []
    assert [status for status, _, _ in together(functions, *wishes(3))] == [303] * 3
    assert len(app.store.find(ledger.KIND)) == 3


def test_one_that_breaks_off_takes_no_other_with_it(
    functions: ASGIApp, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = sqlite._add

    def breaking(db: sqlite3.Connection, change: Change) -> str:
        no = write(db, change)
        if change.head.data["service"] == "mending":
            raise sqlite3.DatabaseError("broken")
        return no

    monkeypatch.setattr(sqlite, "_add", breaking)
    first, last = wishes(2)
    broken = urlencode({**WISH, "service": "mending"}).encode()
    assert [status for status, _, _ in together(functions, first, broken, last)] == [303, 500, 303]
    heads = app.store.find(ledger.KIND)
    assert {head.data["service"] for head in heads} == {"haircut"}
    assert len(heads) == 2


def test_who_files_while_somebody_else_is_writing_waits_and_holds_nobody_up(
    functions: ASGIApp, app: App, store: SQLite
) -> None:
    async def meanwhile() -> Any:
        with SQLite(store.path).together() as other:
            asked = asyncio.create_task(
                ask(functions, "POST", "/api/wish", wishes(1), content_type=FORM)
            )
            await asyncio.sleep(0.2)
            assert not asked.done()
            other.commit(Change(Head("N", "note", 0, "", "", {}), []))
        return await asked

    assert run(meanwhile())[0] == 303
    assert len(app.store.find(ledger.KIND)) == 1


def test_where_nothing_can_be_answered_nobody_waits_for_ever(app: App, tmp_path: Path) -> None:
    unbuilt = App(tmp_path / "no-bundle", lambda: app.store, SECRET)
    with pytest.raises(FileNotFoundError):
        together(asgi.application(unbuilt, nothing_else), *wishes(1))


def test_over_a_network_each_is_answered_for_itself(
    functions: ASGIApp, app: App, store: SQLite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "local", False)
    done: list[str] = []
    store._writer.set_trace_callback(done.append)
    assert [status for status, _, _ in together(functions, *wishes(3))] == [303] * 3
    assert done.count("COMMIT") == 3


def test_a_body_may_come_in_parts(functions: ASGIApp, app: App) -> None:
    (body,) = wishes(1)
    parts = [body[at : at + 7] for at in range(0, len(body), 7)]
    answer = run(ask(functions, "POST", "/api/wish", parts, content_type=FORM))
    assert answer is not None
    assert answer[0] == 303
    (head,) = app.store.find(ledger.KIND)
    assert ledger.contact(app, head.no)["name"] == WISH["name"]


def test_nothing_is_filed_for_who_went_away_before_the_end(functions: ASGIApp, app: App) -> None:
    (body,) = wishes(1)
    parts = [body, AWAY]
    assert run(ask(functions, "POST", "/api/wish", parts, content_type=FORM)) is None
    assert app.store.find(ledger.KIND) == []


def test_a_body_without_end_is_heard_out_and_not_kept(functions: ASGIApp) -> None:
    parts = [b"detail=", *[b"x" * 1_000_000] * (LONGEST_UPLOAD // 1_000_000 + 5)]
    answer = run(ask(functions, "POST", "/api/wish", parts, content_type=FORM))
    assert answer is not None
    assert answer[0] == 413


def test_pages_are_drawn(functions: ASGIApp) -> None:
    drawn = run(ask(functions, "GET", "/wish/?service=haircut"))
    assert drawn is not None
    assert drawn[0] == 200
    assert int(drawn[1]["content-length"]) == len(drawn[2])
    assert b"haircut" in drawn[2]


def test_what_is_no_function_is_left_to_others(app: App) -> None:
    asked: list[str] = []

    async def others(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        asked.append(scope["path"])

    run(ask(asgi.application(app, others), "GET", "/news/"))
    assert asked == ["/news/"]
