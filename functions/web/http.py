"""Requests and responses, on the payload format 2.0 of AWS HTTP APIs and Function URLs.

The functions take that event everywhere, also on one machine. Amazon describes its fields in
"Working with AWS Lambda proxy integrations for HTTP APIs".
"""

import base64
import binascii
import hmac
import io
import json
import os
import re
import urllib.parse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from functions.app import App, from_environment
from functions.context import logs
from functions.errors import Problem
from functions.storage.failures import unwritten
from functions.web import pages
from functions.web.headers import SECURITY, TLS

LambdaEvent = Mapping[str, Any]
Answer = dict[str, Any]
Action = Callable[["Request", App], "Response"]
Routes = Mapping[str, Mapping[str, Action]]
"""Paths, and for each the action of every method that it knows."""
SentBody = tuple[list[tuple[str, str]], dict[str, list[bytes]]]

LONGEST_BODY = 64 * 1024
"""Bytes of what was typed, in UTF-8; percent-encoding makes up to three of each on the way."""
LONGEST_ENCODED = 3 * LONGEST_BODY
LONGEST_UPLOAD = 4 * 1024 * 1024
"""Bytes of a request with a file; Lambda takes 6 MB, and base64 makes four of each three."""
LONGEST_PHOTOS = 40 * 1024 * 1024
"""The same for a page with photos, on one machine alone, from somebody who is signed in."""
UPLOADS, EDITING = "/desk/sheets/", "/desk/site/item/"
"""The paths that take files."""
MOST_FIELDS = 500
FORM = "application/x-www-form-urlencoded"
UPLOAD = "multipart/form-data"
ESCAPED = re.compile("((?:%[0-9A-Fa-f]{2})+)")
LONGEST_PATH = 200
DOOR = "x-wudan-door"
"""The header by which CloudFront shows that it passed a request on."""
RETRY = {"retry-after": "10"}
"""The header that says after how many seconds to try again."""

OUTAGE = Path(__file__).parents[2] / "templates/outage.txt"
PLAIN = OUTAGE.read_text("utf-8")
"""The answer where the bundle, which has all other sentences, cannot be read. It is read at once,
because what keeps a bundle from being read may keep this file from it, too."""


# These pages are for one person, so nobody may keep them, and their addresses hold keys, which must
# not be passed on as a referrer.
HEADERS = {**SECURITY, "cache-control": "no-store", "referrer-policy": "no-referrer"}
PRIVATE = {
    "x-robots-tag": "noindex",
    # A secret beside what somebody typed must not be compressed, here or by a proxy, because the
    # size would reveal it (BREACH, CVE-2013-3587).
    "cache-control": f"{HEADERS['cache-control']}, no-transform",
}
"""The headers of all answers but those that are alike for everybody."""
REVISITED = {**PRIVATE, "cache-control": "private, no-cache, no-transform"}
"""The same for the answer to a form that holds what was typed in it and no key. The browser that
asked keeps it for whoever goes back: to show nothing but an error, and to ask whether to send the
form again, frightens people, and sends again what they typed."""


class Request(NamedTuple):
    """``query`` and ``typed`` hold the text that was sent, by name; ``typed`` has all values of a
    name. ``secure`` says that the request came over HTTPS, to us or to a proxy before us. Names of
    ``headers`` are in lower case. ``sender`` is the address that asks, as the server knows it."""

    method: str
    path: str
    query: Mapping[str, str]
    typed: Mapping[str, list[str]]
    cookies: Mapping[str, str]
    files: Mapping[str, list[bytes]]
    wants_json: bool
    secure: bool
    headers: Mapping[str, str] = {}
    sender: str = ""

    def value(self, name: str) -> str:
        """What was sent under this name, in the body or the address; empty where it was not sent,
        or more than once."""
        values = self.typed.get(name, [self.query.get(name, "")])
        return values[0] if len(values) == 1 else ""


