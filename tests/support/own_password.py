"""A member of staff who has chosen a password, as the first sign-in asks for."""

import re
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPErrorProcessor, Request, build_opener

OWN = "qing-zao-jiao-hua-3"


class _AsItIs(HTTPErrorProcessor):
    """Answers of every status, and no redirect is followed."""

    def http_response(self, request: Request, response: Any) -> Any:
        return response


def chosen(address: str, name: str, given: str) -> str:
    """Sign in once with the password that was ``given``, choose another, and return that."""
    browser = build_opener(_AsItIs, HTTPCookieProcessor(CookieJar()))

    def send(path: str, **typed: str) -> str:
        body = urlencode(typed).encode() if typed else None
        request = Request(f"{address}{path}", body, {"Sec-Fetch-Site": "same-origin"})
        with browser.open(request) as answer:
            return str(answer.read().decode())

    send("/desk/sign-in/", name=name, password=given)
    token = re.search(r'name="token" value="([^"]+)"', send("/desk/password/"))
    assert token
    send("/desk/password/", token=token[1], old=given, new=OWN, again=OWN)
    return OWN
