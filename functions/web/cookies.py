"""Cookies, which no script reads.

Over TLS their names begin with ``__Host-`` (RFC 6265bis): a browser takes such a cookie only from
this very host, over TLS, for all its paths, so that no neighbouring host and nobody on the way can
slip in another. Over plain HTTP browsers refuse that name.
"""

from datetime import timedelta

from functions.web.http import Request

HOST = "__Host-"


def name_of(request: Request, name: str) -> str:
    """What the cookie is called on this connection."""
    return f"{HOST}{name}" if request.secure else name


def read(request: Request, name: str) -> str:
    """What the cookie holds; empty where there is none."""
    return request.cookies.get(name_of(request, name), "")


def write(
    request: Request,
    name: str,
    value: str,
    lasts: timedelta | None,
    path: str = "/",
    same_site: str = "Strict",
) -> str:
    """The header that sets a cookie for the addresses below ``path``, where that can be; one that
    does not say how long it ``lasts`` ends when the browser is closed. Other sites send a ``Lax``
    one with a link that is tapped there, and a ``Strict`` one never."""
    where = "/; Secure" if request.secure else path
    age = "" if lasts is None else f"; Max-Age={int(lasts.total_seconds())}"
    cookie = f"{name_of(request, name)}={value}{age}; HttpOnly; SameSite={same_site}"
    return f"{cookie}; Path={where}"
