"""A WSGI application over ASGI whose answers are read as fast as they are taken.

a2wsgi's own middleware reads an answer to its end in one thread, which waits while its client is
slow. Here a thread reads one piece, and the event loop waits until that was taken: a client who is
slow holds a piece in memory, and no thread.
"""

import asyncio
import io
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, cast
from wsgiref.types import WSGIApplication
from wsgiref.util import FileWrapper

from a2wsgi.asgi_typing import ASGIApp, Receive, Scope, Send
from a2wsgi.wsgi import build_environ

PIECE = 64 * 1024
"""Bytes that are read for a client before it has taken what came before them."""


def application(inner: WSGIApplication, threads: int) -> ASGIApp:
    """The inner application, which reads no body of a request, in so many threads."""
    pool = ThreadPoolExecutor(threads, "pieces")

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        in_thread = partial(asyncio.get_running_loop().run_in_executor, pool)
        environ: Any = build_environ(scope, cast(Any, io.BytesIO()))
        environ["wsgi.file_wrapper"] = partial(FileWrapper, blksize=PIECE)
        status, headers, pieces = await in_thread(_begin, inner, environ)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        gone: asyncio.Task[None] | None = None
        try:
            while piece := await in_thread(next, pieces, b""):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                if len(piece) == PIECE and gone is None:
                    gone = asyncio.create_task(_disconnected(receive))
                if gone and gone.done():
                    pieces.close()
                    return
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            if gone:
                gone.cancel()

    return serve


def _begin(
    inner: WSGIApplication, environ: Any
) -> tuple[int, list[tuple[bytes, bytes]], Generator[bytes, None, None]]:
    status, headers = "", list[tuple[bytes, bytes]]()

    def start(line: str, fields: list[tuple[str, str]], *rest: Any) -> Any:
        nonlocal status, headers
        status = line
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in fields]

    parts = inner(environ, start)
    return int(status[:3]), headers, _pieces(parts)


def _pieces(parts: Iterable[bytes]) -> Generator[bytes, None, None]:
    """The parts, none of them longer than :data:`PIECE`; a file is closed at its end, or when
    nobody wants more of it."""
    try:
        for part in parts:
            for first in range(0, len(part), PIECE):
                yield part[first : first + PIECE]
    finally:
        if hasattr(parts, "close"):
            parts.close()


async def _disconnected(receive: Receive) -> None:
    """Return when whoever asked has gone, so that no file is read to its end for nobody."""
    while (await receive())["type"] != "http.disconnect":
        pass
