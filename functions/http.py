"""Requests and answers, on the payload format 2.0 of AWS HTTP APIs and Function URLs.

That event is the native interface everywhere; see "Working with AWS Lambda proxy integrations
for HTTP APIs" in Amazon's documentation for its fields.
"""

import base64
import binascii
import io
import json
import logging
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from functions import page
from functions.app import App, from_environment

Event = Mapping[str, Any]
Answer = dict[str, Any]
Action = Callable[["Request", App], "Response"]
Routes = Mapping[str, Mapping[str, Action]]
"""Paths, and for each the methods it knows and what they do."""

LONGEST_BODY = 64 * 1024
"""Bytes of what was typed, in UTF-8. Percent-encoding makes up to three of each on the way: ten
thousand Chinese characters travel as ninety thousand bytes and are thirty thousand."""
LONGEST_ENCODED = 3 * LONGEST_BODY
LONGEST_UPLOAD = 4 * 1024 * 1024
"""Bytes of a request with a file; Lambda takes 6 MB, and base64 makes four of each three."""
MOST_FIELDS = 500
FORM = "application/x-www-form-urlencoded"
UPLOAD = "multipart/form-data"

HEADERS = {
    # Pages drawn for one person: not to be kept by anybody, nor found by search engines; and
    # their addresses hold keys, which must not travel on as a referrer.
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'self'; form-action 'self'; frame-ancestors 'none'",
}


class Problem(Exception):
    """A request that cannot be answered. ``code`` names its sentences in ``words.http``."""

    def __init__(self, status: int, code: str, headers: Mapping[str, str] | None = None):
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Request:
    """``query`` and ``typed`` hold what was sent as text, by name; ``typed`` all of each name.

    ``files`` are what was uploaded; ``secure`` says that it came over HTTPS, to us or to what
    stands before us.
    """

    method: str
    path: str
    query: Mapping[str, str]
    typed: Mapping[str, list[str]]
    cookies: Mapping[str, str]
    files: Mapping[str, bytes]
    wants_json: bool
    secure: bool

    def said(self, name: str) -> str:
        """What was sent once under this name, in the body or the address; else nothing."""
        values = self.typed.get(name, [self.query.get(name, "")])
        return values[0] if len(values) == 1 else ""


@dataclass(frozen=True, slots=True)
class Response:
    """``body`` is HTML unless the headers say otherwise."""

    body: str | bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()

    @property
    def answer(self) -> Answer:
        """The response as payload format 2.0 has it."""
        headers = {"content-type": "text/html; charset=utf-8", **HEADERS, **self.headers}
        answer: Answer = {"statusCode": self.status, "headers": headers, "body": self.body}
        if isinstance(self.body, bytes):
            answer |= {"body": base64.b64encode(self.body).decode(), "isBase64Encoded": True}
        return answer | {"cookies": [*self.cookies]} if self.cookies else answer


def see_other(address: str, *cookies: str) -> Response:
    """Lead on to a page that may be loaded again (303)."""
    return Response("", 303, {"location": address}, cookies)


def as_json(status: int, value: Any) -> Response:
    """A value for programs."""
    body = json.dumps(value, ensure_ascii=False)
    return Response(body, status, {"content-type": "application/json; charset=utf-8"})


def entry(routes: Routes) -> Callable[[Event, object], Answer]:
    """The function that Lambda calls: ``handler(event, context)``, for these routes."""

    def handle(event: Event, context: object) -> Answer:
        return alone(routes, event, from_environment())

    return handle


def alone(routes: Routes, event: Event, app: App) -> Answer:
    """Answer one event, by what was built last."""
    app.catch_up()
    return respond(routes, event, app)


def respond(routes: Routes, event: Event, app: App) -> Answer:
    """Answer one event; whatever happens, the person at the other end is told in plain words."""
    headers = _headers(event)
    json_wanted = "application/json" in headers.get("accept", "")
    try:
        act = _route(routes, event)
        return act(_request(event, headers, json_wanted), app).answer
    except Problem as problem:
        return _tell(app, problem, json_wanted).answer
    except Exception:
        logging.getLogger(__name__).exception("a request could not be answered")
        return _tell(app, Problem(500, "failed"), json_wanted).answer