class Response(NamedTuple):
    """``body`` is HTML unless the headers say otherwise. A large one is an open file, which the
    sender reads from its beginning and closes. A ``public`` answer holds no secret and nothing that
    somebody typed: search engines may list it, and it may be compressed. One that is ``revisited``
    is shown again to whoever goes back to it. ``refusal`` is what programs get in place of a page
    that refuses something."""

    body: str | bytes | IO[bytes]
    status: int = 200
    headers: Mapping[str, str] = {}
    cookies: tuple[str, ...] = ()
    public: bool = False
    revisited: bool = False
    refusal: Mapping[str, Any] = {}

    @property
    def all_headers(self) -> dict[str, str]:
        secrecy = {} if self.public else REVISITED if self.revisited else PRIVATE
        return {"content-type": "text/html; charset=utf-8", **HEADERS, **secrecy, **self.headers}

    def suited(self, request: Request) -> "Response":
        """The response as whoever asks reads it: a program, or a browser, packed if it may be."""
        if self.refusal and request.wants_json:
            data = as_json(self.status, self.refusal)
            return data._replace(headers={**self.headers, **data.headers}, cookies=self.cookies)
        if not self.public or not isinstance(self.body, str):
            return self
        import gzip

        from functions.web.encoding import preferred

        headers = {**self.headers, "vary": "Accept-Encoding"}
        if not preferred(request.headers.get("accept-encoding", ""), ["gzip"]):
            return self._replace(headers=headers)
        body = gzip.compress(self.body.encode(), mtime=0)
        return self._replace(body=body, headers={**headers, "content-encoding": "gzip"})

    @property
    def answer(self) -> Answer:
        """The response in payload format 2.0, which holds the whole body."""
        body = self.body
        if not isinstance(body, str | bytes):
            with body as file:
                body = file.read()
        answer: Answer = {"statusCode": self.status, "headers": self.all_headers, "body": body}
        if isinstance(body, bytes):
            answer |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        return answer | {"cookies": [*self.cookies]} if self.cookies else answer


class Keeping:
    """An action that does not lose what was typed: where nothing could be written, ``later``
    answers, given the code of :func:`functions.storage.failures.unwritten` and the number of the
    line in the log; or it raises a ``Problem`` that has what was typed."""

    def __init__(self, act: Action, later: Callable[[Request, App, str, str], Response]):
        self.act, self.later = act, later

    def __call__(self, request: Request, app: App) -> Response:
        return self.act(request, app)


def see_other(address: str, *cookies: str) -> Response:
    """Lead on to a page that may be loaded again (303)."""
    return Response("", 303, {"location": address}, cookies)


def as_json(status: int, value: Any) -> Response:
    """A value for programs."""
    body = json.dumps(value, ensure_ascii=False)
    return Response(body, status, {"content-type": "application/json; charset=utf-8"})


def entry(
    routes: Routes, make: Callable[[], App] = from_environment
) -> Callable[[LambdaEvent, object], Answer]:
    """The function that Lambda calls: ``handler(event, context)``, for these routes."""

    def handle(event: LambdaEvent, context: object) -> Answer:
        if not _came_by_the_door(event):
            return Response("", 403, TLS).answer
        try:
            app = make()
        except Exception as error:
            response = plain(event, logs.failure(error, what(event)))
        else:
            response = respond(routes, _seen_by_cloudfront(event), app)
        # An HTTP API and a Function URL answer over TLS only.
        return response._replace(headers={**TLS, **response.headers}).answer

    return handle


def _came_by_the_door(event: LambdaEvent) -> bool:
    """Whether the request came by CloudFront, which shows what ``WUDAN_DOOR`` says: limits that are
    set there could be passed by at the function's own address."""
    door, shown = os.environ.get("WUDAN_DOOR", ""), _headers(event).get(DOOR, "")
    return hmac.compare_digest(door.encode(), shown.encode()) if door else True


