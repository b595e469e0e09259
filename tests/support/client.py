"""A browser without a screen for the functions: sends events, reads answers."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from functions.app import App
from functions.asgi import ROUTES
from functions.web.cookies import HOST
from functions.web.http import FORM, respond
from functions.web.links import ORDER, PREFIX, SLIP, TEAM, VOLUNTEER

LINKS = tuple(f"{PREFIX}{link.kind}_" for link in (ORDER, TEAM, SLIP, VOLUNTEER))
Typed = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: str
    raw: bytes = b""
    cookies: Sequence[str] = ()

    @property
    def page(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.body)

    @property
    def text(self) -> str:
        """What somebody reads on the page."""
        main = self.page.css_first("main")
        assert main is not None, self.body
        return " ".join(main.text(separator=" ").split())

    @property
    def location(self) -> str:
        assert self.status == 303, (self.status, self.body)
        return self.headers["location"]

    @property
    def no(self) -> str:
        """The number of the order that the answer leads to."""
        return parse_qs(urlsplit(self.location).query)["no"][0]

    @property
    def errors(self) -> dict[str, str]:
        """The sentences beside fields, by the name of the field."""
        found = {}
        for wrong in self.page.css("[aria-invalid=true]"):
            named = wrong if "name" in wrong.attributes else wrong.css_first("[name]")
            name = named.attributes["name"] if named else ""
            said = (self._by_id(i) for i in (wrong.attributes["aria-describedby"] or "").split())
            found[name or ""] = " ".join(
                n.text(strip=True) for n in said if "error" in (n.id or "")
            )
        return found

    def form(self, action: str, do: str = "") -> dict[str, list[str]]:
        """What a browser would send of the form with this action, as it was drawn; ``do`` tells
        apart those with the same action."""
        having = f':has([name="do"][value="{do}"])' if do else ""
        form = self.page.css_first(f'form[action="{action}"]{having}')
        assert form is not None, f"no form for {action} on the page"
        sent: dict[str, list[str]] = {}
        for control in form.css("input, textarea, select"):
            name = control.attributes.get("name")
            if name:
                sent.setdefault(name, []).extend(_values(control))
        return {name: values for name, values in sent.items() if values}

    def _by_id(self, name: str) -> LexborNode:
        node = self.page.css_first(f'[id="{name}"]')
        assert node is not None, f"no element {name}"
        return node


def _values(control: LexborNode) -> list[str]:
    attributes = control.attributes
    if control.tag == "select":
        chosen = control.css("option[selected]")
        return [option.attributes.get("value") or "" for option in chosen]
    if control.tag == "textarea":
        return [control.text()]
    if attributes.get("type") in ("radio", "checkbox") and "checked" not in attributes:
        return []
    return [attributes.get("value") or ""]


class Client:
    """Keeps the cookies of links that it opened, and no others: people share it in tests."""

    routes = ROUTES

    def __init__(self, app: App):
        self.app = app
        self.sender = "192.0.2.1"
        self.opened: dict[str, str] = {}

    def get(self, address: str, **headers: str) -> Answer:
        """The page at an address; of a link, the page that it opens."""
        answer = self.send("GET", address, None, headers)
        opens = answer.status == 303 and answer.cookies
        return self.get(answer.location, **headers) if opens else answer

    def post(self, address: str, typed: Typed, **headers: str) -> Answer:
        body = urlencode(typed, doseq=True).encode()
        # A browser of today says where a post comes from.
        says = {} if "origin" in headers else {"sec-fetch-site": "same-origin"}
        return self.send("POST", address, body, {"content-type": FORM, **says, **headers})

    def send(
        self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        kept = [f"{name}={value}" for name, value in self.opened.items()]
        headers = {**headers, "cookie": "; ".join([*kept, headers.get("cookie", "")])}
        answer = self.ask(method, address, body, headers)
        for cookie in answer.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            if name.removeprefix(HOST).startswith(LINKS):
                self.opened[name] = value
        return answer

    def ask(
        self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """What the functions say; others ask them by another way."""
        parts = urlsplit(address)
        event: dict[str, Any] = {
            "version": "2.0",
            "rawPath": parts.path,
            "rawQueryString": parts.query,
            "headers": headers,
            "requestContext": {
                "http": {"method": method, "path": parts.path, "sourceIp": self.sender}
            },
            "isBase64Encoded": False,
        }
        if body is not None:
            event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        answer = respond(self.routes, event, self.app).answer
        text, raw = answer["body"], b""
        if answer.get("isBase64Encoded"):
            text, raw = "", base64.b64decode(text)
        return Answer(answer["statusCode"], answer["headers"], text, raw, answer.get("cookies", ()))
