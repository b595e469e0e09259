"""Files answered compressed, by Brotli or gzip, whichever the reader takes.

For files alone: a page that a function draws has secrets beside what somebody typed, and how well
the two compress together would tell of them (BREACH, CVE-2013-3587).
"""

import gzip
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from wsgiref.headers import Headers
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import brotli

from generator.site.theme import shrinks

REFUSED = re.compile(r"q=0(\.0*)?")
AT_ONCE = 1000
"""Files that are kept compressed in memory, so that each is compressed once."""


def application(inner: WSGIApplication) -> WSGIApplication:
    """The inner application's files, compressed where that makes them smaller."""

    def compressing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, headers = "", Headers([])

        def remember(said: str, fields: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal status, headers
            status, headers = said, Headers(fields)

        # The tag of a compressed file is weak, and the inner application knows strong ones alone.
        tag = environ.get("HTTP_IF_NONE_MATCH", "").replace("W/", "")
        parts = inner({**environ, "HTTP_IF_NONE_MATCH": tag} if tag else environ, remember)
        size = int(headers.get("content-length") or 0)
        if shrinks(headers.get("content-type") or "", size):
            headers.add_header("vary", "Accept-Encoding")
            encoding = preferred(environ.get("HTTP_ACCEPT_ENCODING", ""))
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


def preferred(accepted: str) -> str:
    """The encoding to use under this Accept-Encoding (RFC 9110, 12.5.3), or none."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.replace(" ", "").partition(";")
        weights[name] = not REFUSED.fullmatch(weight)
    return next((name for name in ENCODINGS if weights.get(name, weights.get("*", False))), "")


ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.compress,
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
}
"""The better one first."""


@lru_cache(AT_ONCE)
def compressed(body: bytes, encoding: str) -> bytes:
    """The body in that encoding."""
    return ENCODINGS[encoding](body)
