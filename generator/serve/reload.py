"""Makes pages that are open in a browser reload themselves after a build, for staff who edit, and
lays over them what is wrong with the content."""

from collections.abc import Sequence
from html import escape
from typing import Any

from a2wsgi.asgi_typing import ASGIApp, HTTPScope, Receive, Scope, Send

from generator.operator_messages import OVERLAY

PATH = "/__reload__"
SCRIPT = """let seen;
setInterval(async () => {
  const now = await fetch("/__reload__").then((r) => r.text(), () => seen);
  if (seen && now !== seen) location.reload();
  seen = now;
}, 500);
"""
STYLE = """#wudan-mistakes {
  position: fixed; inset: auto 0 0; z-index: 999; max-height: 50vh; overflow: auto;
  padding: 1rem; background: #fff; color: #1a1a1a; border-top: .4rem solid #b3261e;
  box-shadow: 0 0 1rem #0006; font: 1rem/1.6 sans-serif; overflow-wrap: anywhere;
}
#wudan-mistakes p { margin: 0; font-weight: bold; }
#wudan-mistakes ul { margin: .5rem 0 0; padding-inline-start: 1.2rem; }
@media print { #wudan-mistakes { display: none; } }
"""
TAG = f'<script src="{PATH}.js"></script>'
PARTIAL = (b"if-", b"range", b"accept-encoding")
"""Request headers that ask for less than the whole, plain page."""
REPLACED = (b"content-length", b"etag", b"last-modified", b"cache-control")
"""Response headers that are wrong for the page with the tag."""


class Shown:
    """What pages that are open show: the ``number`` changes when they are to be loaded again, and
    ``mistakes`` are the sentences that are laid over them."""

    def __init__(self) -> None:
        self.number = 1
        self.mistakes: tuple[str, ...] = ()

    def now(self, mistakes: tuple[str, ...], changed: bool = False) -> None:
        """These are the mistakes now; ``changed`` says that the site did, too."""
        if changed or mistakes != self.mistakes:
            self.mistakes = mistakes
            self.number += 1


def application(inner: ASGIApp, shown: Shown) -> ASGIApp:
    """The inner application; its pages ask every half second whether there is something new."""

    async def reloading(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await inner(scope, receive, send)
            return
        own = {
            PATH: (b"text/plain", str(shown.number)),
            f"{PATH}.js": (b"text/javascript", SCRIPT),
            f"{PATH}.css": (b"text/css", STYLE),
        }
        if scope["path"] in own:
            kind, text = own[scope["path"]]
            await _answer(send, 200, [(b"content-type", kind)], text.encode())
        else:
            await _with_tag(inner, _overlay(shown.mistakes) + TAG, scope, receive, send)

    return reloading


def _overlay(mistakes: Sequence[str]) -> str:
    """Sentences as they are laid over a page; nothing if there are none."""
    if not mistakes:
        return ""
    items = "".join(f"<li>{escape(each)}</li>" for each in mistakes)
    html = f"<p>{OVERLAY}</p><ul>{items}</ul>"
    style = f'<link rel="stylesheet" href="{PATH}.css">'
    return f'{style}<section id="wudan-mistakes" role="alert">{html}</section>'


async def _with_tag(
    inner: ASGIApp, tag: str, scope: HTTPScope, receive: Receive, send: Send
) -> None:
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
        await _answer(
            send, start["status"], headers, body.replace(b"</body>", tag.encode() + b"</body>")
        )


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    own = [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *own]})
    await send({"type": "http.response.body", "body": body})
