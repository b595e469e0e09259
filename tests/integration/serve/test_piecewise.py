"""Answers of WSGI that are read as fast as they are taken."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from generator.serve.piecewise import PIECE, application
from tests.support.loops import run

LARGE = 10 * PIECE


class Parts:
    """Parts of an answer, which says how many were read and whether it was closed."""

    def __init__(self, parts: Iterable[bytes]):
        self._parts, self.read, self.closed = parts, 0, False

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            self.read += len(part)
            yield part

    def close(self) -> None:
        self.closed = True


class Site:
    """An application with one thread, and those who ask it."""

    def __init__(self, parts: Iterable[bytes] = (b"x" * PIECE,) * 10):
        self.parts, self.began = parts, list[Parts]()
        self.sending = asyncio.Event()
        self._application = application(self._inner, 1)

    def _inner(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("206 Partial Content", [("X-Path", environ["PATH_INFO"])])
        self.began.append(Parts(self.parts))
        return self.began[-1]

    async def ask(self, taken: asyncio.Event, gone: asyncio.Event) -> list[Any]:
        """What is sent to somebody who takes the first piece, and the rest when it is time."""
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)
            if message.get("body"):
                self.sending.set()
                await taken.wait()

        async def receive() -> Any:
            await gone.wait()
            return {"type": "http.disconnect"}

        scope: Any = {"type": "http", "method": "GET", "path": "/a", "http_version": "1.1"}
        scope |= {"headers": [], "query_string": b"", "root_path": ""}
        await self._application(scope, receive, send)
        return sent


def at_once() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


def body(sent: list[Any]) -> bytes:
    return b"".join(message["body"] for message in sent[1:])


def test_who_takes_nothing_holds_no_thread_and_one_piece() -> None:
    async def trial() -> None:
        site, later, never = Site(), asyncio.Event(), asyncio.Event()
        slow = [asyncio.create_task(site.ask(later, never)) for _ in range(20)]
        quick = await asyncio.wait_for(site.ask(at_once(), never), 20)
        assert len(body(quick)) == LARGE
        assert sorted(parts.read for parts in site.began) == [PIECE] * 20 + [LARGE]
        later.set()
        assert {len(body(each)) for each in await asyncio.gather(*slow)} == {LARGE}
        assert all(parts.closed for parts in site.began)

    run(trial())


def test_what_nobody_waits_for_any_more_is_not_read_to_its_end() -> None:
    async def trial() -> None:
        site, taken, gone = Site(), asyncio.Event(), asyncio.Event()
        asked = asyncio.create_task(site.ask(taken, gone))
        await site.sending.wait()
        gone.set()
        taken.set()
        await asked
        assert site.began[0].read < LARGE
        assert site.began[0].closed

    run(trial())


def test_status_and_headers_come_first_and_a_long_part_comes_in_pieces() -> None:
    sent = run(_asked(Site([b"x" * LARGE])))
    assert (sent[0]["status"], sent[0]["headers"]) == (206, [(b"x-path", b"/a")])
    assert [len(message["body"]) for message in sent[1:]] == [PIECE] * 10 + [0]
    assert [message["more_body"] for message in sent[1:]] == [True] * 10 + [False]


async def _asked(site: Site) -> list[Any]:
    return await site.ask(at_once(), asyncio.Event())
