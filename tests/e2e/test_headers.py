"""Every kind of answer of ``build.py serve`` carries the headers that guard a page."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from urllib.request import Request

import pytest
from selectolax.lexbor import LexborHTMLParser

from functions.web.headers import META_POLICY, SECURITY
from tests.support.client import Answer
from tests.support.orders import WISH
from tests.support.program import Server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(small_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(small_site, tmp_path_factory.mktemp("data"))
    yield server
    server.kill()


def guarded(headers: dict[str, str]) -> None:
    own = {"same-origin", "no-referrer"}
    assert headers.pop("referrer-policy", "") in own
    assert SECURITY.items() - {("referrer-policy", "same-origin")} <= headers.items()
    assert "strict-transport-security" not in headers  # Over plain HTTP it would mean nothing.


def sent(server: Server, path: str, method: str = "GET", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return server._open(Request(server.address + path, method=method, headers=named))


def raw(server: Server, request: bytes) -> tuple[int, dict[str, str]]:
    """The answer to bytes that no client would send."""
    place = urlsplit(server.address)
    with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
        connection.sendall(request)
        head = connection.makefile("rb").read().decode().partition("\r\n\r\n")[0].split("\r\n")
    fields = [line.partition(": ") for line in head[1:]]
    assert len({name for name, _, _ in fields}) == len(fields)  # None twice.
    return int(head[0].split()[1]), {name.lower(): value for name, _, value in fields}


def test_each_kind_of_answer_has_all_headers(server: Server) -> None:
    tag = sent(server, "/about/").headers["etag"]
    answers = {
        "page": (200, sent(server, "/")),
        "file": (200, sent(server, "/robots.txt")),
        "head": (200, sent(server, "/", "HEAD")),
        "unchanged": (304, sent(server, "/about/", if_none_match=tag)),
        "part": (206, sent(server, "/about/", range="bytes=1-3")),
        "no such part": (416, sent(server, "/about/", range="bytes=99999999-")),
        "missing": (404, sent(server, "/nothing/")),
        "slash": (302, sent(server, "/about")),
        "method": (405, sent(server, "/about/", "DELETE")),
        "form": (200, sent(server, "/wish/")),
        "filed": (303, server.post("/api/wish", urlencode(WISH))),
        "wrong": (422, server.post("/api/wish", "")),
        "no such method": (405, sent(server, "/api/wish", "DELETE")),
        "desk": (403, sent(server, "/desk/")),
        "sign in": (200, sent(server, "/desk/sign-in/")),
        "health": (200, sent(server, "/health")),
    }
    for name, (status, answer) in answers.items():
        assert (name, answer.status) == (name, status)
        guarded(dict(answer.headers))
    assert answers["form"][1].headers["referrer-policy"] == "no-referrer"


def test_what_the_server_itself_refuses_has_them_too(server: Server) -> None:
    status, headers = raw(server, b"GET / HTTP/1.1\r\nbad header\r\n\r\n")
    assert status == 400
    guarded(headers)


def test_a_request_to_speak_another_protocol_is_answered_as_any_other(server: Server) -> None:
    more = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    upgrade = b"Host: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n" + more
    status, headers = raw(server, b"GET / HTTP/1.1\r\n%s\r\n" % upgrade)
    assert status == 200
    guarded(headers)


def test_no_header_is_sent_twice(server: Server) -> None:
    end = b"Host: a\r\nConnection: close\r\n\r\n"
    for path in (b"/", b"/wish/", b"/desk/sign-in/", b"/nothing/"):
        guarded(raw(server, b"GET %s HTTP/1.1\r\n%s" % (path, end))[1])


def test_who_says_of_herself_that_she_came_over_tls_is_not_believed(server: Server) -> None:
    answer = sent(server, "/wish/", x_forwarded_proto="https")
    guarded(dict(answer.headers))


def test_the_first_byte_of_a_file_is_a_part_of_it(server: Server) -> None:
    whole = sent(server, "/robots.txt").body
    size = len(whole)
    for asked, place, part in (
        ("bytes=0-0", f"bytes 0-0/{size}", whole[0]),
        ("bytes=-1", f"bytes {size - 1}-{size - 1}/{size}", whole[-1]),
        ("bytes=0-1", f"bytes 0-1/{size}", whole[:2]),
    ):
        answer = sent(server, "/robots.txt", range=asked)
        assert (answer.status, answer.headers["content-range"]) == (206, place)
        assert answer.body == part


@pytest.mark.parametrize("path", ["/.wudan", "/.wudan/", "/%2ewudan", "/news/..%2f.wudan"])
def test_what_builds_note_is_not_served(server: Server, path: str) -> None:
    assert sent(server, path).status == 404


def test_pages_say_themselves_what_a_bucket_cannot(small_site: Path) -> None:
    for name in ("index.html", "404.html", "news/index.html"):
        page = LexborHTMLParser((small_site / "public" / name).read_text())
        policy = page.css_first('meta[http-equiv="Content-Security-Policy"]')
        assert policy is not None
        assert policy.attributes["content"] == META_POLICY
        assert "frame-ancestors" not in META_POLICY
        assert page.css_first('meta[name="referrer"]') is not None
