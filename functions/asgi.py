"""The functions on one machine: ASGI requests as the events that Lambda would send."""

import asyncio
import base64
from collections.abc import Sequence
from typing import Any

from a2wsgi.asgi_typing import ASGIApp, HTTPScope, Receive, Scope, Send

from functions import desk, order, rating, team, volunteer, wish
from functions.app import App
from functions.http import LONGEST_UPLOAD, Answer, Event, Routes, alone, respond

RESIDENTS: Routes = {
    path: actions
    for function in (wish, rating, volunteer, order)
    for path, actions in function.ROUTES.items()
}
ROUTES: Routes = {**RESIDENTS, **desk.ROUTES, **team.ROUTES}


def application(app: App, otherwise: ASGIApp) -> ASGIApp:
    """An ASGI application that answers the functions' routes and leaves the rest to another."""
    together = Together(app)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in ROUTES:
            await otherwise(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            return
        sent = event(scope, body)
        if app.store.local and scope["method"] == "POST" and scope["path"] in RESIDENTS:
            answer = await together.answer(sent)
        else:
            answer = await asyncio.to_thread(alone, ROUTES, sent, app)
        await _send(answer, send)

    return serve


class Together:
    """Answers what comes at once in one transaction, so that the disk is waited for once.

    The event loop itself does it: a thread would have to be handed the interpreter and give it
    back, which was measured to cost more than waiting for the disk. Nothing else is waited for.
    """

    def __init__(self, app: App):
        self._app = app
        self._waiting: list[tuple[Event, asyncio.Future[Answer | None]]] = []

    async def answer(self, event: Event) -> Answer:
        """The answer to a request, when what it wrote is on the disk."""
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Answer | None] = loop.create_future()
        self._waiting.append((event, answered))
        if len(self._waiting) == 1:
            # Not in the next round of the loop but in the one after, for what is just being read.
            loop.call_soon(loop.call_soon, self._answer_all)
        if answer := await answered:
            return answer
        return await asyncio.to_thread(alone, RESIDENTS, event, self._app)

    def _answer_all(self) -> None:
        group, self._waiting = self._waiting, []
        try:
            answers: Sequence[Answer | None] = self._in_one_go([event for event, _ in group])
        except Exception:
            # Nothing of it was kept. Now each waits, and fails, for itself.
            answers = [None] * len(group)
        for (_, answered), answer in zip(group, answers, strict=True):
            answered.set_result(answer)

    def _in_one_go(self, events: Sequence[Event]) -> list[Answer]:
        self._app.catch_up()
        with self._app.store.together() as store:
            app = self._app.inside(store)
            return [respond(RESIDENTS, event, app) for event in events]


async def _body(receive: Receive) -> bytes | None:
    """The body, or None where its sender went away before the end.

    What is too long is taken and forgotten: who is still sending would hear no answer.
    """
    body = bytearray()
    while (message := await receive())["type"] == "http.request":
        if len(body) <= LONGEST_UPLOAD:
            body += message["body"]
        if not message["more_body"]:
            return bytes(body)
    return None


def event(scope: HTTPScope, body: bytes) -> dict[str, Any]:
    """The request as payload format 2.0, its body in base64 as AWS sends forms."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
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


async def _send(answer: Answer, send: Send) -> None:
    body = answer["body"].encode()
    if answer.get("isBase64Encoded"):
        body = base64.b64decode(body)
    headers = [*answer["headers"].items(), ("content-length", str(len(body)))]
    headers += [("set-cookie", cookie) for cookie in answer.get("cookies", ())]
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": answer["statusCode"], "headers": encoded})
    await send({"type": "http.response.body", "body": body})
