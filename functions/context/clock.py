"""What time it is, and whether the machine's clock can be believed.

A clock that is wrong once (no battery, a restored snapshot, a mistyped year) would have a year's
personal data erased. So the store keeps a *reference*, the time as far as the schedule has seen it
pass. A gap between two rounds does not move it on, because nobody can tell a machine that was off
from a clock that jumped. While the clock is near the reference, the reference catches up with it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from functions.context.workdays import CHINA
from functions.storage.history import Event
from functions.storage.port import Store

LAST_ROUND, REFERENCE = "last_round", "clock_reference"
"""The facts with what the clock showed at the schedule's last round, and with the reference."""
FAR = timedelta(days=7)
"""A clock that is further from the reference than this, in either direction, is not believed."""
STEADY = timedelta(hours=1)
"""Two rounds that are closer together than this show time that has passed. The schedule runs each
minute."""
CATCHES_UP = 3
"""By how many seconds the reference catches up for each that was seen to pass: a machine that runs
on working days alone never falls behind, and a clock that is days ahead for an hour takes the
reference only hours along."""
WITNESSES = 20
"""How many of the newest histories say what time it is, in a store that has no reference yet."""


def in_china() -> datetime:
    """The time of the machine, in China."""
    return datetime.now(CHINA)


class Going:
    """A clock that goes on, by whatever ``read`` says."""

    def __init__(self, read: Callable[[], datetime]):
        self._read = read

    @property
    def now(self) -> datetime:
        return self._read().astimezone(CHINA).replace(microsecond=0)


class Stopped:
    """A clock that always shows one moment, so that all of a request happens at one time."""

    def __init__(self, now: datetime):
        self.now = now


Clock = Going | Stopped
"""What shows the time in China, to the second."""


class Reference:
    """The clock held against what the store knows of the time."""

    def __init__(self, store: Store, clock: Clock):
        self.store, self.clock = store, clock

    def observe(self) -> bool:
        """Take note of a round of the schedule, and say whether the clock can be believed."""
        now, fact = self.clock.now, self.store.fact
        seen, last = fact(REFERENCE), fact(LAST_ROUND)
        reference = datetime.fromisoformat(seen) if seen else self._first()
        passed = now - datetime.fromisoformat(last) if last else timedelta(0)
        if timedelta(0) <= passed <= STEADY:
            reference += passed
            ahead = now - reference
            if abs(ahead) <= FAR:
                reference += max(-CATCHES_UP * passed, min(CATCHES_UP * passed, ahead))
        # Not written where somebody has confirmed the clock at this moment.
        self.store.set_fact(REFERENCE, reference.isoformat(), seen=seen)
        self.store.set_fact(LAST_ROUND, now.isoformat())
        return abs(now - reference) <= FAR

    def disbelieved(self) -> datetime | None:
        """The reference, where the clock is too far from it; None where the clock is believed."""
        now, seen = self.clock.now, self.store.fact(REFERENCE)
        reference = datetime.fromisoformat(seen) if seen else now
        return reference if abs(now - reference) > FAR else None

    def confirm(self) -> None:
        """Believe the clock from now on, because an administrator has checked the date."""
        self.store.set_fact(REFERENCE, self.clock.now.isoformat())

    def moment(self, *times: str) -> str:
        """When an event happens: the latest of these times, and on one machine of the reference, so
        that no history is erased too early because a clock was behind. Over a network the provider
        keeps the clock, and asking the store would cost every event a request."""
        reference = self.store.fact(REFERENCE) if self.store.local else ""
        return max(filter(None, (*times, reference)), key=datetime.fromisoformat)

    def dated(self, event: Event, last: str) -> Event:
        """The event for a history whose last one was at ``last``: its times never go back."""
        return event._replace(at=self.moment(event.at, last))

    def _first(self) -> datetime:
        """The time of the newest event, in a store that is older than references; now, where the
        two are near each other."""
        now, find = self.clock.now, self.store.find
        heads = [*find("order", limit=WITNESSES), *find("volunteer", limit=WITNESSES)]
        times = [head.data.get("changed_at") or head.begun for head in heads]
        newest = max(map(datetime.fromisoformat, times), default=now)
        return now if abs(now - newest) <= FAR else newest
