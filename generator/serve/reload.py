"""Makes pages that are open in a browser reload themselves after a build, for staff who edit."""

from dataclasses import dataclass
from typing import Any

from a2wsgi.asgi_typing import ASGIApp, HTTPScope, Receive, Scope, Send

PATH = "/__reload__"
SCRIPT = """let seen;
setInterval(async () => {
  const now = await fetch("/__reload__").then((r) => r.text(), () => seen);
  if (seen && now !== seen) location.reload();
  seen = now;
}, 500);
"""
TAG = f'<script src="{PATH}.js"></script>'.encode()
PARTIAL = (b"if-", b"range", b"accept-encoding")
"""Request headers that ask for less than the whole, plain page."""
REPLACED = (b"content-length", b"etag", b"last-modified", b"cache-control")
"""Response headers that are wrong for the page with the tag."""


@dataclass
class Version:
    """Counts the builds since the start."""

    number: int = 1


def application(inner: ASGIApp, version: Version) -> ASGIApp:
    """The inner application; its pages ask every half second whether there was a build."""

    async def reloading(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await inner(scope, receive, send)
            return
        own = {
            PATH: (b"text/plain", str(version.number)),
            f"{PATH}.js": (b"text/javascript", SCRIPT),
        }
        if scope["path"] in own:
            kind, text = own[scope["path"]]
            await _answer(send, 200, [(b"content-type", kind)], text.encode())
        else:
            await _with_tag(inner, scope, receive, send)

    return reloading


async def _with_tag(inner: ASGIApp, scope: HTTPScope, receive: Receive, send: Send) -> None:
    start: Any = None
    body = b""

    async def hold_pages(message: Any) -> None:
        nonlocal start, body
        kind = dict(message.get("headers", ())).get(b"content-type", b"")
        if message["type"] == "http.response.start" and kind.startswith(b"text/html"):
            start = message
        elif start is None:
            await send(message)
        else:
            body += message["body"]

    # Ask for the whole page without conditions, because it will differ from the file on the disk.
    headers = [(name, value) for name, value in scope["headers"] if not name.startswith(PARTIAL)]
    await inner({**scope, "headers": headers}, receive, hold_pages)
    if start is not None:
        headers = [(name, value) for name, value in start["headers"] if name not in REPLACED]
        await _answer(send, start["status"], headers, body.replace(b"</body>", TAG + b"</body>"))


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    own = [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *own]})
    await send({"type": "http.response.body", "body": body})
