"""How often a person may do the same before the station or a team has done anything after it.

Whoever has a link can send its forms without end, and each step makes a history longer, which is
read and opened whole by everybody who comes to it. Kinds of steps are counted apart, so that who
was passed a resident's link and uses up one of them keeps her from no other.
"""

from collections.abc import Iterable

from functions.errors import Often
from functions.orders.lifecycle.states import RESIDENT, STAFF, TEAM
from functions.storage.history import Event

MOST = 10
"""Steps of a kind; residents whom nobody has answered yet write a second and a third time."""


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
