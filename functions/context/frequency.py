"""How often a sender asks for what costs time and changes nothing.

It is counted in memory, because a limit in the store would make each question a write to the disk.
So it holds for one process: all of one machine, and each instance on Lambda, before which the API
has a limit for everybody.
"""

from collections import Counter
from datetime import datetime

from functions.context.senders import network

MOST = 120
"""How often a minute. Many phones share an address of their network."""


class Frequency:
    """Counts the questions of the current minute by sender."""

    def __init__(self) -> None:
        self._minute = ""
        self._counts: Counter[str] = Counter()

    def may(self, sender: str, now: datetime) -> bool:
        """Count a question; return whether it may be answered."""
        minute = now.isoformat(timespec="minutes")
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        self._counts[who := network(sender)] += 1
        return self._counts[who] <= MOST