def _seen_by_cloudfront(event: LambdaEvent) -> LambdaEvent:
    """The event with the address that CloudFront saw, where the request has shown that it came that
    way. ``sourceIp`` is then a server of CloudFront, which many share, and each has many.

    CloudFront and the API behind it each add to X-Forwarded-For from whom the request came. What
    stands before that is only claimed. In China nothing else tells the address.
    """
    if not os.environ.get("WUDAN_DOOR"):
        return event
    context = event["requestContext"]
    server = context["http"].get("sourceIp", "")
    passed = _headers(event).get("x-forwarded-for", "").split(",")
    seen = [each for name in passed if (each := name.strip()) not in ("", server)]
    http = {**context["http"], "sourceIp": seen[-1] if seen else server}
    return {**event, "requestContext": {**context, "http": http}}


def respond(routes: Routes, event: LambdaEvent, app: App) -> Response:
    """Answer one event; an error is answered with a page that says what became of it."""
    now = app.current()
    try:
        return act(routes, event, now)
    except Exception as error:
        return failed(routes, event, now, error)


def act(routes: Routes, event: LambdaEvent, app: App) -> Response:
    """Answer one event. Errors are raised, except those of a request that cannot be answered."""
    try:
        action, request = _route(routes, event), request_of(event)
        return action(request, app).suited(request)
    except Problem as problem:
        return _tell(event, app, problem)


def failed(routes: Routes, event: LambdaEvent, app: App, error: Exception) -> Response:
    """Log that a request failed, and answer what became of it, as far as that is known."""
    no = logs.failure(error, what(event))
    code, method = unwritten(error), event["requestContext"]["http"]["method"]
    uncertain = "unknown" if method == "POST" else "failed"
    problem = Problem(503, code, RETRY) if code else Problem(500, uncertain)
    try:
        action = _route(routes, event)
        try:
            if code and isinstance(action, Keeping):
                request = request_of(event)
                response = action.later(request, app, code, no).suited(request)
                return response._replace(headers={**response.headers, **problem.headers})
        except Problem as other:  # There is no page to show again, only what was typed.
            problem.typed = other.typed
        return _tell(event, app, problem, no)
    except Exception as untold:
        logs.failure(untold, f"answering after {no}")
        return plain(event, no)


def busy(event: LambdaEvent, app: App, code: str) -> Response:
    """Answer that the request has to wait; nothing of it was begun."""
    try:
        return _tell(event, app, Problem(503, code, RETRY))
    except Exception as untold:
        return plain(event, logs.failure(untold, what(event)))


def plain(event: LambdaEvent, no: str) -> Response:
    """The answer where no page can be rendered, because there is no bundle or no store."""
    text = PLAIN.format(no=no)
    if _wants_json(_headers(event)):
        return as_json(500, {"error": text, "id": no})
    return Response(text, 500, {"content-type": "text/plain; charset=utf-8"})


def what(event: LambdaEvent) -> str:
    """The method and the path, which are all that the log says about a request."""
    http = event["requestContext"]["http"]
    return named(http["method"], http["path"])


def named(method: str, path: str) -> str:
    """As :func:`what`, for a request that no function answers."""
    return f"{method} {urllib.parse.quote(path[:LONGEST_PATH])}"


def longest(path: str) -> int:
    """How many bytes a request to this path may have."""
    return {UPLOADS: LONGEST_UPLOAD, EDITING: LONGEST_PHOTOS}.get(path, LONGEST_ENCODED)


def _tell(event: LambdaEvent, app: App, problem: Problem, no: str = "") -> Response:
    words = app.bundle.words["http"][problem.code]
    if _wants_json(_headers(event)):
        value = {"error": f"{words['title']}。{words['text']}"} | ({"id": no} if no else {})
        answer = as_json(problem.status, value)
        return answer._replace(headers={**answer.headers, **problem.headers})
    body = pages.render(app.bundle, "message.html", **words, id=no, typed=problem.typed)
    return Response(body, problem.status, problem.headers)


def _route(routes: Routes, event: LambdaEvent) -> Action:
    http = event["requestContext"]["http"]
    methods = routes.get(http["path"])
    if methods is None:
        raise Problem(404, "not_found")
    method = "GET" if http["method"] == "HEAD" else http["method"]
    if method not in methods:
        allowed = [*methods, "HEAD"] if "GET" in methods else [*methods]
        raise Problem(405, "method", {"allow": ", ".join(allowed)})
    return methods[method]


