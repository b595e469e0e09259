"""Strangers who connect to ``build.py serve``, as it is started, and do their worst."""

import http.client
import json
import resource
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from functions.orders.steps import pace
from generator.serve.connections import Bounds, bounds
from tests.support.orders import WISH
from tests.support.servers import answers, free_port, missing, running

pytestmark = pytest.mark.slow

PRODUCT = Path(__file__).parents[2]
HEAD = b"POST /api/wish HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
FEW = 1024
MANY = 2000


class Site(NamedTuple):
    """A running server, its log, and connections to it that stay open."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    stack: ExitStack

    def connect(self, sender: int, sent: bytes = b"") -> socket.socket:
        source = (f"127.1.{sender // 250}.{sender % 250 + 1}", 0)
        opened = socket.create_connection(("127.0.0.1", self.port), 30, source)
        self.stack.enter_context(opened)
        with suppress(OSError):
            opened.sendall(sent)
        return opened

    def is_well(self) -> bool:
        """Whether a resident's form is drawn, and her wish filed."""
        address = f"http://127.0.0.1:{self.port}/wish/"
        with urllib.request.urlopen(address, timeout=30) as drawn:
            return drawn.status == 200 and bool(self.file())

    def file(self, what: str = "no") -> str:
        """The number of a new wish, or the address of its page (``track``)."""
        typed = urlencode({**WISH, "once": str(time.monotonic()), "again": "yes"}).encode()
        address = f"http://127.0.0.1:{self.port}/api/wish"
        asked = urllib.request.Request(address, typed, {"accept": "application/json"})
        with urllib.request.urlopen(asked, timeout=30) as filed:
            assert filed.status == 201
            return str(json.load(filed)[what])

    def memory(self) -> int:
        """The most that it ever had, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@contextmanager
def served(root: Path, folder: Path, files: int = 0, *options: str) -> Iterator[Site]:
    port, log = free_port(), folder / "log"
    limited = ["bash", "-c", f'ulimit -n {files}; exec "$@"', "-"] if files else []
    command = [*limited, sys.executable, "build.py", "serve", "--root", str(root)]
    given = [*command, "--port", str(port), *options]
    with ExitStack() as stack:
        ready = answers(f"http://127.0.0.1:{port}/")
        yield Site(port, stack.enter_context(running(given, ready, log=log)), log, stack)


@pytest.fixture(autouse=True)
def files() -> Iterator[None]:
    """This process opens thousands of connections itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * MANY:
        missing("a hard limit of 4,000 open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def still_open(connections: list[socket.socket]) -> int:
    """How many are not closed by now."""
    count = 0
    for each in connections:
        each.setblocking(False)
        with suppress(ConnectionError):
            try:
                each.recv(1)
            except BlockingIOError:
                count += 1
    return count


def test_of_two_thousand_silent_connections_of_one_sender_a_few_stay(
    root: Path, tmp_path: Path
) -> None:
    with served(root, tmp_path) as site:
        silent = [site.connect(0) for _ in range(MANY)]
        assert site.is_well()
        assert still_open(silent) <= Bounds().of_sender
        assert site.log.stat().st_size < 10_000


def test_two_thousand_silent_connections_of_many_senders_keep_nobody_out(
    root: Path, tmp_path: Path
) -> None:
    with served(root, tmp_path) as site:
        silent = [site.connect(number % 250) for number in range(MANY)]
        assert site.is_well()
        time.sleep(Bounds().begin + 3)
        assert still_open(silent) == 0
        assert site.is_well()
        assert " slow" in site.log.read_text()


def test_where_few_files_can_be_open_the_longest_waiting_give_way(
    root: Path, tmp_path: Path
) -> None:
    with served(root, tmp_path, FEW) as site:
        silent = [site.connect(number) for number in range(FEW + 100)]
        assert site.is_well()
        assert still_open(silent) <= bounds(FEW).connections
        assert "Too many open files" not in site.log.read_text()
        assert site.log.stat().st_size < 10_000


def test_unfinished_bodies_and_heads_without_end_take_little_memory(
    root: Path, tmp_path: Path
) -> None:
    with served(root, tmp_path) as site:
        assert site.is_well()
        before = site.memory()
        body = HEAD + b"Content-Length: 4000000\r\n\r\n" + b"x" * 3_900_000
        held = [site.connect(number, body) for number in range(60)]
        endless = [site.connect(number, HEAD + b"A: " + b"a" * 4_000_000) for number in range(20)]
        assert site.is_well()
        assert still_open(endless) == 0
        assert still_open(held) < 60
        assert site.memory() - before < 2 * Bounds().unfinished


def test_only_a_proxy_that_is_named_is_believed(root: Path, tmp_path: Path) -> None:
    for options, statuses in ((("--behind", "127.0.0.1"), [422, 303]), ((), [422, 422])):
        with served(root, tmp_path, 0, *options) as site:
            no = site.file()
            for _ in range(6):
                assert _guess(site, no, "0000", "203.0.113.1") == 422
            found = [
                _guess(site, no, "5678", "203.0.113.1"),
                _guess(site, no, "5678", "203.0.113.2"),
            ]
            assert found == statuses


def _guess(site: Site, no: str, last4: str, sender: str) -> int:
    """The status of an answer to these digits, for whom a proxy says to ask."""
    typed = urlencode({"no": no, "last4": last4})
    head = HEAD.replace(b"/api/wish", b"/api/order")
    head += f"X-Forwarded-For: {sender}\r\nContent-Length: {len(typed)}\r\n\r\n{typed}".encode()
    with socket.create_connection(("127.0.0.1", site.port), 30) as asked:
        asked.sendall(head)
        return int(asked.recv(100).split()[1])


def test_who_adds_notes_with_a_link_without_end_adds_a_few(root: Path, tmp_path: Path) -> None:
    with served(root, tmp_path) as site:
        track = urlsplit(site.file("track")).query
        typed = [f"{track}&do=note&note={number}".encode() for number in range(3 * pace.MOST)]
        with ThreadPoolExecutor(5) as pool:
            noted = Counter(pool.map(lambda each: _post(site, "/api/order", each), typed))
            assert site.is_well()
        assert noted == {303: pace.MOST, 429: 2 * pace.MOST}
        assert site.is_well()


def _post(site: Site, path: str, typed: bytes) -> int:
    """The status of the answer to a form."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    with closing(connection):
        form = {"content-type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, typed, form)
        return connection.getresponse().status
