"""The functions on one machine: ASGI requests as the events that Lambda would send."""

import asyncio
import base64
import io
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from a2wsgi.asgi_typing import ASGIApp, HTTPResponseStartEvent, HTTPScope, Receive, Scope, Send

from functions import desk, health, rating, site_search, team, tracking, volunteer, wish
from functions.app import App
from functions.context import logs
from functions.context.bundle import UNREADABLE
from functions.context.senders import network
from functions.desk.entrance import ticket
from functions.desk.entrance.signing_in import SIGN_IN, comes_from_known_device
from functions.errors import Busy
from functions.storage.failures import BUSY, locked
from functions.web import http
from functions.web.headers import encoded
from functions.web.http import EDITING, UPLOADS, LambdaEvent, Response, Routes

RESIDENTS: Routes = {
    path: actions
    for function in (wish, rating, volunteer, tracking)
    for path, actions in function.ROUTES.items()
}
ROUTES: Routes = {
    **RESIDENTS,
    **site_search.ROUTES,
    **desk.ROUTES,
    **team.ROUTES,
    **health.ROUTES,
}
PIECE = 64 * 1024
"""Bytes of a large answer that are sent at a time."""
PATIENCE, PAUSE = 10.0, 0.01
"""Seconds for which a resident's form waits until it can be written, and between two tries."""
QUICK = 32 * 1024
"""Bytes of a form that is worked on at once; a thousand Chinese characters take nine thousand."""
MOST_WAITING = 500
"""How many forms may wait; others are asked to send theirs again."""


class Room:
    """Threads for one kind of work, and a bounded queue.

    A request that has waited for more than ``patience`` seconds, or finds the queue full, or so
    many requests ``of_sender`` in it, is answered with the sentence of the code ``crowded``.
    """

    def __init__(
        self,
        name: str,
        threads: int,
        waiting: int,
        crowded: str = BUSY,
        patience: float = PATIENCE,
        of_sender: int = 0,
    ):
        self._threads, self._places = ThreadPoolExecutor(threads, name), threads + waiting
        self._crowded, self._patience = crowded, patience
        self._of_sender, self._senders = of_sender or self._places, Counter[str]()

    async def do(self, answer: Callable[..., Response], event: LambdaEvent, app: App) -> Response:
        """What ``answer(event, app)`` returns."""
        loop = asyncio.get_running_loop()
        until = time.monotonic() + self._patience

        def in_time() -> Response:
            if time.monotonic() > until:
                return http.busy(event, app.current(), self._crowded)
            return answer(event, app)

        sender = network(event["requestContext"]["http"]["sourceIp"])
        if self._places == 0 or self._senders[sender] >= self._of_sender:
            return await loop.run_in_executor(None, http.busy, event, app.current(), self._crowded)
        self._places -= 1
        self._senders[sender] += 1
        try:
            return await loop.run_in_executor(self._threads, in_time)
        finally:
            self._places += 1
            self._senders[sender] -= 1
            if not self._senders[sender]:
                del self._senders[sender]


class Rooms:
    """Which room answers what."""

    def __init__(self) -> None:
        self.forms = Room("forms", 4, 1000)  # Residents' pages, which only read.
        self.filing = Room("filing", 16, 500)  # Residents' forms, for a store over a network.
        self.steps = Room("steps", 4, 500)  # Residents' steps, which open a whole history.
        # 64 MB and a whole processor each time. Strangers fill the first, whoever they say they
        # are, so there is another for devices on which the account that is named signed in last.
        self.signing_in = Room("sign-in", 1, 50, of_sender=5)
        self.known = Room("known", 1, 50, of_sender=20)
        self.large = Room("large", 1, 100)  # Long texts: decoding one takes 50 ms.
        self.sheets = Room("sheets", 1, 4, "exporting", patience=60)  # Workbooks in and out.
        self.editing = Room("editing", 1, 20, patience=60)  # Each saves, looks at photos or builds.
        self.searches = Room("searches", 2, 100)  # Each reads through all texts.
        self.desk = Room("desk", 8, 200)  # Everything else of staff and teams.

    def of(self, method: str, path: str, length: int) -> Room:
        if method == "POST" and path.startswith(EDITING):
            return self.editing
        if length > QUICK and not path.startswith(UPLOADS):
            return self.large
        if path in tracking.ROUTES and method == "POST":
            return self.steps
        if path in RESIDENTS and method == "POST":
            return self.filing
        if path in RESIDENTS or path in health.ROUTES:
            return self.forms
        if path in site_search.ROUTES:
            return self.searches
        if method == "POST" and path == SIGN_IN:
            return self.signing_in
        if method == "POST" and path.startswith(UPLOADS):
            return self.sheets
        return self.desk


