"""How often a person may take the same step before the station or a team acts.

Whoever has a link can send its forms without end, and each step makes a history longer, which
everybody who opens it reads whole. Kinds of steps are counted apart, so that somebody who was
passed a resident's link and uses up one kind leaves her the others."""

from collections.abc import Iterable

from functions.errors import Often
from functions.orders.lifecycle.states import RESIDENT, STAFF, TEAM
from functions.storage.history import Event

MOST = 10
"""How many steps of a kind: residents who got no answer yet write a second and a third time."""


def check(events: Iterable[Event], kind: str) -> None:
    """Whether the person of this history may take one more step of a kind.

    Raises:
        Often: it has to wait until somebody acts.
    """
    count = 0
    for event in events:
        if event.by in (STAFF, TEAM):
            count = 0
        count += (event.kind, event.by) == (kind, RESIDENT)
    if count >= MOST:
        raise Often
