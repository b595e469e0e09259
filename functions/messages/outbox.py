"""Messages on their way: tried when it is day, again after a while, and shown when it fails."""

import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from threading import Lock, Thread

from functions.context.app import App
from functions.messages import channels
from functions.messages.channels import Undelivered, Unreachable
from functions.storage.history import Message, to_utc

MORNING, EVENING = 8, 20
"""Nothing is sent before or after these hours, in China."""

AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
"""How long to wait after each try; after the last one a message has failed."""

MOST = 1000
"""How many messages are looked at in a round, so that those of a channel that is silent do not
fill the round of the others."""
THREADS = 8
"""How many channels are tried side by side."""
BUDGET = 30
"""Seconds that a round has; what is still being tried then goes on without being waited for."""

Channel = tuple[tuple[str, str], ...]
"""A channel's settings, in the form that they can be told apart by."""

_busy: set[Channel] = set()
"""Channels that a thread of this round, or of one before, is at."""
_guard = Lock()


def send(app: App) -> int:
    """Try what is to be tried now, and return how many were taken; see :func:`begin`."""
    return begin(app)()


def begin(app: App, budget: float = BUDGET) -> Callable[[], int]:
    """Begin to try what is to be tried now. What is returned waits for it, for the rest of
    ``budget`` seconds at most, and says how many were taken.

    Channels are tried side by side and each in its order; one that does not answer is left for
    this round. A message is marked as tried before it is, so that of two who send at once one
    leaves it to the other; should the program end between, it is tried again: rather twice than
    never.
    """
    ends = time.monotonic() + budget
    round_ = _Round(app, ends)
    count = min(THREADS, len(round_.lines))
    threads = [Thread(target=round_.work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()

    def wait() -> int:
        for thread in threads:
            thread.join(max(0, ends - time.monotonic()))
        if round_.errors:
            raise round_.errors[0]
        return len(round_.taken)

    return wait


def again(app: App, no: str) -> None:
    """Try a message once more that has failed; staff asked for it."""
    for message in app.store.messages("failed", limit=1000):
        if message.id == no:
            app.store.settle(message._replace(state="waiting", tries=0, next_at=""), message.tries)


class _Round:
    """What is to be tried now, a line for each channel, and what became of it."""

    def __init__(self, app: App, ends: float):
        self.app, self.ends = app, ends
        self.taken: list[Message] = []
        self.errors: list[Exception] = []
        lines: dict[Channel, list[Message]] = {}
        for message in _waiting(app):
            lines.setdefault(_channel(app, message.to), []).append(message)
        self.lines = deque(lines.items())

    def work(self) -> None:
        """Take one channel after another, until none is left or the time is up."""
        while self.lines and time.monotonic() < self.ends:
            try:
                channel, line = self.lines.popleft()
            except IndexError:
                return  # Another thread took the last one.
            with _guard:
                if channel in _busy:
                    continue
                _busy.add(channel)
            try:
                self._empty(channel, line)
            except Exception as error:
                self.errors.append(error)
            finally:
                with _guard:
                    _busy.discard(channel)

    def _empty(self, channel: Channel, line: list[Message]) -> None:
        for message in line:
            if time.monotonic() > self.ends:
                return
            try:
                self._try(channel, message)
            except Unreachable:
                return

    def _try(self, channel: Channel, message: Message) -> None:
        """Try one message.

        Raises:
            Unreachable: it waits again, and so should the others of this channel.
        """
        app = self.app
        wait = AGAIN[min(message.tries, len(AGAIN) - 1)]
        trying = message._replace(tries=message.tries + 1, next_at=to_utc(app.now + wait))
        if not app.store.settle(trying, message.tries):
            return
        try:
            channels.deliver(dict(channel), message.text, app.now)
        except Undelivered as undelivered:
            state = "failed" if trying.tries > len(AGAIN) else "waiting"
            app.store.settle(trying._replace(state=state, error=str(undelivered)), trying.tries)
            if isinstance(undelivered, Unreachable):
                raise
            return
        app.store.settle(trying._replace(state="sent", error=""), trying.tries)
        self.taken.append(message)


def _waiting(app: App) -> list[Message]:
    """What is to be tried now, by day. What would wait for longer than any message does was
    marked by a clock that was ahead, and is due as well."""
    if not MORNING <= app.now.hour < EVENING:
        return []
    never = to_utc(app.now + AGAIN[-1] + timedelta(minutes=1))
    due = app.store.messages("waiting", to_utc(app.now), MOST)
    return due + app.store.messages("waiting", limit=MOST, since=never)


def _channel(app: App, to: str) -> Channel:
    """Where messages to somebody go; nowhere, if the settings do not say so any more."""
    for channel in app.bundle.site["notify"]:
        if channel["to"] == to:
            return tuple(sorted({**channel, "to": channel["address"]}.items()))
    return (("kind", "none"),)
