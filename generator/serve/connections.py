"""Connections within bounds of time, size and number, which uvicorn's protocol does not have.

Who is slow, silent or never ends takes a place and memory from others. So whoever waits for the
other side has a deadline; and where a sender, or all together, have too many connections open or
too much of unfinished requests in memory, the one that has waited longest gives way to the newest.
The rules are those of Apache's mod_reqtimeout and nginx; decision 0070 tells why they are here.
"""

import asyncio
import logging
import math
import resource
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from functions.context.senders import network
from functions.web.http import LONGEST_UPLOAD
from generator.serve.protocol import Protocol

LOG = logging.getLogger("wudan.connections")
PIECE = 16 * 1024
"""Bytes that are parsed at a time, so that little is parsed of a head that is too long."""
BACKLOG, ROUNDS = 512, 4
"""Connections that the system accepts before we look at them. asyncio takes all of them in one
round of its loop, and it takes four rounds until one that is too many is closed."""
FILES = 300
"""Files that are open for other things than connections: the store, pages, workbooks."""
REFUSED = {
    413: "发来的内容太大了，没有收下。请减少一些再发。",
    431: "这个网址或浏览器带来的内容太长了，打不开。",
}


class Bounds(NamedTuple):
    """Numbers of connections and bytes, in all and for one sender; times in seconds."""

    connections: int = 4000
    of_sender: int = 250
    unfinished: int = 32 * 1024 * 1024
    unfinished_of_sender: int = 8 * 1024 * 1024
    head: int = 32 * 1024
    """Bytes of a request that are not its body. Sizes of chunks and trailers may be so much more
    than the body that they come with."""
    ahead: int = 4
    """Requests that are sent while an earlier one is being answered."""
    body: int = 32 * 1024 * 1024
    """What is longer than a route takes is read to its end, so that its sender hears why it was
    refused; but no more than this."""
    begin: float = 20.0
    """Until a head has come."""
    finish: float = 30.0
    """Until a body has come, beside what it may take at the slowest :attr:`rate`."""
    rate: int = 4 * 1024
    idle: float = 125.0
    """Until the next request; uvicorn closes a connection before, unless it cannot be closed."""
    take: float = 60.0
    """Until somebody takes more of an answer that fills all buffers."""
    untaken: int = 64 * 1024 * 1024
    """Bytes of answers that fill all buffers."""
    untaken_of_sender: int = 16 * 1024 * 1024


