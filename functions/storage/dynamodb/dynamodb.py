"""The store itself: what is read from the table and written to it."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import datetime
from itertools import chain
from typing import Any

from functions.errors import Conflict, Unusable
from functions.storage.dynamodb import items
from functions.storage.dynamodb.items import NOTHING, as_item, as_values, name_in
from functions.storage.dynamodb.table import AT_ONCE
from functions.storage.dynamodb.transactions import Changes, Lost
from functions.storage.history import Change, Event, Head, Message, Place, Stored, to_utc

LAYOUT = 1
"""The version of the table's layout; a program refuses a table of a newer one."""
_ENDS = "SET #ends = :until, expires = :expires"
COUNTING = (
    ("ADD stands :one", "#ends > :now AND #ends <= :until"),
    (f"{_ENDS} ADD stands :one", "#ends > :until"),
    (f"{_ENDS}, stands = :one", "attribute_not_exists(pk) OR #ends <= :now"),
)
"""How a counter is changed, and on what condition: it goes on, it would end too late, it begins."""


class DynamoDB(Changes):
    """A store in one table."""

    local = False
    damage: tuple[type[Exception], ...] = items.DAMAGE

    def batch(self, patience: float = 0) -> AbstractContextManager["DynamoDB"]:
        return nullcontext(self)

    def snapshot(self) -> AbstractContextManager["DynamoDB"]:
        return nullcontext(self)

    def exclusive(self) -> AbstractContextManager[None]:
        return nullcontext()

    def checkpoint(self) -> None:
        pass

    def close(self) -> None:
        pass

    def faults(self) -> list[str]:
        return []

    def commit(self, change: Change, *others: Change) -> str:
        changes = (change, *others)
        try:
            self.write([(each, self._old(each)) for each in changes])
        except (Lost, Conflict):
            for each in changes:
                if each.once and (filed := self.filed(each.once)):
                    return filed
            raise
        return change.head.no

    def _old(self, change: Change) -> Head | None:
        """The head that a change follows, None if it begins a history; ``Conflict`` if there is
        another."""
        no, before = change.head.no, change.head.version - len(change.events)
        old = self.head(no) if before else None
        if before and (old is None or old.version != before):
            raise Conflict(no=no, version=before)
        return old

    def filed(self, once: str) -> str | None:
        item = self.item((self.pk("once", once), "-"))
        return item["no"]["S"] if item else None

    def head(self, no: str) -> Head | None:
        item = self.item((self.pk("history", no), "head"))
        return items.as_head(item) if item else None

    def events(self, no: str) -> tuple[Event, ...]:
        return tuple(map(items.as_event, self.history(no, "event ")))

    def personal(self, no: str) -> dict[int, bytes]:
        sealed = self.history(no, "sealed ")
        return {int(name_in(item["sk"]["S"])): bytes(item["sealed"]["B"]) for item in sealed}

    def sealed(self, parts: Collection[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
        keys = {(self.pk("history", no), items.sealed_key(seq)): (no, seq) for no, seq in parts}
        found = self.batch_get([*keys])
        return {
            keys[item["pk"]["S"], item["sk"]["S"]]: bytes(item["sealed"]["B"]) for item in found
        }

    def traces(self, no: str) -> list[str]:
        return [name_in(item["sk"]["S"]) for item in self.history(no, "trace ")]

    def submissions(self, no: str) -> list[str]:
        return [name_in(item["sk"]["S"]) for item in self.history(no, "once ")]

    def find(
        self, kind: str, marks: Sequence[str] = (), before: str = "", limit: int = 20
    ) -> list[Head]:
        first, *others = (self.pk("mark", kind, mark) for mark in marks or ("",))
        found: list[str] = []
        earlier, size = {":last": before or "~"}, AT_ONCE if others else limit
        for places in self.pages(first, "sk < :last", earlier, size, forward=False):
            for pk in others:
                there = {
                    item["sk"]["S"] for item in self.batch_get([(pk, place) for place in places])
                }
                places = [place for place in places if place in there]
            found += places
            if len(found) >= limit:
                break
        return self._heads(found[:limit])

    def find_each(self, kind: str, marks: Collection[str], limit: int) -> dict[str, list[Head]]:
        places = {mark: self._newest(self.pk("mark", kind, mark), limit) for mark in marks}
        every = {*chain.from_iterable(places.values())}
        heads = {head.no: head for head in self._heads([*every])}
        return {mark: [heads[name_in(place)] for place in found] for mark, found in places.items()}

    def _newest(self, pk: str, limit: int) -> list[str]:
        pages = self.pages(pk, "sk < :last", {":last": "~"}, limit, forward=False)
        return next(pages, [])[:limit]

    def waiting(
        self,
        kind: str,
        state: str,
        owner: str = "",
        after: str = "",
        limit: int = 20,
        until: str = "~",
    ) -> list[Head]:
        pk = self.pk("due", kind, state) + (f"/{owner}" if owner else "")
        # BETWEEN takes both ends in: the turns right after one's, and none of the day itself.
        ends = {":first": f"{after}!" if after else " ", ":last": until}
        pages = self.pages(pk, "sk BETWEEN :first AND :last", ends, limit)
        return self._heads(next(pages, []))

    def tally(self, month: str) -> dict[str, int]:
        of_month = {":month": f"{month} "}
        return {
            name: int(value["N"])
            for item in self.query(self.pk("tally"), "begins_with(sk, :month)", of_month)
            for name, value in item.items()
            if value.get("N", "0") != "0"
        }

    def months(self) -> list[str]:
        return [item["sk"]["S"] for item in self.query(self.pk("months"))]

    def messages(
        self, state: str, until: str = "~", limit: int = 50, since: str = ""
    ) -> list[Message]:
        # What is to be tried at that very moment goes on with a space and its id.
        ends = {":first": since or " ", ":last": f"{until}!"}
        pages = self.pages(self.pk("messages", state), "sk BETWEEN :first AND :last", ends, limit)
        ids = [name_in(place) for place in next(pages, [])]
        kept = self.batch_get([(self.pk("message", name), "-") for name in ids])
        found = {item["id"]["S"]: items.as_message(item) for item in kept}
        return [found[name] for name in ids if name in found]

    def settle(self, message: Message, tried: int) -> bool:
        item = self.item((self.pk("message", message.id), "-"))
        if item is None:
            return False
        try:
            self.write_message(items.as_message(item), message, tried)
        except Lost:
            return False
        return True

    def count(self, what: str, now: datetime, until: datetime) -> int:
        # DynamoDB itself removes what has expired, a few days later.
        values = {":one": 1, ":now": to_utc(now), ":until": to_utc(until)}
        values[":expires"] = int(until.timestamp())
        while True:  # Until none of the conditions was overtaken by somebody else.
            for update, condition in COUNTING:
                with suppress(self.client.exceptions.ConditionalCheckFailedException):
                    counted = self.client.update_item(
                        TableName=self.name,
                        Key=as_item((self.pk("counter", what), "-")),
                        UpdateExpression=update,
                        ConditionExpression=condition,
                        ExpressionAttributeNames={"#ends": "ends"},
                        ExpressionAttributeValues=as_values(
                            {name: v for name, v in values.items() if name in update + condition}
                        ),
                        ReturnValues="ALL_NEW",
                    )
                    return int(counted["Attributes"]["stands"]["N"])

    def tries(self, what: str, now: datetime, until: datetime) -> int:
        item = self.item((self.pk("counter", what), "-"))
        if item is None or not to_utc(now) < item["ends"]["S"] <= to_utc(until):
            return 0
        return int(item["stands"]["N"])

    def reset(self, what: str) -> None:
        key = as_item((self.pk("counter", what), "-"))
        self.client.delete_item(TableName=self.name, Key=key)

    def fact(self, name: str) -> str:
        try:
            item = self.item((self.pk("facts"), "-")) or NOTHING
        except self.client.exceptions.ResourceNotFoundException:
            raise Unusable("no_store", place=self.name) from None
        if item and int(item["layout"]["N"]) > LAYOUT:
            raise Unusable("store_newer", place=self.name)
        return item[name]["S"] if name in item else ""

    def set_fact(self, name: str, value: str, seen: str | None = None) -> bool:
        request: dict[str, Any] = {
            "TableName": self.name,
            "Key": as_item((self.pk("facts"), "-")),
            "UpdateExpression": "SET #name = :value, layout = :layout",
            "ExpressionAttributeNames": {"#name": name},
            "ExpressionAttributeValues": as_values({":value": value, ":layout": LAYOUT}),
        }
        if seen is not None:
            request["ConditionExpression"] = "attribute_not_exists(#name)"
            if seen:
                request["ConditionExpression"] = "#name = :seen"
                request["ExpressionAttributeValues"] |= as_values({":seen": seen})
        try:
            self.client.update_item(**request)
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def numbers(self, kind: str) -> Iterator[str]:
        for item in self.query(self.pk("mark", kind, "")):
            yield name_in(item["sk"]["S"])

    def everything(self) -> Iterator[Stored]:
        places: dict[str, set[Place]] = {}
        for item in self.scan():
            key = (item["pk"]["S"], item["sk"]["S"])
            part, _, name = key[0].removeprefix(self.pk("")).partition("/")
            if part == "history":
                places.setdefault(name, set())
            elif part in ("mark", "due"):
                places.setdefault(name_in(key[1]), set()).add(key)
            elif part == "once":
                places.setdefault(item["no"]["S"], set()).add(key)
        for no, lead in places.items():
            yield items.kept(no, self.query(self.pk("history", no)), lead)

    def tallies(self) -> dict[tuple[str, str], int]:
        return {
            (item["sk"]["S"].partition(" ")[0], name): int(value["N"])
            for item in self.query(self.pk("tally"))
            for name, value in item.items()
            if value.get("N", "0") != "0"
        }

    def _heads(self, places: Sequence[str]) -> list[Head]:
        nos = [name_in(place) for place in places]
        found = self.batch_get([(self.pk("history", no), "head") for no in nos])
        heads = {item["no"]["S"]: items.listed(item) for item in found}
        return [heads[no] for no in nos]
