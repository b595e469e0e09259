"""Wishes filed per second on one machine, beside the same form written in Django.

    python -m venv rival && rival/bin/pip install -r bench/django/requirements.txt
    python -m bench.wishes --python rival/bin/python [--seconds 8] [--rounds 5]

All are one process, and keep what they file in SQLite on disk, with as large a cache and log: each
acknowledged order was synced (WAL, ``synchronous = FULL``). Django is behind uvicorn, set as ours
is, which hands its requests to threads; and once more behind waitress with as many threads, which
suits it better. Ours does more for an order: it seals what is personal, and keeps lists and
counters; Django goes without sessions and tokens against forged posts, which this form of ours
needs as little.

In turn each is sent different wishes by sixteen senders, as fast as it answers, on connections that
are kept; then 100 a second, at moments fixed beforehand, from which the time of an answer counts.
At the end each must have exactly the orders that it acknowledged.
"""

import itertools
import json
import re
import selectors
import shutil
import socket
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import click

from generator.serve.server import THREADS, UVICORN
from tests.support import corpus
from tests.support.servers import answers, free_port, running

PRODUCT = Path(__file__).parents[1]
OURS = "ours"
SENDERS = 16
RATE = 100
TOLD = urlencode(
    {
        "service": "service-000",
        "detail": "老人腿脚不便，想请人上门理发，平时都在家。",
        "name": "欧阳奶奶",
        "address": "3 栋 2 单元 401",
        "consent": "yes",
    }
).encode()
NUMBERED = b"&once=once-%020d&phone=138%08d"
HEAD = (
    b"POST /api/wish HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: %d\r\n\r\n" % len(TOLD + NUMBERED % (0, 0))
)
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)

numbers = itertools.count()


class Rival:
    """A running server, and how many orders it acknowledged."""

    def __init__(self, port: int, database: Path, table: str):
        self.port, self.database, self.table = port, database, table
        self.filed = 0

    def stored(self) -> int:
        with sqlite3.connect(self.database) as db:
            (count,) = db.execute(f"SELECT count(*) FROM {self.table}").fetchone()  # noqa: S608
        return int(count)


class Sender:
    """One connection that is kept; it waits for one answer at a time."""

    def __init__(self, port: int):
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answer = b""
        self.fileno, self.close = self._socket.fileno, self._socket.close

    def file(self, due: float) -> None:
        """Send off a wish that nobody filed before."""
        self.due, number = due, next(numbers)
        self._socket.sendall(HEAD + TOLD + NUMBERED % (number, number))

    def acknowledged(self) -> bool:
        """Take what has come; whether the answer is whole."""
        came = self._socket.recv(65536)
        if not came:
            raise click.ClickException("a connection was closed")
        self._answer += came
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end:
            return False
        if not head.startswith((b"HTTP/1.1 303", b"HTTP/1.1 302")):
            raise click.ClickException(self._answer.decode())
        length = LENGTH.search(head)
        if len(body) < (int(length[1]) if length else 0):
            return False
        self._answer = b""
        return True


def send(rival: Rival, moments: Iterator[float]) -> list[float]:
    """File a wish at each of these moments, or as soon after it as a sender is free.

    Returns how long after its moment each was acknowledged.
    """
    took = []
    with ExitStack() as stack:
        free = [stack.enter_context(closing(Sender(rival.port))) for _ in range(SENDERS)]
        selector = stack.enter_context(selectors.DefaultSelector())
        for sender in free:
            selector.register(sender, selectors.EVENT_READ)
        due = next(moments, None)
        while due is not None or len(free) < SENDERS:
            while free and due is not None and due <= time.perf_counter():
                free.pop().file(due)
                due = next(moments, None)
            wait = max(0.0, due - time.perf_counter()) if free and due is not None else None
            for key, _ in selector.select(wait):
                sender = cast(Sender, key.fileobj)
                if sender.acknowledged():
                    took.append(time.perf_counter() - sender.due)
                    free.append(sender)
    rival.filed += len(took)
    return took


def at_full_speed(rival: Rival, seconds: float) -> float:
    """How many it files a second."""
    until = time.perf_counter() + seconds
    return len(send(rival, iter(lambda: min(time.perf_counter(), until), until))) / seconds


def at_a_rate(rival: Rival, seconds: float) -> list[float]:
    """The time of each answer, from the moment at which the wish was due."""
    began = time.perf_counter()
    return send(rival, (began + number / RATE for number in range(int(RATE * seconds))))


def as_it_reads(root: Path, program: Path) -> None:
    """Give the site there the files whose keys each version of the program has of its own."""
    shutil.copytree(program / "content/forms", root / "content/forms", dirs_exist_ok=True)
    shutil.copy(program / "site.yaml", root)


@contextmanager
def ours(folder: Path, program: Path = PRODUCT) -> Iterator[Rival]:
    """``build.py serve``, as it is; of another version, whose folder is ``program``."""
    root, port = folder / "root", free_port()
    corpus.make(root, 20, 5, 10)
    as_it_reads(root, program)
    command: list[str | Path] = [
        sys.executable,
        program / "build.py",
        "serve",
        "--root",
        root,
        "--port",
        str(port),
    ]
    with running(command, answers(f"http://127.0.0.1:{port}/")):
        yield Rival(port, root / "var/wudan.db", "heads")


@contextmanager
def theirs(folder: Path, python: str, *settings: str) -> Iterator[Rival]:
    """Django's, behind uvicorn with these settings, or without any behind waitress."""
    port = free_port()
    command: list[str | Path] = [
        python,
        PRODUCT / "bench/django/rival.py",
        folder,
        str(port),
        str(THREADS),
        *settings,
    ]
    with running(command, answers(f"http://127.0.0.1:{port}/")):
        yield Rival(port, folder / "rival.db", "rival_order")


@click.command()
@click.option("--python", required=True, help="That of a venv with Django and both servers.")
@click.option("--seconds", default=8.0, show_default=True)
@click.option("--rounds", default=5, show_default=True)
def main(python: str, seconds: float, rounds: int) -> None:
    """Measure all in turn; print medians, spread and ratios."""
    speed: dict[str, list[float]] = defaultdict(list)
    took: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:

        def folder() -> Path:
            return Path(stack.enter_context(tempfile.TemporaryDirectory()))

        rivals = {OURS: stack.enter_context(ours(folder()))}
        for server, settings in {"uvicorn": [json.dumps(UVICORN)], "waitress": []}.items():
            django = stack.enter_context(theirs(folder(), python, *settings))
            rivals[f"Django, {server}"] = django
        for rival in rivals.values():
            at_full_speed(rival, 1)  # What is imported at the first is no matter.
        for _ in range(rounds):
            for name, rival in rivals.items():
                speed[name].append(at_full_speed(rival, seconds))
            for name, rival in rivals.items():
                took[name] += at_a_rate(rival, seconds)
        for name, rival in rivals.items():
            if rival.stored() != rival.filed:
                raise click.ClickException(f"{name}: {rival.filed} filed, {rival.stored()} there")
    for name, found in speed.items():
        middle, worst = statistics.median(found), statistics.quantiles(took[name], n=100)[98]
        click.echo(
            f"{name:18}{middle:6.0f} wishes/s ({min(found):.0f} to {max(found):.0f})"
            f"{statistics.median(speed[OURS]) / middle:6.2f} times that is ours;"
            f" at {RATE}/s: median {1000 * statistics.median(took[name]):.1f} ms,"
            f" p99 {1000 * worst:.1f} ms"
        )


if __name__ == "__main__":
    main()