def request_of(event: LambdaEvent) -> Request:
    """The request that an event brings.

    Raises:
        Problem: it cannot be read.
    """
    http, headers = event["requestContext"]["http"], _headers(event)
    typed: dict[str, list[str]] = {}
    files: dict[str, list[bytes]] = {}
    if http["method"] == "POST":
        pairs, files = _sent(event, headers.get("content-type", ""))
        left = LONGEST_BODY
        for name, value in pairs:
            left -= len(name.encode()) + len(value.encode())
            typed.setdefault(name, []).append(value)
        if left < 0:
            raise Problem(413, "too_large")
    raw_query = event.get("rawQueryString", "")
    query = dict(decoded(raw_query)) if raw_query else {}
    # Payload 2.0 has cookies on their own; some gateways leave them among the headers.
    cookies = {}
    for piece in event.get("cookies") or headers.get("cookie", "").split(";"):
        name, _, value = piece.partition("=")
        cookies[name.strip()] = value
    secure = headers.get("x-forwarded-proto", "") == "https"
    method, path, wants_json = http["method"], http["path"], _wants_json(headers)
    sender = http.get("sourceIp", "")
    return Request(method, path, query, typed, cookies, files, wants_json, secure, headers, sender)


def _sent(event: LambdaEvent, content_type: str) -> SentBody:
    kind = content_type.split(";")[0].strip().lower()
    raw, most = (event.get("body") or "").encode(), longest(event["requestContext"]["http"]["path"])
    if event.get("isBase64Encoded"):
        try:
            raw = base64.b64decode(raw, validate=True)
        except binascii.Error:
            raise Problem(400, "encoding") from None
    if kind not in (UPLOAD, FORM):
        raise Problem(415, "content_type")
    if len(raw) > (most if kind == UPLOAD else LONGEST_ENCODED):
        raise Problem(413, "too_large")
    if kind == UPLOAD:
        return _parts(raw, content_type)
    try:
        return decoded(raw.decode()), {}
    except UnicodeDecodeError:
        raise Problem(400, "encoding") from None


def _parts(raw: bytes, content_type: str) -> SentBody:
    import multipart

    boundary = multipart.parse_options_header(content_type)[1].get("boundary", "")
    pairs, files = [], dict[str, list[bytes]]()
    try:
        for part in multipart.MultipartParser(io.BytesIO(raw), boundary, len(raw), strict=True):
            if part.filename is None:
                pairs.append((part.name, part.value))
            else:
                files.setdefault(part.name, []).append(part.raw)
            part.close()
    except (multipart.MultipartError, UnicodeDecodeError, ValueError):
        raise Problem(400, "encoding") from None
    return pairs, files


def decoded(encoded: str) -> list[tuple[str, str]]:
    """Names and values, as :func:`urllib.parse.parse_qsl` reads them, which takes an eighth of the
    time of a wish: Chinese is all escapes, and it goes through them one by one."""
    pieces = encoded.replace("+", " ").split("&")
    if len(pieces) > MOST_FIELDS:
        raise Problem(400, "too_many")
    texts = list[str]()
    for piece in filter(None, pieces):
        texts += piece.partition("=")[::2]
    escaped = [n for n, text in enumerate(texts) if "%" in text]
    try:
        for n in escaped:
            parts = ESCAPED.split(texts[n])
            for run in range(1, len(parts), 2):  # Every second part is one.
                parts[run] = bytes.fromhex(parts[run].replace("%", "")).decode()
            texts[n] = "".join(parts)
    except UnicodeDecodeError:
        raise Problem(400, "encoding") from None
    return [*zip(texts[::2], texts[1::2], strict=True)]


def _headers(event: LambdaEvent) -> dict[str, str]:
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}


def _wants_json(headers: Mapping[str, str]) -> bool:
    return "application/json" in headers.get("accept", "")