def raise_file_limit() -> int:
    """Let this process open as many files as the system allows, and return how many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 65_536 if hard == resource.RLIM_INFINITY else hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def bounds(files: int) -> Bounds:
    """The bounds where so many files can be open."""
    default, left = Bounds(), files - ROUNDS * backlog(files) - FILES
    # Each may be taking a file, which is open meanwhile.
    return default._replace(connections=max(1, min(default.connections, left // 2)))


def backlog(files: int) -> int:
    """How many connections may wait to be looked at where so many files can be open."""
    return max(1, min(BACKLOG, files // 16))


UNFINISHED, UNTAKEN = "unfinished", "untaken"
"""What of connections is in memory: requests that have not come to their end, and answers that are
not taken."""


class Load:
    """Bytes of one kind that connections hold in memory."""

    def __init__(self, most: int):
        self._most, self.bytes = most, 0
        self.held: dict[Connection, int] = {}
        """By connection, the earliest first."""

    def add(self, connection: "Connection", count: int) -> None:
        """Count bytes that a connection holds besides those that it holds already."""
        self.held[connection] = self.held.get(connection, 0) + count
        self.bytes += count

    def drop(self, connection: "Connection") -> None:
        """Forget what a connection held."""
        self.bytes -= self.held.pop(connection, 0)

    def filled(self) -> "Connection | None":
        """Who has to give way where there is too much."""
        return next(iter(self.held), None) if self.bytes > self._most else None


class Group:
    """Connections that share one bound: those of one sender, or all."""

    def __init__(self, connections: int, unfinished: int, untaken: int):
        self._most, self.open = connections, 0
        self.waiting: dict[Connection, None] = {}
        """Those that wait for the other side, the longest waiting first."""
        self.loads = {UNFINISHED: Load(unfinished), UNTAKEN: Load(untaken)}

    def crowded(self) -> "Connection | None":
        """Who has to give way where there are too many connections."""
        return next(iter(self.waiting), None) if self.open > self._most else None


class OutOfBounds(Exception):
    """What came after this on a connection is not parsed."""


class Connections:
    """All connections of a server: makes their protocols, and closes those out of bounds.

    ``proxies`` are addresses whose connections are those of many senders.
    """

    def __init__(self, bounds: Bounds, proxies: tuple[str, ...] = ()):
        self.bounds, self._proxies = bounds, proxies
        self.closed: Counter[str] = Counter()
        """How many were closed, by the reason."""
        self._all = Group(bounds.connections, bounds.unfinished, bounds.untaken)
        self._senders: dict[str, Group] = {}
        self._open: dict[Connection, None] = {}
        self._reported: Counter[str] = Counter()
        self._looking = False
        self._reported_at = 0.0

    def __call__(self, *args: Any, **named: Any) -> "Connection":
        return Connection(self, *args, **named)

    def enter(self, connection: "Connection") -> None:
        """Count a new connection, for which another one may have to give way."""
        if not self._looking:
            self._looking = True
            connection.loop.call_later(1, self._watch, connection.loop)
        self._open[connection] = None
        connection.groups = (self._all, *self._group(connection))
        for group in connection.groups:
            group.open += 1
            group.waiting[connection] = None
        for group in connection.groups:
            if longest := group.crowded():
                longest.end("crowded")

    def leave(self, connection: "Connection") -> None:
        """Forget a connection; a second time is no mistake."""
        if connection not in self._open:
            return
        del self._open[connection]
        for kind in (UNFINISHED, UNTAKEN):
            self.drop(connection, kind)
        for group in connection.groups:
            group.open -= 1
            group.waiting.pop(connection, None)
        connection.groups = ()
        own = self._senders.get(connection.sender)
        if own and not own.open:
            del self._senders[connection.sender]

    def hold(self, connection: "Connection", kind: str, count: int) -> None:
        """Count bytes of a request or an answer, for which another one may have to be given up."""
        for group in connection.groups:
            group.loads[kind].add(connection, count)
        for group in connection.groups:
            while oldest := group.loads[kind].filled():
                oldest.end(kind)

    def drop(self, connection: "Connection", kind: str) -> None:
        """Forget the bytes of a request that is complete, or of an answer that was taken."""
        for group in connection.groups:
            group.loads[kind].drop(connection)

    def _group(self, connection: "Connection") -> Iterator[Group]:
        if connection.sender not in self._proxies:
            own, bounds = connection.sender, self.bounds
            most = bounds.of_sender, bounds.unfinished_of_sender, bounds.untaken_of_sender
            yield self._senders.setdefault(own, Group(*most))

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Once a second, while there are connections, close those whose time is over."""
        now = time.monotonic()
        for each in [each for each in self._open if each.until < now]:
            each.overdue()
        new = self.closed - self._reported
        if new and now - self._reported_at > 60:
            self._reported, self._reported_at = self.closed.copy(), now
            LOG.warning("closed connections: %s", ", ".join(f"{n} {why}" for why, n in new.items()))
        self._looking = bool(self._open)
        if self._looking:
            loop.call_later(1, self._watch, loop)