def application(
    app: App,
    otherwise: ASGIApp,
    patience: float = PATIENCE,
    pages: desk.Pages = {},  # noqa: B006 - It is only read.
) -> ASGIApp:
    """An ASGI application that answers the functions' routes and leaves the rest to another.
    ``patience`` is for how many seconds a resident's form waits until it can be written; ``pages``
    are those of the desk that only this machine has."""
    rooms, routes = Rooms(), {**ROUTES, **desk.routes(pages)}
    together = Together(app, rooms.forms, patience)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in routes:
            await otherwise(scope, receive, send)
            return
        body = await _body(receive, longest(scope, app))
        if body is None:
            return
        sent, method, path = event(scope, body), scope["method"], scope["path"]
        room = rooms.of(method, path, len(body))
        if room is rooms.signing_in and comes_from_known_device(sent, app):
            room = rooms.known
        if room is rooms.filing and _is_local(app):
            answer = await together.answer(sent)
        else:
            answer = await room.do(partial(http.respond, routes), sent, app)
        await _send(answer, send)

    return serve


def guarded(application: ASGIApp) -> ASGIApp:
    """The application, with the headers of :mod:`functions.web.headers` on all that it answers:
    functions' pages, files, redirects, failures."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        is_begun, every = False, encoded(scope.get("scheme") == "https")

        async def completing(message: Any) -> None:
            nonlocal is_begun
            if message["type"] == "http.response.start":
                is_begun = True
                own = {name.lower() for name, _ in message["headers"]}
                more = [pair for pair in every if pair[0] not in own]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        try:
            await application(scope, receive, completing)
        except Exception as error:
            if is_begun:  # The server ends the connection, so that nobody takes a part for all.
                raise
            no = logs.failure(error, http.named(scope["method"], scope["path"]))
            await _send(http.plain(event(scope, b""), no), completing)

    return serve


def logged(application: ASGIApp) -> ASGIApp:
    """The application, with a line in the log for each request: method, path, status and time,
    but neither the sender's address nor the query, which holds keys."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def noting(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await application(scope, receive, noting)
        line = http.named(scope["method"], scope["path"])
        logs.REQUESTS.info("%s %s %.0f ms", line, status, 1000 * (time.perf_counter() - began))

    return serve


def _is_local(app: App) -> bool:
    with suppress(Exception):  # Whatever needs the store reports it.
        return app.store.local
    return False


def _failed(event: LambdaEvent, app: App, error: Exception) -> Response:
    return http.failed(RESIDENTS, event, app.current(), error)


class Waiting(NamedTuple):
    """A request, until when it can wait, and its answer to come, or why there is none."""

    event: LambdaEvent
    until: float
    answered: asyncio.Future[Response | Exception]

    def tell(self, outcome: Response | Exception) -> None:
        if not self.answered.done():  # It is done where the connection was given up meanwhile.
            self.answered.set_result(outcome)


