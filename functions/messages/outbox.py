"""Messages on their way: tried when it is day, again after a while, and shown when it fails."""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from threading import Lock, Thread
from typing import Any, NamedTuple

from functions.context.clock import Clock
from functions.context.sentences import fill
from functions.errors import Undelivered, Unreachable
from functions.messages import channels, turns
from functions.messages.sms import ShortMessage
from functions.orders.names import Names
from functions.orders.notices import RESIDENT
from functions.storage.history import Message, to_utc
from functions.storage.port import Store

MORNING, EVENING = 8, 20
"""Nothing is sent before or after these hours, in China."""
AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
"""How long to wait after each try; after the last one a message has failed."""

MOST = 1000
"""How many messages a round takes up: enough for others than those of a channel that is down."""
THREADS = 8
"""How many channels are tried side by side."""
BUDGET = 30
"""Seconds that a round has; nobody waits for what is still being tried then."""

Settings = tuple[tuple[str, str], ...]
"""A channel's settings, in a form that can be a key."""

_busy: set[Settings] = set()
"""Channels that a thread of this round, or of an earlier one, is working on."""
_guard = Lock()


class Outbox(NamedTuple):
    """``channels`` are ``notify:`` of ``site.yaml``; ``words`` say why one was not delivered."""

    store: Store
    channels: Sequence[Mapping[str, Any]]
    words: Mapping[str, str]
    names: Names
    clock: Clock
    to_resident: Callable[[Message], ShortMessage | None] = lambda message: None
    """What to send to a resident, and to which phone; None where nothing may be sent any more."""

    def send(self) -> int:
        """Try what is to be tried now, and return how many were delivered."""
        return self.begin()()

    def begin(self, budget: float = BUDGET) -> Callable[[], int]:
        """Begin to try what is to be tried now. The function that is returned waits for that, for
        the rest of ``budget`` seconds at most, and returns how many messages were delivered.

        Channels are tried side by side; one that does not answer is left alone for this round. A
        message is marked as tried before it is sent, so that no other program sends it meanwhile.
        If this one ends in between, the message is tried again: rather twice than never.
        """
        ends = time.monotonic() + budget
        round_ = _Round(self, ends)
        count = min(THREADS, len(round_.queues))
        threads = [Thread(target=round_.work, daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()

        def wait() -> int:
            for thread in threads:
                thread.join(max(0, ends - time.monotonic()))
            if round_.errors:
                raise round_.errors[0]
            return len(round_.delivered)

        return wait

    def again(self, no: str) -> None:
        """Try a message once more that has failed, because staff asked for it."""
        for message in self.store.messages("failed", limit=1000):
            if message.id == no:
                waiting = message._replace(state="waiting", tries=0, next_at="")
                self.store.settle(waiting, message.tries)

    @property
    def is_open(self) -> bool:
        """Whether it is day, so that messages leave."""
        return MORNING <= self.clock.now.hour < EVENING

    def waiting(self) -> list[Message]:
        """What is to be tried now, by day. A message that would wait for longer than the longest
        wait was marked by a clock that was ahead, and is due as well."""
        now = self.clock.now
        if not self.is_open:
            return []
        never = to_utc(now + AGAIN[-1] + timedelta(minutes=1))
        due = self.store.messages("waiting", to_utc(now), MOST)
        return due + self.store.messages("waiting", limit=MOST, since=never)

    def channel(self, to: str) -> Settings:
        """Where messages to somebody go; nowhere, if the settings no longer name them."""
        now = self.names.now("team", to)  # The team may have been renamed since.
        for channel in self.channels:
            if channel["to"] == now:
                settings: dict[str, Any] = {**channel, "to": channel["address"]}
                templates = settings.pop("templates", {})
                settings |= {f"template.{kind}": code for kind, code in templates.items()}
                return tuple(sorted(settings.items()))
        return (("kind", "none"),)


def sentence(words: Mapping[str, str], error: Undelivered) -> str:
    """Why a message was not delivered, for staff to read."""
    names = {**error.names, "reason": error.names.get("reason") or words["no_reason"]}
    return fill(words[error.code], **names)


class _Round:
    """What is to be tried now, a queue for each channel, and what became of it."""

    def __init__(self, outbox: Outbox, ends: float):
        self.outbox, self.ends = outbox, ends
        self.delivered: list[Message] = []
        self.errors: list[Exception] = []
        queues: dict[Settings, list[Message]] = {}
        messages = outbox.waiting()
        self.overtaken = turns.overtaken(messages)
        for message in turns.in_turn(messages, self.overtaken):
            queues.setdefault(outbox.channel(message.to), []).append(message)
        self.queues = deque(queues.items())

    def work(self) -> None:
        """Empty one channel after another, until none is left or the time is up."""
        while self.queues and time.monotonic() < self.ends:
            try:
                channel, queue = self.queues.popleft()
            except IndexError:
                return  # Another thread took the last one.
            with _guard:
                if channel in _busy:
                    continue
                _busy.add(channel)
            try:
                self._empty(channel, queue)
            except Exception as error:
                self.errors.append(error)
            finally:
                with _guard:
                    _busy.discard(channel)

    def _empty(self, channel: Settings, queue: list[Message]) -> None:
        with suppress(Unreachable):  # The others of the channel wait for the next round.
            for message in queue:
                if time.monotonic() <= self.ends:
                    self._try(channel, message)

    def _try(self, channel: Settings, message: Message) -> None:
        """Try one message.

        Raises:
            Unreachable: it waits again, and so should the others of this channel.
        """
        store, now = self.outbox.store, self.outbox.clock.now
        if message.id in self.overtaken:
            why = self.outbox.words["overtaken"]
            store.settle(message._replace(state="sent", error=why), message.tries)
            return
        wait = AGAIN[min(message.tries, len(AGAIN) - 1)]
        trying = message._replace(tries=message.tries + 1, next_at=to_utc(now + wait))
        if not store.settle(trying, message.tries):
            return
        plain = ShortMessage(message.text, {})
        sms = self.outbox.to_resident(message) if message.to == RESIDENT else plain
        if sms is None:
            unneeded = self.outbox.words["unneeded"]
            store.settle(trying._replace(state="sent", error=unneeded), trying.tries)
            return
        try:
            channels.deliver(dict(channel) | {**sms.settings}, sms.text, now)
        except Undelivered as undelivered:
            state = "failed" if trying.tries > len(AGAIN) else "waiting"
            why = sentence(self.outbox.words, undelivered)
            store.settle(trying._replace(state=state, error=why), trying.tries)
            if isinstance(undelivered, Unreachable):
                raise
            return
        store.settle(trying._replace(state="sent", error=""), trying.tries)
        self.delivered.append(message)
