"""Items as values: DynamoDB's own notation, and what lies in an item of each kind."""

import json
from collections.abc import Iterator, Mapping, Set
from types import MappingProxyType
from typing import Any

from functions.storage.history import LAYOUT_KEY, UNREADABLE, Event, Head, Message, Place, Stored

Item = Mapping[str, Any]
"""An item or a key as DynamoDB writes it: ``{"pk": {"S": "…"}, …}``."""

Key = tuple[str, str]
"""``pk`` and ``sk``."""
NOTHING: Item = MappingProxyType({})
DAMAGE = (KeyError, *UNREADABLE)
"""What reading an item raises where it is not what was written."""


def as_value(value: bytes | int | str) -> Any:
    """A value in DynamoDB's notation."""
    if isinstance(value, bytes):
        return {"B": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def as_values(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes, and a condition's values, in DynamoDB's notation."""
    return {name: as_value(value) for name, value in attributes.items()}


def as_item(key: Key) -> dict[str, Any]:
    """A key in DynamoDB's notation."""
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def kept(no: str, items: Iterator[Item], places: Set[Place]) -> Stored:
    """One history of its items; those that are damaged are named."""
    head, events, personal, damaged = None, {}, {}, []
    names: dict[str, set[str]] = {"trace": set(), "once": set()}
    for item in items:
        part, _, name = item["sk"]["S"].partition(" ")
        try:
            if part == "head":
                head = as_head(item)
            elif part == "event":
                events[int(name)] = as_event(item)
            elif part == "sealed":
                personal[int(name)] = bytes(item["sealed"]["B"])
            else:
                names[part].add(name)
        except DAMAGE:
            damaged.append(f"{part} {name.lstrip('0')}".strip())
    return Stored(no, head, events, personal, names["trace"], names["once"], places, damaged)


sealed_key = "sealed {:08}".format
"""The sort key of what is sealed, from the number of its event."""


def name_in(sort_key: str) -> str:
    """What follows the first word of a sort key: a number, an id or the name of a mark."""
    return sort_key.partition(" ")[2]


def listed(item: Item) -> Head:
    """The head in an item, for a list; of a damaged one only what lies in attributes of its own."""
    try:
        return as_head(item)
    except UNREADABLE:
        return as_head({**item, "data": {"S": "{}"}, "marks": {"S": "[]"}})


def as_head(item: Item) -> Head:
    """The head in an item; raises one of :data:`DAMAGE` if it is damaged."""
    texts = {name: item[name]["S"] for name in ("no", "kind", "state", "begun", "due", "owner")}
    data = json.loads(item["data"]["S"])
    return Head(
        version=int(item["version"]["N"]),
        layout=data.pop(LAYOUT_KEY, 0),
        data=data,
        marks=tuple(json.loads(item["marks"]["S"])),
        **texts,
    )


def as_event(item: Item) -> Event:
    """The event in an item."""
    kind, by, at, data = (item[name]["S"] for name in ("kind", "by", "at", "data"))
    return Event(kind, by, at, json.loads(data))


def as_message(item: Item) -> Message:
    """The message in an item."""
    texts = {name: item[name]["S"] for name in ("id", "to", "text", "state", "next_at", "error")}
    return Message(tries=int(item["tries"]["N"]), **texts)
