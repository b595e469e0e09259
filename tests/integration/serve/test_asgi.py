"""The functions on one machine, asked as a server asks them."""

import asyncio
import io
import logging
import sqlite3
import threading
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch
from urllib.parse import urlencode, urlsplit

import argon2
import pytest
from a2wsgi.asgi_typing import ASGIApp, Receive, Scope, Send
from openpyxl import load_workbook

from functions import asgi
from functions.app import App
from functions.errors import Unusable
from functions.forms import spreadsheet
from functions.orders import repository
from functions.orders.lifecycle.order import order_of
from functions.storage.history import Change, Head
from functions.storage.sqlite import SQLite, writing
from functions.web.headers import SECURITY
from functions.web.http import FORM, LONGEST_UPLOAD, LambdaEvent, Response
from tests.support.client import Answer, Client
from tests.support.community import SECRET
from tests.support.histories import no_commit
from tests.support.loops import run
from tests.support.orders import WISH, Desk, account

Answered = tuple[int, dict[str, str], bytes]
AWAY = b"the sender went away"


async def nothing_else(scope: Scope, receive: Receive, send: Send) -> None:
    pytest.fail(f"nobody answers {scope}")


def scoped(method: str, path: str, **headers: str) -> Any:
    """A request as a server describes it."""
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http",
        "method": method,
        "path": path.partition("?")[0],
        "query_string": path.partition("?")[2].encode(),
        "http_version": "1.1",
        "scheme": "http",
        "headers": sent,
        "client": ("192.0.2.1", 40000),
    }


OWN = "same-origin"
"""What a browser of today says of a post of the site's own page."""


async def ask(
    application: ASGIApp, method: str, path: str, parts: Sequence[bytes] = (b"",), **headers: str
) -> Answered | None:
    """The answer to a request whose body comes in parts, or None where there was none."""
    scope = scoped(method, path, **headers)
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
    start, *pieces = said
    assert [piece["more_body"] for piece in pieces] == [True] * (len(pieces) - 1) + [False]
    headers = {n.decode(): v.decode() for n, v in start["headers"]}
    return start["status"], headers, b"".join(piece["body"] for piece in pieces)


def asked_from(application: ASGIApp, sender: str) -> ASGIApp:
    """The application, as somebody at this address asks it."""

    async def asked(scope: Any, receive: Receive, send: Send) -> None:
        scope["client"] = (sender, 40000)
        await application(scope, receive, send)

    return asked


def together(application: ASGIApp, *bodies: bytes) -> list[Answered]:
    """The answers to wishes that come at the same time."""

    async def all_at_once() -> list[Any]:
        asked = (ask(application, "POST", "/api/wish", [b], content_type=FORM) for b in bodies)
        return await asyncio.gather(*asked)

    return run(all_at_once())


def wishes(count: int) -> list[bytes]:
    """Wishes that differ, as those of several people do."""
    own = [{"once": f"once-{n}", "detail": f"第 {n} 件"} for n in range(count)]
    return [urlencode(WISH | each).encode() for each in own]


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
    store._writer.db.set_trace_callback(done.append)
    answers = together(functions, *wishes(20))
    assert [status for status, _, _ in answers] == [303] * 20
    assert done.count("COMMIT") == 1
    filed = app.store.find(repository.KIND, limit=50)
    assert {headers["location"] for _, headers, _ in answers} == {
        app.orders.address(order_of(head)) for head in filed
    }


def test_each_hears_what_became_of_its_own_wish(functions: ASGIApp, app: App) -> None:
    good, *others = wishes(2)
    wrong = urlencode({**WISH, "name": "欧阳奶奶", "phone": "1", "once": "x"}).encode()
    first, unfit, repeated, last = together(functions, good, wrong, good, *others)
    assert [first[0], unfit[0], repeated[0], last[0]] == [303, 422, 303, 303]
    assert first[1]["location"] == repeated[1]["location"] != last[1]["location"]
    assert "欧阳奶奶" in unfit[2].decode()
    assert WISH["name"] not in unfit[2].decode()
    assert len(app.store.find(repository.KIND)) == 2


def test_where_all_cannot_be_committed_each_is_told_for_itself(
    functions: ASGIApp, app: App, store: SQLite, caplog: pytest.LogCaptureFixture
) -> None:
    store._writer.db.set_authorizer(no_commit)
    assert [status for status, _, _ in together(functions, *wishes(3))] == [500] * 3
    store._writer.db.set_authorizer(None)
    assert app.store.find(repository.KIND) == []
    assert [status for status, _, _ in together(functions, *wishes(3))] == [303] * 3
    assert len(app.store.find(repository.KIND)) == 3


