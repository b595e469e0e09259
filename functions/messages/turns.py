"""In which turn messages are sent, so that what one person does again and again drowns no other.

The id of a message has the number that it is about, the version that this had then, what happened,
and for whom that is told (:func:`functions.orders.notices.due`). Others have ids of any kind.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from functions.storage.history import Message

LATER = ("noted", "corrected", "added")
"""What a resident adds herself is told after everything else."""
UNDOES = {"restored": "cancelled"}
"""What takes something back is told in place of it."""


class Named(NamedTuple):
    """What the id of a message says."""

    no: str
    version: int = 0
    kind: str = ""
    role: str = ""


def overtaken(messages: Iterable[Message]) -> set[str]:
    """The ids of those that need not be sent, because a later one tells the same receiver the same
    of the same thing."""
    last: dict[tuple[str, ...], str] = {}
    ids = set()
    for message in sorted(messages, key=lambda each: _named(each).version):
        ids.add(message.id)
        name = _named(message)
        what = UNDOES.get(name.kind, name.kind)
        last[name.no, what, name.role, message.to] = message.id
    return ids - {*last.values()}


def in_turn(messages: Iterable[Message], overtaken: Collection[str]) -> list[Message]:
    """The messages, those that need not be sent at the end."""

    def turn(message: Message) -> tuple[bool, bool, str, Named]:
        name = _named(message)
        return message.id in overtaken, name.kind in LATER, message.next_at, name

    return sorted(messages, key=turn)


def _named(message: Message) -> Named:
    parts = message.id.split(":")
    if len(parts) != len(Named._fields) or not parts[1].isdecimal():
        return Named(message.id)
    return Named(parts[0], int(parts[1]), *parts[2:])
