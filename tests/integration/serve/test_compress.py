"""Files as readers get them who take them compressed, and those who do not."""

import gzip
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import brotli
import pytest

from generator.serve import compress
from generator.serve.server import files

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}


@pytest.fixture(scope="module")
def public(bundle: Path) -> Path:
    return bundle.parent.parent / "public"


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def port(public: Path) -> Iterator[int]:
    application = compress.application(files(public))
    with make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def got(
    port: int, address: str, accept: str, method: str = "GET", **more: str
) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    connection.request(method, address, headers={"accept-encoding": accept, **headers})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("BR ; q=1.0", "br"),
        ("*", "br"),
        ("gzip;q=0, *;q=0.000", None),
        ("identity", None),
        ("", None),
    ],
)
def test_a_page_comes_as_the_reader_takes_it(
    port: int, public: Path, accept: str, encoding: str | None
) -> None:
    answer, body = got(port, "/about/", accept)
    assert answer.headers["content-encoding"] == encoding
    assert UNPACK[encoding](body) == (public / "about/index.html").read_bytes()
    assert answer.headers["content-length"] == str(len(body))
    assert "Accept-Encoding" in answer.headers["vary"]


def test_a_page_that_is_known_already_is_not_sent_again(port: int) -> None:
    for accept in ("br", ""):
        tag = got(port, "/about/", accept)[0].headers["etag"]
        assert tag.startswith("W/") == bool(accept)
        answer, body = got(port, "/about/", accept, if_none_match=tag)
        assert (answer.status, body) == (304, b"")


def test_a_part_is_a_part_of_the_file_itself(port: int, public: Path) -> None:
    answer, body = got(port, "/about/", "br", range="bytes=5-14")
    assert (answer.status, answer.headers["content-encoding"]) == (206, None)
    assert body == (public / "about/index.html").read_bytes()[5:15]


def test_what_is_small_is_sent_as_it_is(port: int, public: Path) -> None:
    answer, body = got(port, "/robots.txt", "br")
    assert (answer.status, answer.headers["content-encoding"]) == (200, None)
    assert body == (public / "robots.txt").read_bytes()


def test_a_missing_page_and_a_head_are_answered(port: int, public: Path) -> None:
    answer, body = got(port, "/nothing/", "gzip")
    assert (answer.status, gzip.decompress(body)) == (404, (public / "404.html").read_bytes())
    answer, body = got(port, "/about/", "gzip", method="HEAD")
    assert (answer.status, body) == (200, b"")


@pytest.mark.parametrize("path", ["/\0", "/wish/\0", "/\0.html"])
def test_an_address_with_a_nul_is_missing_like_any_other(tmp_path: Path, path: str) -> None:
    (tmp_path / "404.html").write_text("没有这一页")
    said: list[str] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_ACCEPT_ENCODING": "gzip"}
    application = compress.application(files(tmp_path))

    def begin(status: str, headers: object, *rest: object) -> Any:
        said.append(status)

    body = b"".join(application(environ, begin))
    assert said == ["404 Not Found"]
    assert body
