"""Compresses files with Brotli or gzip, whichever the browser accepts.

Files alone: which pages of the functions may be compressed, :mod:`functions.web.http` knows.
"""

import gzip
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from wsgiref.headers import Headers
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import brotli

from functions.web.encoding import preferred
from generator.files.media_types import is_compressible

REMEMBERED = 1000
"""Files whose compressed form stays in memory, so that each is compressed once."""


def application(inner: WSGIApplication) -> WSGIApplication:
    """The inner application, with its files compressed where that makes them smaller."""

    def compressing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, headers = "", Headers([])

        def remember(line: str, fields: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal status, headers
            status, headers = line, Headers(fields)

        # A compressed file has a weak tag, and the inner application only knows strong ones.
        tag = environ.get("HTTP_IF_NONE_MATCH", "").replace("W/", "")
        parts = inner({**environ, "HTTP_IF_NONE_MATCH": tag} if tag else environ, remember)
        size = int(headers.get("content-length") or 0)
        if is_compressible(headers.get("content-type") or "", size):
            headers.add_header("vary", "Accept-Encoding")
            encoding = preferred(environ.get("HTTP_ACCEPT_ENCODING", ""), ENCODINGS)
            if encoding and environ["REQUEST_METHOD"] == "GET" and not status.startswith("206"):
                body = compressed(b"".join(parts), encoding)
                if hasattr(parts, "close"):
                    parts.close()
                headers["content-encoding"] = encoding
                headers["content-length"] = str(len(body))
                del headers["accept-ranges"]
                if "etag" in headers:
                    headers["etag"] = f"W/{headers['etag']}"
                parts = [body]
        start_response(status, headers.items())
        return parts

    return compressing


ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.compress,
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
}
"""The one that compresses better comes first."""


@lru_cache(REMEMBERED)
def compressed(body: bytes, encoding: str) -> bytes:
    """The body in this encoding."""
    return ENCODINGS[encoding](body)
