"""How long residents and staff wait while strangers attack, and what that costs the server.

    python -m bench.attacks [--senders 2000] [--seconds 20] [--only NAME] [--program DIR]

A server of its own, which nothing stands in front of. Each attack is so many connections, which
another process keeps up: what is closed is opened again, 50 a second. Once they come from one
address, once from two hundred (127.0.0.0/8). Meanwhile ``/wish/`` is asked for twenty times a
second, and five times a second each the desk's page to sign in and its list of orders, by somebody
who is signed in; from an address of its own, at moments fixed beforehand, from which the time of an
answer counts. What is not answered with the page counts as two minutes.

Prints for each the median, the 99th of a hundred and the slowest of the forms, the slowest of the
desk's two, how much of a processor the server's process took, the most memory that it had so far,
and what it wrote into its log.
"""

import http.client
import json
import math
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import click

from bench.apart import FORM, LONGEST, PRODUCT, WISH, Server, forms, served

DESK_RATE = 5
ADDRESSES = 200
AGAIN = 50
PAUSE = 0.05
HEAD = b"POST /api/wish HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
BODY = HEAD + b"Content-Length: 190000\r\n\r\n"
MARKS = "%CC%81%CC%96" * 15_000


class Attack(NamedTuple):
    """What each connection sends at first, and then again and again, every so many seconds; or,
    where ``every`` is 0, as soon as it is answered. ``share`` of the senders do it. What it sends
    may need something of the server at a port; ``%02d`` behind a ``=`` becomes a number."""

    first: bytes | Callable[[int], bytes]
    again: bytes = b""
    every: float = 1.0
    share: float = 1.0


def _form(path: str, typed: str) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    head += "Sec-Fetch-Site: same-origin\r\n"
    return f"{head}Content-Length: {len(typed)}\r\n\r\n{typed}".encode()


def _note(port: int) -> bytes:
    """A note to an order, by whoever was passed its link."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    headers = {**FORM, "accept": "application/json"}
    connection.request("POST", "/api/wish", urlencode({**WISH, "once": "noted"}), headers)
    filed = json.loads(connection.getresponse().read())
    key = parse_qs(urlsplit(filed["track"]).query)["key"][0]
    return _form("/api/order", f"do=note&no={filed['no']}&key={key}&note=%02d")


ATTACKS = {
    "silent": Attack(b""),
    "head that drips": Attack(HEAD, b"A: b\r\n", 5),
    "body that drips": Attack(BODY, b"x", 5),
    "body held back": Attack(BODY + b"x" * 180_000),
    "head without end": Attack(HEAD, b"A: " + b"a" * 4_000 + b"\r\n"),
    "body without end": Attack(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"fa0\r\n" + b"x" * 4_000 + b"\r\n"
    ),
    "combining marks": Attack(_form("/api/rating", f"key=a&no=2{MARKS}"), every=0, share=0.01),
    "signing in": Attack(_form("/desk/sign-in/", "name=%02d&password=x"), every=0, share=0.1),
    "adding notes": Attack(_note, every=0, share=0.01),
}
"""The endless ones send 8 MB a second together: more than most stations' line takes."""