class Together:
    """Answers requests that come at the same time in one transaction, so that they wait for the
    disk only once.

    It runs on the event loop, because handing over to a thread was measured to cost more than
    waiting for the disk. While somebody else writes, requests wait and are tried again.
    """

    def __init__(self, app: App, forms: Room, patience: float):
        self._app, self._forms, self._patience = app, forms, patience
        self._waiting: list[Waiting] = []
        self._called = False

    async def answer(self, event: LambdaEvent) -> Response:
        """The answer to a request, once what it wrote is on the disk."""
        loop = asyncio.get_running_loop()
        outcome: Response | Exception = Busy()
        if len(self._waiting) < MOST_WAITING:
            waiting = Waiting(event, loop.time() + self._patience, loop.create_future())
            self._waiting.append(waiting)
            if not self._called:
                self._called = True
                # Not in the next round of the loop but in the one after, so that requests that are
                # being read just now can join.
                loop.call_soon(loop.call_soon, self._answer_all)
            outcome = await waiting.answered
        if isinstance(outcome, Response):
            return outcome
        return await self._forms.do(partial(_failed, error=outcome), event, self._app)

    def _answer_all(self) -> None:
        group, self._waiting, self._called = self._waiting, [], False
        self._answer(group)

    def _answer(self, group: Sequence[Waiting]) -> None:
        try:
            responses = self._in_one_go([waiting.event for waiting in group])
        except Exception as error:  # Nothing of the transaction was kept.
            if locked(error):
                self._wait(group, error)
            elif len(group) == 1:
                group[0].tell(error)
            else:  # Each by itself, so that one that fails takes no other with it.
                for waiting in group:
                    self._answer([waiting])
            return
        for waiting, response in zip(group, responses, strict=True):
            waiting.tell(response)

    def _wait(self, group: Sequence[Waiting], error: Exception) -> None:
        """Try again soon, except for requests that have waited long enough."""
        loop = asyncio.get_running_loop()
        for waiting in group:
            if waiting.until <= loop.time():
                waiting.tell(error)
            else:
                self._waiting.append(waiting)
        if self._waiting and not self._called:
            self._called = True
            loop.call_later(PAUSE, self._answer_all)

    def _in_one_go(self, events: Sequence[LambdaEvent]) -> list[Response]:
        app = self._app.current()
        with suppress(*UNREADABLE):  # Whatever needs the bundle reports it.
            _ = app.bundle  # Read before the transaction, which keeps others waiting.
        with app.store.batch() as store:
            inside = app.inside(store)
            return [http.act(RESIDENTS, event, inside) for event in events]


def longest(scope: HTTPScope, app: App) -> int:
    """How many bytes of a request are read; strangers must not fill the memory with photos."""
    longest = http.longest(scope["path"])
    if longest <= http.LONGEST_UPLOAD:
        return longest
    request = http.request_of(event({**scope, "method": "GET"}, b""))
    return longest if ticket.read(request, app.current()) else http.LONGEST_ENCODED


async def _body(receive: Receive, longest: int) -> bytes | None:
    """The body, or None where its sender went away before the end. The rest of one that is too long
    is read and dropped, because a client that is still sending would not hear the answer."""
    body = bytearray()
    while (message := await receive())["type"] == "http.request":
        if len(body) <= longest:
            body += message["body"]
        if not message["more_body"]:
            return bytes(body)
    return None


def event(scope: HTTPScope, body: bytes) -> dict[str, Any]:
    """The request in payload format 2.0, with its body in base64, as AWS sends forms."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    # Whether we were asked over HTTPS the server knows, which believes only its own proxies.
    headers["x-forwarded-proto"] = scope.get("scheme", "http")
    sender = scope.get("client")
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": scope["path"],
        "rawQueryString": scope["query_string"].decode("latin-1"),
        "headers": headers,
        "requestContext": {
            "http": {
                "method": scope["method"],
                "path": scope["path"],
                "protocol": f"HTTP/{scope['http_version']}",
                "sourceIp": sender[0] if sender else "",
                "userAgent": headers.get("user-agent", ""),
            }
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


async def _send(response: Response, send: Send) -> None:
    body = response.body
    if isinstance(body, str | bytes):
        whole = body.encode() if isinstance(body, str) else body
        await send(_start(response, len(whole)))
        await send({"type": "http.response.body", "body": whole, "more_body": False})
        return
    with body as file:
        length = file.seek(0, io.SEEK_END)
        file.seek(0)
        await send(_start(response, length))
        # The event loop itself can read this, because what was just written is in memory.
        while piece := file.read(PIECE):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _start(response: Response, length: int) -> HTTPResponseStartEvent:
    headers = [*response.all_headers.items(), ("content-length", str(length))]
    headers += [("set-cookie", cookie) for cookie in response.cookies]
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return {"type": "http.response.start", "status": response.status, "headers": encoded}