def test_one_that_breaks_off_takes_no_other_with_it(
    functions: ASGIApp, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = writing.add

    def breaking(db: sqlite3.Connection, change: Change) -> str:
        no = write(db, change)
        if change.head.data["service"] == "mending":
            raise sqlite3.DatabaseError("broken")
        return no

    monkeypatch.setattr(writing, "add", breaking)
    first, last = wishes(2)
    broken = urlencode({**WISH, "service": "mending"}).encode()
    assert [status for status, _, _ in together(functions, first, broken, last)] == [303, 500, 303]
    heads = app.store.find(repository.KIND)
    assert {head.data["service"] for head in heads} == {"haircut"}
    assert len(heads) == 2


def test_who_files_while_somebody_else_is_writing_waits_and_holds_nobody_up(
    functions: ASGIApp, app: App, store: SQLite
) -> None:
    async def meanwhile() -> Any:
        with SQLite(store.path).batch() as other:
            asked = asyncio.create_task(
                ask(functions, "POST", "/api/wish", wishes(1), content_type=FORM)
            )
            await asyncio.sleep(0.2)
            assert not asked.done()
            other.commit(Change(Head("N", "note", 0, "", "", {}), []))
        return await asked

    assert run(meanwhile())[0] == 303
    assert len(app.store.find(repository.KIND)) == 1


def test_who_cannot_be_written_in_time_gets_the_form_back_and_can_send_it_again(
    app: App, store: SQLite
) -> None:
    functions = asgi.application(app, nothing_else, patience=0.3)
    with SQLite(store.path).batch():
        answers = together(functions, *wishes(3))
    assert [(status, headers["retry-after"]) for status, headers, _ in answers] == [(503, "10")] * 3
    for n, (_, _, body) in enumerate(answers):
        page = Answer(503, {}, body.decode())
        assert "还没有保存" in page.text
        sent = page.form("/api/wish")
        assert (sent["once"], sent["detail"]) == ([f"once-{n}"], [f"第 {n} 件"])
    assert [status for status, _, _ in together(functions, *wishes(3))] == [303] * 3
    assert len(app.store.find(repository.KIND)) == 3


def test_no_more_wait_than_fit_into_memory(
    app: App, store: SQLite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asgi, "MOST_WAITING", 2)
    functions = asgi.application(app, nothing_else)

    async def meanwhile() -> list[Any]:
        with SQLite(store.path).batch():
            asked = [
                asyncio.create_task(ask(functions, "POST", "/api/wish", [body], content_type=FORM))
                for body in wishes(3)
            ]
            refused = await asked[2]
            assert not asked[0].done()
        return [refused, *await asyncio.gather(*asked[:2])]

    assert [status for status, _, _ in run(meanwhile())] == [503, 303, 303]


@pytest.mark.slow
def test_forms_are_drawn_and_pages_read_while_all_others_wait_for_a_lock(
    functions: ASGIApp, app: App, store: SQLite
) -> None:
    ((_, filed, _),) = together(functions, *wishes(1))
    link = urlsplit(app.team_links.address(app.team_links.issue("barbers", "王芳"))).query
    opened = run(ask(functions, "GET", filed["location"]))
    assert opened
    cookie = opened[1]["set-cookie"].partition(";")[0]
    ways = ("/wish/", "/rate/", "/join/", "/track/", opened[1]["location"])

    async def meanwhile() -> list[int]:
        with SQLite(store.path).batch():
            waiting = [
                asyncio.create_task(
                    ask(
                        asked_from(functions, f"192.0.2.{number}"),
                        *("POST", path, [body]),
                        content_type=FORM,
                        sec_fetch_site=OWN,
                    )
                )
                for path, body in (
                    ("/desk/sign-in/", b"name=x&password=x"),
                    ("/team/", f"{link}&do=renew".encode()),
                    ("/api/wish", wishes(2)[1]),
                )
                for number in range(30)
            ]
            await asyncio.sleep(0.1)  # Until they have taken every thread that they can.
            drawn = [await ask(functions, "GET", way, cookie=cookie) for way in ways]
            assert not any(task.done() for task in waiting)
        await asyncio.gather(*waiting)
        return [answer[0] for answer in drawn if answer]

    assert run(meanwhile()) == [200] * len(ways)


@pytest.mark.slow
def test_few_workbooks_are_made_at_a_time_and_who_comes_then_is_told(
    functions: ASGIApp, app: App, store: SQLite
) -> None:
    cookie, body = signed_in(app)
    goes_on, made = threading.Event(), spreadsheet.xlsx

    def slowly(*table: Any, **more: Any) -> IO[bytes]:
        goes_on.wait(timeout=30)
        return made(*table, **more)

    async def meanwhile() -> list[Any]:
        asked = [
            asyncio.create_task(
                ask(functions, "POST", path, [body], content_type=FORM, cookie=cookie)
            )
            for path in ["/desk/sheets/orders.xlsx"] * 8
        ]
        done, waiting = await asyncio.wait(asked, timeout=5)
        assert (len(done), len(waiting)) == (3, 5)
        goes_on.set()
        return [await task for task in asked]

    with patch.object(spreadsheet, "xlsx", slowly):
        answers = run(meanwhile())
    assert sorted(status for status, _, _ in answers) == [200] * 5 + [503] * 3
    refused = next(body for status, _, body in answers if status == 503)
    assert "表格一张一张地做" in refused.decode()


def test_what_waited_too_long_for_a_thread_is_not_begun(app: App) -> None:
    begun = list[LambdaEvent]()

    def answer(event: LambdaEvent, app: App) -> Response:
        begun.append(event)
        return Response("done")

    event = asgi.event(scoped("GET", "/wish/"), b"")
    for patience, status in ((10, 200), (-1, 503)):
        room = asgi.Room("desk", 1, 5, patience=patience)
        assert run(room.do(answer, event, app)).status == status
    assert len(begun) == 1


def test_strangers_who_try_passwords_keep_nobody_out_who_signed_in_here_before(
    functions: ASGIApp, app: App
) -> None:
    client, password = Client(app), account(app, "李静")
    sent = {"name": "李静", "password": password}
    entered = client.post("/desk/sign-in/", sent)
    device = next(each for each in entered.cookies if each.startswith("wudan_device="))
    goes_on, verify = threading.Event(), argon2.PasswordHasher.verify

    def slowly(hasher: Any, stored: str, typed: str) -> bool:
        if typed == "x":
            goes_on.wait(timeout=30)
            raise argon2.exceptions.VerifyMismatchError
        return verify(hasher, stored, typed)

    async def tried(name: str, sender: int, cookie: str = "") -> Any:
        body = urlencode({**sent, "name": name, "password": "x" if sender else password}).encode()
        return await ask(
            asked_from(functions, f"192.0.2.{sender}"),
            *("POST", "/desk/sign-in/", [body]),
            content_type=FORM,
            sec_fetch_site=OWN,
            cookie=cookie,
        )

    async def meanwhile() -> tuple[list[int], int]:
        strangers = [asyncio.create_task(tried(f"名字{n}", 1 + n % 3)) for n in range(75)]
        first = islice(asyncio.as_completed(strangers), 60)
        refused = [(await each)[0] for each in first]
        own = await tried("李静", 0, device.partition(";")[0])
        assert sum(each.done() for each in strangers) == 60
        goes_on.set()
        await asyncio.wait(strangers)
        return refused, own[0]

    with patch.object(argon2.PasswordHasher, "verify", slowly):
        refused, own = run(meanwhile())
    assert refused == [503] * 60
    assert own == 303


def signed_in(app: App) -> tuple[str, bytes]:
    """A cookie of the desk, and the token that its forms send."""
    desk = Desk(Client(app))
    form = desk.get("/desk/sheets/").form("/desk/sheets/orders.xlsx")
    return desk.cookie, urlencode(form, doseq=True).encode()


def test_a_workbook_is_sent_in_pieces(
    functions: ASGIApp, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asgi, "PIECE", 1000)
    together(functions, *wishes(20))
    cookie, body = signed_in(app)
    answer = run(
        ask(functions, "POST", "/desk/sheets/orders.xlsx", [body], content_type=FORM, cookie=cookie)
    )
    assert answer is not None
    status, headers, raw = answer
    assert (status, int(headers["content-length"])) == (200, len(raw))
    assert len(raw) > 2000
    assert load_workbook(io.BytesIO(raw)).worksheets[0].max_row == 21


def test_a_line_for_each_request_has_neither_query_nor_sender_nor_a_line_of_the_senders(
    functions: ASGIApp, app: App, caplog: pytest.LogCaptureFixture
) -> None:
    async def others(scope: Scope, receive: Receive, send: Send) -> None:
        start: Any = {"type": "http.response.start", "status": 404, "headers": []}
        await send(start)
        end: Any = {"type": "http.response.body", "body": b"", "more_body": False}
        await send(end)

    caplog.set_level(logging.INFO, "wudan.requests")
    logged = asgi.logged(asgi.application(app, others))
    run(ask(logged, "GET", "/wish/?service=haircut"))
    run(ask(logged, "GET", "/\n2026 ERROR forged"))
    run(ask(logged, "POST", "/api/wish", wishes(1), content_type=FORM))
    lines = [record.getMessage() for record in caplog.records]
    assert [line.rpartition(" ")[0].rpartition(" ")[0] for line in lines] == [
        "GET /wish/ 200",
        "GET /%0A2026%20ERROR%20forged 404",
        "POST /api/wish 303",
    ]


def test_where_nothing_can_be_answered_nobody_waits_for_ever(app: App, tmp_path: Path) -> None:
    unbuilt = App(tmp_path / "no-bundle", lambda: app.store, SECRET)
    ((status, headers, body),) = together(asgi.application(unbuilt, nothing_else), *wishes(1))
    assert (status, headers["content-type"]) == (500, "text/plain; charset=utf-8")
    assert "打不开" in body.decode()


def test_where_the_store_cannot_be_opened_the_form_comes_back(bundle: Path) -> None:
    def unusable() -> Any:
        raise Unusable("secret_foreign")

    functions = asgi.application(App(bundle, unusable, SECRET), nothing_else)
    ((status, _, body),) = together(functions, *wishes(1))
    assert (status, WISH["name"] in body.decode()) == (503, True)
    drawn = run(ask(functions, "GET", "/wish/"))
    assert drawn is not None
    assert drawn[0] == 200


def test_over_a_network_each_is_answered_for_itself(
    functions: ASGIApp, app: App, store: SQLite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "local", False)
    done: list[str] = []
    store._writer.db.set_trace_callback(done.append)
    assert [status for status, _, _ in together(functions, *wishes(3))] == [303] * 3
    assert done.count("COMMIT") == 2 * 3, "one to count its sender, one to file it"


def test_a_body_may_come_in_parts(functions: ASGIApp, app: App) -> None:
    (body,) = wishes(1)
    parts = [body[at : at + 7] for at in range(0, len(body), 7)]
    answer = run(ask(functions, "POST", "/api/wish", parts, content_type=FORM))
    assert answer is not None
    assert answer[0] == 303
    (head,) = app.store.find(repository.KIND)
    assert app.personal.contact(head.no)["name"] == WISH["name"]


def test_nothing_is_filed_for_who_went_away_before_the_end(functions: ASGIApp, app: App) -> None:
    (body,) = wishes(1)
    parts = [body, AWAY]
    assert run(ask(functions, "POST", "/api/wish", parts, content_type=FORM)) is None
    assert app.store.find(repository.KIND) == []


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


def test_that_we_were_asked_over_https_is_for_the_server_to_say() -> None:
    for scheme in ("http", "https"):
        scope: Any = {**scoped("GET", "/wish/", x_forwarded_proto="https"), "scheme": scheme}
        assert asgi.event(scope, b"")["headers"]["x-forwarded-proto"] == scheme


@pytest.mark.parametrize(("path", "status"), [("/api/wish", 413), ("/desk/sheets/", 403)])
def test_only_the_route_that_takes_files_takes_megabytes(
    functions: ASGIApp, path: str, status: int
) -> None:
    kind = "multipart/form-data; boundary=b"
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    body = head + b"x" * 1_000_000 + b"\r\n--b--\r\n"
    answer = run(ask(functions, "POST", path, [body], content_type=kind))
    assert answer
    assert answer[0] == status


def test_a_long_text_is_worked_on_beside_what_is_quick() -> None:
    rooms = asgi.Rooms()
    assert rooms.of("POST", "/api/wish", asgi.QUICK) is rooms.filing
    for path in ("/api/wish", "/desk/order/", "/desk/sign-in/", "/team/"):
        assert rooms.of("POST", path, asgi.QUICK + 1) is rooms.large
    assert rooms.of("POST", "/desk/sheets/", asgi.QUICK + 1) is rooms.sheets


def test_whoever_has_a_whole_history_opened_keeps_no_wish_waiting() -> None:
    rooms = asgi.Rooms()
    assert rooms.of("POST", "/api/order", 100) is rooms.steps


def test_what_breaks_past_all_handlers_is_answered_with_the_headers_of_all(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise OSError(WISH["name"])

    answer = run(ask(asgi.guarded(broken), "GET", "/about/"))
    assert answer is not None
    status, headers, body = answer
    assert status == 500
    assert SECURITY.keys() <= headers.keys()
    assert "请告诉管理员" in body.decode()
    assert "GET /about/: OSError" in caplog.text
    assert WISH["name"] not in caplog.text


def test_over_tls_browsers_are_told_to_stay_with_it(functions: ASGIApp) -> None:
    async def over_tls(scope: Any, receive: Receive, send: Send) -> None:
        secure: Any = {**scope, "scheme": "https"}
        await asgi.guarded(functions)(secure, receive, send)

    for application, told in ((over_tls, True), (asgi.guarded(functions), False)):
        answer = run(ask(application, "GET", "/desk/sign-in/", x_forwarded_proto="https"))
        assert answer is not None
        assert ("strict-transport-security" in answer[1]) == told
