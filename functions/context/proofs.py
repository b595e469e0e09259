"""Who somebody is, by the phone that belongs to a number: compared only so often that nobody
guesses it, and so that no stranger's guesses keep out who knows it.

There are ten thousand endings of four digits, so all strangers together get few tries at them.
Whoever wants to keep a resident out can use those up. She types the whole phone then: it has limits
of its own, which are wider by as much as there are more mobiles in a city (``docs/security.md`` has
the sums). The beginning of a landline is known in its neighbourhood, so it counts by its last four
digits only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from functions.context.attempts import Attempts, Limit
from functions.errors import Wrong
from functions.forms.kinds.phones import DIGITS

OWN = Limit(5, timedelta(hours=1))
"""Wrong guesses of one sender for one number."""
LAST = Limit(20, timedelta(hours=6))
"""Wrong guesses of the last four digits by all whom nobody knows: eight in a thousand a day."""
WHOLE = Limit(100_000, timedelta(days=1))
"""Wrong guesses of whole phones: one in a hundred a day, for somebody who knows the numbers of the
city."""


@contextmanager
def guess(attempts: Attempts, no: str, typed: str, key: str = "") -> Iterator[None]:
    """A comparison with what was typed of a number's phone, which counts unless it was right. Those
    who hold its ``key`` (named by its version) are counted apart: anybody can guess at a number,
    and would keep them out; and with a new key they are rid of those who had the old one.

    Raises:
        Wrong: ``whole``, it was tried too often with these few digits; or ``too_often``.
    """
    whole = len(typed) > DIGITS
    what, way = f"guess {no}", f"{key} whole" if whole else key
    if not attempts.may(what, OWN, WHOLE if whole else LAST, way):
        raise Wrong("too_often" if whole else "whole", "last4")
    yield
    attempts.was_right(what, way)


def is_of(phone: object, typed: str) -> bool:
    """Whether this is how somebody types this phone: its last four digits, or all of a mobile."""
    return str(phone or "").endswith(typed)