class Strangers:
    """Connections of one attack that are kept up."""

    def __init__(self, port: int, attack: Attack, senders: int, addresses: int):
        self.port, self.attack, self.addresses = port, attack, addresses
        self.first = attack.first if isinstance(attack.first, bytes) else attack.first(port)
        self.senders = max(1, int(senders * attack.share))
        self.number, self.began = 0, time.monotonic()
        self.selector = selectors.DefaultSelector()
        self.due: dict[socket.socket, float] = {}

    def keep_up(self) -> None:
        """Attack until this process is killed."""
        while True:
            allowed = self.senders + AGAIN * (time.monotonic() - self.began)
            while len(self.due) < self.senders and self.number < allowed:
                self.open()
            for key, _ in self.selector.select(PAUSE):
                with suppress(BlockingIOError):
                    self.read(cast(socket.socket, key.fileobj))
            now = time.monotonic()
            for each in [each for each, at in self.due.items() if at < now]:
                self.due[each] = now + self.attack.every
                self.send(each, self.attack.again)

    def open(self) -> None:
        self.number += 1
        at = self.number % self.addresses
        with suppress(OSError):
            source = (f"127.1.{at // 250}.{at % 250 + 1}", 0)
            opened = socket.create_connection(("127.0.0.1", self.port), 5, source)
            opened.setblocking(False)
            self.selector.register(opened, selectors.EVENT_READ)
            self.due[opened] = time.monotonic() + (self.attack.every or math.inf)
            self.send(opened, self.first)

    def read(self, connection: socket.socket) -> None:
        """Take what came: the end of the connection, or an answer, after which it goes on."""
        came = b""
        with suppress(ConnectionError):
            came = connection.recv(1_000_000)
        if not came:
            self.selector.unregister(connection)
            connection.close()
            del self.due[connection]
        elif not self.attack.every:
            self.number += 1
            self.send(connection, self.first)

    def send(self, connection: socket.socket, what: bytes) -> None:
        """Send, as far as the system takes it at once."""
        with suppress(OSError):
            connection.send(what.replace(b"=%02d", b"=%02d" % (self.number % 100)))


@contextmanager
def attacking(server: Server, name: str, senders: int, addresses: int) -> Iterator[None]:
    """So many senders, in a process of their own, while the block lasts."""
    given = [str(server.port), name, str(senders), str(addresses)]
    process = subprocess.Popen([sys.executable, "-m", "bench.attacks", *given], cwd=PRODUCT)  # noqa: S603
    try:
        time.sleep(3)  # Until they are at work.
        yield
    finally:
        process.kill()
        process.wait()


def measure(server: Server, seconds: float, log: Path) -> str:
    """The answers to forms and at the desk, as cells of a table."""
    began, worked = time.monotonic(), server.worked()
    stranger = Server(server.port, server.process, server.database)
    with ThreadPoolExecutor(2) as pool:
        sign_in = pool.submit(forms, stranger, seconds, "/desk/sign-in/", DESK_RATE)
        board = pool.submit(forms, server, seconds, "/desk/", DESK_RATE)
        found = forms(Server(server.port, server.process, server.database), seconds)
    share = 100 * (server.worked() - worked) / (time.monotonic() - began)
    worst = statistics.quantiles(found, n=100)[98]
    times = f"{statistics.median(found):.0f} | {worst:.0f} | {max(found):.0f}"
    desk = f"{max(sign_in.result()):.0f} | {max(board.result()):.0f}"
    memory = f"{server.memory():.0f} | {log.stat().st_size / 1024:.0f}"
    return f"{times} | {desk} | {share:.0f} | {memory}"


@click.command()
@click.option("--senders", default=2000, show_default=True)
@click.option("--seconds", default=20.0, show_default=True)
@click.option("--only", type=click.Choice([*ATTACKS]))
@click.option("--program", default=PRODUCT, type=click.Path(path_type=Path))
def main(senders: int, seconds: float, only: str | None, program: Path) -> None:
    """Run each attack and print a table."""
    click.echo(
        "| attack, from addresses | median | p99 | slowest, ms | sign-in, slowest | desk, slowest |"
        " processor, % | MiB | log, KiB |"
    )
    click.echo("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name in [only] if only else ATTACKS:
        for addresses in (1, ADDRESSES):
            with tempfile.TemporaryDirectory() as folder:
                log = Path(folder, "log")
                with served(program.resolve(), Path(folder), 100, log) as server:
                    for path in ("/wish/", "/desk/"):
                        forms(server, 1, path, DESK_RATE)  # Imports at the first do not count.
                    if addresses == 1:
                        quiet = measure(server, 5, log)
                        click.echo(f"| nobody | {quiet} |")
                    with attacking(server, name, senders, addresses):
                        cells = measure(server, seconds, log)
                    click.echo(f"| {name}, {addresses} | {cells} |")


if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[1].isdecimal():
        port, name, *numbers = sys.argv[1:]
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        Strangers(int(port), ATTACKS[name], *map(int, numbers)).keep_up()
    else:
        main()
