"""Pages that are open while staff edit load themselves again after a build."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/__reload__"
SCRIPT = """let seen;
setInterval(async () => {
  const now = await fetch("/__reload__").then((r) => r.text(), () => seen);
  if (seen && now !== seen) location.reload();
  seen = now;
}, 500);
"""
TAG = f'<script src="{PATH}.js"></script>'.encode()


@dataclass
class Version:
    """Counts the builds since the start."""

    number: int = 1


def application(inner: WSGIApplication, version: Version) -> WSGIApplication:
    """The inner application, its pages asking every half second whether there was a build."""

    def reloading(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        own = {PATH: ("text/plain", str(version.number)), f"{PATH}.js": ("text/javascript", SCRIPT)}
        if environ["PATH_INFO"] in own:
            kind, body = own[environ["PATH_INFO"]]
            start_response("200 OK", [("content-type", kind), ("cache-control", "no-store")])
            return [body.encode()]
        return _with_tag(inner, environ, start_response)

    return reloading


def _with_tag(
    inner: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    status, headers = "", []

    def remember(said: str, fields: list[tuple[str, str]], *rest: Any) -> Any:
        nonlocal status, headers
        status, headers = said, fields

    # Whole, plain and unconditional, since the page is not what lies on the disk.
    whole = {k: v for k, v in environ.items() if not k.startswith(HOW)}
    parts = inner(whole, remember)
    names = {name.lower(): value for name, value in headers}
    if environ["REQUEST_METHOD"] != "GET" or "text/html" not in names.get("content-type", ""):
        start_response(status, headers)
        return parts
    body = b"".join(parts).replace(b"</body>", TAG + b"</body>")
    kept = [(name, value) for name, value in headers if name.lower() not in VARYING]
    start_response(
        status, [*kept, ("content-length", str(len(body))), ("cache-control", "no-store")]
    )
    return [body]


HOW = ("HTTP_IF_", "HTTP_RANGE", "HTTP_ACCEPT_ENCODING")
VARYING = ("content-length", "etag", "last-modified", "cache-control")
