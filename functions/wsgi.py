"""The functions on one machine: WSGI requests as the events that Lambda would send."""

import base64
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from functions import desk, order, rating, team, volunteer, wish
from functions.app import App
from functions.http import LONGEST_UPLOAD, Answer, Routes, respond

ROUTES: Routes = {
    path: actions
    for function in (wish, rating, volunteer, order, desk, team)
    for path, actions in function.ROUTES.items()
}


def application(app: App, otherwise: WSGIApplication) -> WSGIApplication:
    """A WSGI application that answers the functions' routes and leaves the rest to another."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] not in ROUTES:
            return otherwise(environ, start_response)
        return _send(respond(ROUTES, event(environ), app), environ, start_response)

    return serve


def event(environ: WSGIEnvironment) -> dict[str, Any]:
    """The request as payload format 2.0, its body in base64 as AWS sends forms."""
    headers = {
        name[5:].lower().replace("_", "-"): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.lower().replace("_", "-")] = environ[name]
    path = environ["PATH_INFO"]
    # One byte more than is taken is enough to see that a body is too long.
    body = environ["wsgi.input"].read(min(_length(environ), LONGEST_UPLOAD + 1))
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": environ.get("QUERY_STRING", ""),
        "headers": headers,
        "requestContext": {
            "http": {
                "method": environ["REQUEST_METHOD"],
                "path": path,
                "protocol": environ["SERVER_PROTOCOL"],
                "sourceIp": environ.get("REMOTE_ADDR", ""),
                "userAgent": headers.get("user-agent", ""),
            }
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def _length(environ: WSGIEnvironment) -> int:
    length = environ.get("CONTENT_LENGTH", "")
    return int(length) if length.isdigit() else 0


def _send(
    answer: Answer, environ: WSGIEnvironment, start_response: Callable[..., Any]
) -> Iterable[bytes]:
    status = HTTPStatus(answer["statusCode"])
    body = answer["body"].encode()
    if answer.get("isBase64Encoded"):
        body = base64.b64decode(body)
    headers = [*answer["headers"].items(), ("content-length", str(len(body)))]
    headers += [("set-cookie", cookie) for cookie in answer.get("cookies", ())]
    start_response(f"{status.value} {status.phrase}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