class Connection(Protocol):
    """One connection. It *waits* while the other side has to do something, and until ``until``."""

    def __init__(self, connections: Connections, *args: Any, **named: Any):
        super().__init__(*args, **named)
        self._all, self._bounds = connections, connections.bounds
        self.groups: tuple[Group, ...] = ()
        self.sender = ""
        self.until = math.inf
        self._receiving = self._in_head = False
        self._around = self._body = self._left = 0
        self._began = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.sender = network(self.client[0]) if self.client else ""
        self._wait(self._bounds.begin)
        self._all.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._all.leave(self)
        super().connection_lost(exc)

    def end(self, why: str) -> None:
        """Give the connection up, whatever it is at."""
        self._all.closed[why] += 1
        self._all.leave(self)
        if self.cycle:
            self.cycle.body.clear()  # Now, because many can be given up in one round of the loop.
        self.transport.abort()

    def overdue(self) -> None:
        """Give it up, unless the other side has taken more of an answer since it was last seen."""
        left = self.transport.get_write_buffer_size()
        if 0 < left < self._left:
            self._left = left
            self._wait(self._bounds.take)
        else:
            self.end("slow")

    def data_received(self, data: bytes) -> None:
        if not self._receiving:
            # Also for what begins no request, such as empty lines.
            self._receiving = True
            self._wait(self._bounds.begin)
        for piece in _pieces(data):
            super().data_received(piece)
            if self.transport.is_closing():
                return
            self._around += len(piece)
            if self._receiving and self._around > self._bounds.head + self._body:
                self._refuse(431)
                return

    def on_message_begin(self) -> None:
        self._receiving = self._in_head = True
        self._around = self._body = 0
        self._wait(self._bounds.begin)
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # A trailer is nobody's, and must not come to be a header.
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()
        if len(self.pipeline) > self._bounds.ahead:
            self.end("ahead")
            raise OutOfBounds  # Otherwise the parser goes on with thousands in the same piece.

    def send_400_response(self, msg: str) -> None:
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def on_body(self, body: bytes) -> None:
        if not self._body:
            self._began = time.monotonic()
        self._body += len(body)
        self._around -= len(body)
        self.until = self._began + self._bounds.finish + self._body / self._bounds.rate
        if self._body > self._bounds.body:
            self._refuse(413)
        else:
            if self._body <= LONGEST_UPLOAD:  # What is beyond that is dropped.
                self._all.hold(self, UNFINISHED, len(body))
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._receiving = False
        self._all.drop(self, UNFINISHED)
        self._work()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._receiving:
            self._rest()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._left = self.transport.get_write_buffer_size()
        self._wait(self._bounds.take)
        self._all.hold(self, UNTAKEN, self._left)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._all.drop(self, UNTAKEN)
        if not self._receiving and self.cycle and not self.cycle.response_complete:
            self._work()
        elif not self._receiving:
            self._rest()

    def _rest(self) -> None:
        """Wait for the next request, or until the answer to the last one is taken."""
        paused = self.flow.write_paused or self.transport.is_closing()
        self._wait(self._bounds.take if paused else self._bounds.idle)

    def _wait(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        for group in self.groups:
            group.waiting[self] = None

    def _work(self) -> None:
        self.until = math.inf
        for group in self.groups:
            group.waiting.pop(self, None)

    def _refuse(self, status: int) -> None:
        """Say why nothing more is read, unless another answer has been begun, and close."""
        cycle = self.cycle
        in_body = cycle is not None and not self._in_head
        begun = cycle.response_started if in_body else cycle and not cycle.response_complete
        if begun:
            self.end(str(status))
            return
        self._all.closed[str(status)] += 1
        if in_body:
            cycle.disconnected = True  # The function's own answer would come too late.
        text = REFUSED[status].encode()
        fields = b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
        guards = b"".join(b"%s: %s\r\n" % header for header in self.guarding)
        length = b"content-length: %d\r\n\r\n" % len(text)
        self.transport.write(STATUS_LINE[status] + fields + guards + length + text)
        self.transport.close()
        self._rest()


def _pieces(data: bytes) -> Iterator[Any]:
    if len(data) <= PIECE:
        yield data
        return
    view = memoryview(data)
    for first in range(0, len(data), PIECE):
        yield view[first : first + PIECE]