def _tell(app: App, problem: Problem, json_wanted: bool) -> Response:
    words = app.bundle.words["http"][problem.code]
    if json_wanted:
        said = as_json(problem.status, {"error": f"{words['title']}。{words['text']}"})
        return Response(said.body, said.status, {**said.headers, **problem.headers})
    body = page.render(app.bundle, "message.html", **words)
    return Response(body, problem.status, problem.headers)


def _route(routes: Routes, event: Event) -> Action:
    http = event["requestContext"]["http"]
    methods = routes.get(http["path"])
    if methods is None:
        raise Problem(404, "not_found")
    method = "GET" if http["method"] == "HEAD" else http["method"]
    if method not in methods:
        allowed = [*methods, "HEAD"] if "GET" in methods else [*methods]
        raise Problem(405, "method", {"allow": ", ".join(allowed)})
    return methods[method]


def _request(event: Event, headers: Mapping[str, str], json_wanted: bool) -> Request:
    http = event["requestContext"]["http"]
    typed: dict[str, list[str]] = {}
    files: dict[str, bytes] = {}
    if http["method"] == "POST":
        pairs, files = _sent(event, headers.get("content-type", ""))
        if sum(len(name.encode()) + len(value.encode()) for name, value in pairs) > LONGEST_BODY:
            raise Problem(413, "too_large")
        for name, value in pairs:
            typed.setdefault(name, []).append(value)
    query = dict(_pairs(event.get("rawQueryString", "")))
    # Payload 2.0 gives cookies apart; some gateways leave them among the headers.
    crumbs = event.get("cookies") or headers.get("cookie", "").split(";")
    cookies = {name.strip(): value for name, _, value in (crumb.partition("=") for crumb in crumbs)}
    secure = headers.get("x-forwarded-proto", "") == "https"
    return Request(http["method"], http["path"], query, typed, cookies, files, json_wanted, secure)


def _sent(event: Event, content_type: str) -> tuple[list[tuple[str, str]], dict[str, bytes]]:
    kind = content_type.split(";")[0].strip().lower()
    raw = (event.get("body") or "").encode()
    if event.get("isBase64Encoded"):
        try:
            raw = base64.b64decode(raw, validate=True)
        except binascii.Error:
            raise Problem(400, "encoding") from None
    if kind == UPLOAD:
        return _parts(raw, content_type)
    if kind != FORM:
        raise Problem(415, "content_type")
    if len(raw) > LONGEST_ENCODED:
        raise Problem(413, "too_large")
    try:
        return _pairs(raw.decode()), {}
    except UnicodeDecodeError:
        raise Problem(400, "encoding") from None


def _parts(raw: bytes, content_type: str) -> tuple[list[tuple[str, str]], dict[str, bytes]]:
    import multipart

    if len(raw) > LONGEST_UPLOAD:
        raise Problem(413, "too_large")
    boundary = multipart.parse_options_header(content_type)[1].get("boundary", "")
    pairs, files = [], {}
    try:
        for part in multipart.MultipartParser(io.BytesIO(raw), boundary, len(raw), strict=True):
            if part.filename is None:
                pairs.append((part.name, part.value))
            else:
                files[part.name] = part.raw
            part.close()
    except (multipart.MultipartError, UnicodeDecodeError, ValueError):
        raise Problem(400, "encoding") from None
    return pairs, files


def _pairs(encoded: str) -> list[tuple[str, str]]:
    try:
        return urllib.parse.parse_qsl(
            encoded, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except UnicodeDecodeError:
        raise Problem(400, "encoding") from None
    except ValueError:
        raise Problem(400, "too_many") from None


def _headers(event: Event) -> dict[str, str]:
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}
