"""Connections within bounds: real sockets on loopback, a server with small bounds."""

import asyncio
import importlib.util
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
import uvicorn
from a2wsgi.asgi_typing import Receive, Scope, Send

from generator.serve.connections import (
    FILES,
    ROUNDS,
    Bounds,
    Connection,
    Connections,
    backlog,
    bounds,
)
from generator.serve.server import UVICORN

SMALL = Bounds(
    connections=12,
    of_sender=6,
    unfinished=400_000,
    unfinished_of_sender=200_000,
    head=8_000,
    body=500_000,
    begin=30,
    finish=30,
    idle=30,
    take=30,
)
HASTY = SMALL._replace(begin=1, finish=1, take=1)
ASK = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
LARGE = 8_000_000
HUGE = 3 * LARGE + 500_000
"""More than the system takes from the server for somebody who takes nothing, many times."""
HEAD = re.compile(rb"HTTP.*?content-length: (\d+)\r\n(?:.*?\r\n)?\r\n", re.DOTALL)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the whole body and answers with its length, or with what the path asks for."""
    assert scope["type"] == "http"
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return
        length, more = length + len(message["body"]), message["more_body"]
    if scope["path"] == "/slow":
        await asyncio.sleep(2.5)
    said = {
        "/large": b"x" * LARGE,
        "/huge": b"x" * (3 * LARGE),
        "/headers": b",".join(name for name, _ in scope["headers"]),
    }
    body = said.get(scope["path"], b"%d" % length)
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


class Site:
    """A server with these bounds, and people who connect to it from any address of loopback."""

    def __init__(self, connections: Connections, port: int, stack: ExitStack):
        self.connections, self._port, self._stack = connections, port, stack

    def connect(self, sent: bytes = b"", sender: int = 1) -> socket.socket:
        source = (f"127.0.0.{sender}", 0)
        opened = socket.create_connection(("127.0.0.1", self._port), 10, source)
        self._stack.enter_context(opened)
        opened.sendall(sent)
        return opened

    def ask(self, path: bytes = b"", sender: int = 1) -> bytes:
        return answer(self.connect(ASK % path, sender))


@contextmanager
def served(bounds: Bounds = SMALL, *proxies: str) -> Iterator[Site]:
    connections = Connections(bounds, proxies)
    server = uvicorn.Server(
        uvicorn.Config(application, **UVICORN | {"http": connections, "port": 0})
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with ExitStack() as stack:
            yield Site(connections, port, stack)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    with served() as site:
        yield site


@pytest.fixture
def hasty() -> Iterator[Site]:
    """One that waits for nobody longer than a second."""
    with served(HASTY) as site:
        yield site


def answer(connection: socket.socket) -> bytes:
    """The next answer, or as much of it as comes; empty where the connection was closed."""
    came, length = b"", None
    with suppress(ConnectionResetError):
        while length is None or len(came) < length:
            if not (more := connection.recv(1_000_000)):
                break
            came += more
            if length is None and (head := HEAD.match(came)):
                length = head.end() + int(head[1])
    return came


def until(happened: Callable[[], bool]) -> None:
    """Wait for what the server is about to do."""
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < 10
        time.sleep(0.01)


def is_closed(connection: socket.socket) -> bool:
    """Whether it is closed by now."""
    connection.settimeout(0)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def drip(piece: Callable[[], bytes], *connections: socket.socket) -> float:
    """Send a piece on each from time to time; return after how many seconds all were closed."""
    began, left = time.monotonic(), [*connections]
    while left and time.monotonic() - began < 10:
        time.sleep(0.1)
        left = [each for each in left if not is_closed(each)]
        for each in left:
            try:
                each.send(piece())
            except (BrokenPipeError, ConnectionResetError, BlockingIOError):
                continue
    assert not left
    return time.monotonic() - began


def answered(site: Site) -> bool:
    return site.ask(sender=99).endswith(b"\r\n\r\n0")


@pytest.mark.slow
def test_the_silent_are_closed_and_others_are_answered_meanwhile(hasty: Site) -> None:
    silent = [hasty.connect() for _ in range(5)]
    assert answered(hasty)
    assert drip(lambda: b"", *silent) < 5
    assert hasty.connections.closed == {"slow": 5}


@pytest.mark.slow
@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nA: "])
def test_a_head_that_drips_is_closed(hasty: Site, begun: bytes) -> None:
    pieces = b"\r\n" if not begun else b"a" if begun.endswith(b" ") else b"a: b\r\n"
    assert drip(lambda: pieces, hasty.connect(begun), hasty.connect(begun)) < 5
    assert hasty.connections.closed == {"slow": 2}


@pytest.mark.slow
def test_a_connection_that_was_answered_may_not_drip_either(hasty: Site) -> None:
    used = hasty.connect(ASK % b"")
    assert answer(used)
    assert drip(lambda: b"\r\n", used) < 5
    used = hasty.connect(ASK % b"" + b"GET")  # Another request, begun before the answer.
    assert answer(used)
    assert drip(lambda: b"", used) < 5


@pytest.mark.slow
def test_a_body_that_drips_is_closed_and_one_that_flows_is_not(hasty: Site) -> None:
    slow = hasty.connect(POST % 100_000)
    flowing = hasty.connect(POST % 60_000)
    for _ in range(20):
        flowing.sendall(b"x" * 3_000)
        if not is_closed(slow):
            slow.send(b"x")
        time.sleep(0.15)
    flowing.settimeout(5)
    assert answer(flowing).endswith(b"60000")
    assert is_closed(slow)


@pytest.mark.parametrize("name", [b"A: " + b"a" * 9_000, b"A: a\r\n" * 2_000, b"a" * 300_000])
def test_a_head_without_end_is_refused(site: Site, name: bytes) -> None:
    endless = site.connect()
    with pytest.raises((BrokenPipeError, ConnectionResetError)):  # noqa: PT012
        endless.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        for _ in range(1000):
            endless.sendall(name)
    assert sum(site.connections.closed.values()) == site.connections.closed["431"] == 1
    assert answered(site)


@pytest.mark.parametrize("sent", [b"GET /?" + b"a" * 9_000, b"\r\n" * 5_000, b"\n" * 9_000])
def test_who_sends_a_head_that_is_too_long_is_told(site: Site, sent: bytes) -> None:
    told = site.connect(sent)
    said = answer(told)
    assert said.startswith(b"HTTP/1.1 431 ")
    assert "太长" in said.decode()


def test_a_body_without_end_is_refused(site: Site) -> None:
    endless = site.connect(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    with pytest.raises((BrokenPipeError, ConnectionResetError)):  # noqa: PT012
        for _ in range(1000):
            endless.sendall(b"2710\r\n" + b"x" * 10_000 + b"\r\n")
    assert site.connections.closed["unfinished"] + site.connections.closed["413"] == 1
    assert answered(site)


@pytest.mark.parametrize("more", [b"X: b\r\n", b"1;" + b"x" * 200 + b"\r\nx\r\n"])
def test_trailers_and_signs_around_chunks_without_end_are_refused(site: Site, more: bytes) -> None:
    chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n"
    endless = site.connect(chunked + b"0\r\n" * more.startswith(b"X"))
    with pytest.raises((BrokenPipeError, ConnectionResetError)):  # noqa: PT012
        for _ in range(100_000):
            endless.sendall(more)
    assert site.connections.closed == {"431": 1}
    assert answered(site)


def test_small_chunks_and_a_trailer_are_taken_and_the_trailer_is_no_header(site: Site) -> None:
    chunked = b"POST /headers HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    sent = chunked + b"8\r\nabcdefgh\r\n" * 5_000 + b"0\r\nCookie: x\r\n\r\n"
    assert answer(site.connect(sent)).endswith(b"host,transfer-encoding")


def test_of_one_senders_connections_the_longest_waiting_gives_way(site: Site) -> None:
    first = [site.connect() for _ in range(SMALL.of_sender)]
    other = site.connect(sender=2)
    more = [site.connect() for _ in range(3)]
    assert [answer(each) for each in first[:3]] == [b""] * 3
    assert not any(map(is_closed, [*first[3:], *more, other]))
    assert site.ask() != b""
    assert site.connections.closed == {"crowded": 4}


def test_where_all_places_are_taken_the_longest_waiting_gives_way(site: Site) -> None:
    waiting = [site.connect(sender=sender) for sender in range(1, SMALL.connections + 1)]
    assert answered(site)
    assert answer(waiting[0]) == b""
    assert not any(map(is_closed, waiting[1:]))


@pytest.mark.slow
def test_who_is_being_answered_gives_way_to_nobody(site: Site) -> None:
    asked = [site.connect(ASK % b"slow") for _ in range(SMALL.of_sender)]
    time.sleep(0.3)
    assert site.ask() == b""  # The newest has to wait until one of them is done.
    assert [answer(each)[-1:] for each in asked] == [b"0"] * SMALL.of_sender
    assert site.connections.closed == {"crowded": 1}
    assert site.ask() != b""


def test_unfinished_bodies_take_no_more_memory_than_is_allowed(site: Site) -> None:
    held = []
    for sender in (1, 1, 1, 2, 2, 3):
        held.append(site.connect(POST % 99_000 + b"x" * 90_000, sender))
        time.sleep(0.05)
    assert [is_closed(each) for each in held] == [True, True, False, False, False, False]
    assert site.connections.closed == {"unfinished": 2}
    for each in held[2:]:
        each.settimeout(5)
        each.sendall(b"x" * 9_000)
        assert answer(each).endswith(b"99000")


def test_answers_that_are_not_taken_take_no_more_memory_than_is_allowed() -> None:
    """Whoever has taken nothing for the longest gives way, of one sender and of all."""
    bounds = SMALL._replace(untaken_of_sender=2 * HUGE, untaken=3 * HUGE)
    with served(bounds) as site:
        everybody: Any = site.connections
        held, closed = everybody._all.loads["untaken"].held, site.connections.closed
        asked = list[socket.socket]()
        for sender in (1, 1, 1, 2, 2):
            asked.append(site.connect(ASK % b"huge", sender))
            until(lambda: len(held) + closed["untaken"] == len(asked))
        assert closed == {"untaken": 2}
        assert sorted(each.sender for each in held) == ["127.0.0.1", "127.0.0.2", "127.0.0.2"]


@pytest.mark.slow
def test_who_takes_nothing_of_an_answer_is_closed(hasty: Site) -> None:
    taking, other = hasty.connect(ASK % b"large"), hasty.connect(ASK % b"large")
    assert len(answer(taking)) > LARGE
    time.sleep(3)
    assert hasty.connections.closed == {"slow": 1}
    assert len(answer(other)) < LARGE


def test_requests_that_are_sent_ahead_are_answered_one_after_the_other(site: Site) -> None:
    ahead = site.connect((POST % 2 + b"ab") * 3 + ASK % b"")
    said = b""
    while said.count(b"HTTP/1.1 200") < 4 or not said.endswith(b"\r\n\r\n0"):
        said += ahead.recv(1000)
    assert [part[-1:] for part in said.split(b"HTTP/1.1 200")[1:]] == [b"2", b"2", b"2", b"0"]


def test_who_sends_thousands_of_requests_ahead_is_closed_before_they_are_read(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, begun = Connection.on_message_begin, list[Connection]()

    def counting(connection: Connection) -> None:
        begun.append(connection)
        begin(connection)

    monkeypatch.setattr(Connection, "on_message_begin", counting)
    with suppress(ConnectionResetError, BrokenPipeError):
        answer(site.connect(b"GET / HTTP/1.1\r\n\r\n" * 10_000))
    assert site.connections.closed == {"ahead": 1}
    assert len(begun) == 1 + SMALL.ahead + 1
    assert answered(site)


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
def test_who_asks_for_another_protocol_is_answered_and_takes_no_place(
    site: Site, protocol: bytes
) -> None:
    assert importlib.util.find_spec("wsproto")  # With which uvicorn would take them over.
    asked = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: %s\r\n" % protocol
    asked += b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    for _ in range(2 * SMALL.of_sender):
        with site.connect(asked) as connection:
            said = answer(connection)
        assert said.startswith(b"HTTP/1.1 200 ")
        assert said.endswith(b"\r\n\r\n0")
    assert site.ask() != b""
    assert not site.connections.closed


def test_a_proxys_connections_are_those_of_many() -> None:
    with served(SMALL, "127.0.0.1") as site:
        many = [site.connect() for _ in range(SMALL.connections)]
        assert not any(map(is_closed, many))


def test_nothing_is_remembered_of_those_who_went(site: Site) -> None:
    for sender in range(1, 20):
        connection = site.connect(POST % 99 + b"x", sender)
        connection.close()
    assert answered(site)
    time.sleep(0.3)
    everybody: Any = site.connections
    assert len(everybody._open) <= 1
    assert len(everybody._senders) <= 1
    assert [load.bytes for load in everybody._all.loads.values()] == [0, 0]


def test_fewer_connections_are_open_than_files_can_be() -> None:
    assert bounds(1_000_000).connections == Bounds().connections
    for files in (1024, 4096):
        left = files - ROUNDS * backlog(files) - FILES
        assert bounds(files).connections == left // 2 > files // 6
    assert bounds(10).connections == 1
