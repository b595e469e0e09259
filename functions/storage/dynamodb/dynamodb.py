"""The store itself: what is read from the table and written to it."""

from collections.abc import Iterator, Sequence, Set
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import datetime
from typing import Any

from functions.errors import Conflict, Unusable
from functions.storage.dynamodb import items
from functions.storage.dynamodb.items import as_item, as_values, number, rest
from functions.storage.dynamodb.table import AT_ONCE
from functions.storage.dynamodb.transactions import Changes, Lost
from functions.storage.history import Change, Event, Head, Message, Place, Stored, to_utc

LAYOUT = 1
"""The version of the table's layout; a program refuses a table of a newer one."""

COUNTING = (
    ("ADD stands :one", "#ends > :now AND #ends <= :until"),
    ("SET #ends = :until, expires = :expires ADD stands :one", "#ends > :until"),
    (
        "SET #ends = :until, expires = :expires, stands = :one",
        "attribute_not_exists(pk) OR #ends <= :now",
    ),
)
"""How a counter is changed, and on what condition: it goes on, it would end too late, it begins."""


class DynamoDB:
    """A store in one table; ``community`` parts those that share it."""

    local = False
    damage: tuple[type[Exception], ...] = items.DAMAGE

    def __init__(self, table: str, community: str = ""):
        self._table = Changes(table, community)

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

    def commit(self, change: Change) -> str:
        head, before = change.head, change.head.version - len(change.events)
        try:
            old = self.head(head.no) if before else None
            if before and (old is None or old.version != before):
                raise Conflict(no=head.no, version=before)
            self._table.commit(change, old)
        except (Lost, Conflict):
            if change.once and (filed := self.filed(change.once)):
                return filed
            raise
        return head.no

    def filed(self, once: str) -> str | None:
        item = self._table.item((self._table.pk("once", once), "-"))
        return item["no"]["S"] if item else None

    def head(self, no: str) -> Head | None:
        item = self._table.item((self._table.pk("history", no), "head"))
        return items.as_head(item) if item else None

    def events(self, no: str) -> tuple[Event, ...]:
        return tuple(map(items.as_event, self._table.history(no, "event ")))

    def personal(self, no: str) -> dict[int, bytes]:
        return {int(rest(i)): bytes(i["sealed"]["B"]) for i in self._table.history(no, "sealed ")}

    def traces(self, no: str) -> list[str]:
        return [rest(item) for item in self._table.history(no, "trace ")]

    def submissions(self, no: str) -> list[str]:
        return [rest(item) for item in self._table.history(no, "once ")]

    def find(
        self, kind: str, marks: Sequence[str] = (), before: str = "", limit: int = 20
    ) -> list[Head]:
        first, *others = (self._table.pk("mark", kind, mark) for mark in marks or ("",))
        found: list[str] = []
        earlier, size = {":last": before or "~"}, AT_ONCE if others else limit
        for places in self._table.pages(first, "sk < :last", earlier, size, forward=False):
            for pk in others:
                there = {
                    item["sk"]["S"] for item in self._table.batch([(pk, place) for place in places])
                }
                places = [place for place in places if place in there]
            found += places
            if len(found) >= limit:
                break
        return self._heads(found[:limit])

    def waiting(
        self,
        kind: str,
        state: str,
        owner: str = "",
        after: str = "",
        limit: int = 20,
        until: str = "~",
    ) -> list[Head]:
        pk = self._table.pk("due", kind, state) + (f"/{owner}" if owner else "")
        # BETWEEN takes both ends in: the turns right after one's, and none of the day itself.
        ends = {":first": f"{after}!" if after else " ", ":last": until}
        pages = self._table.pages(pk, "sk BETWEEN :first AND :last", ends, limit)
        return self._heads(next(pages, []))

    def tally(self, month: str) -> dict[str, int]:
        return {
            name: int(value["N"])
            for item in self._table.query(
                self._table.pk("tally"), "begins_with(sk, :month)", {":month": f"{month} "}
            )
            for name, value in item.items()
            if value.get("N", "0") != "0"
        }

    def months(self) -> list[str]:
        return [item["sk"]["S"] for item in self._table.query(self._table.pk("months"))]

    def messages(
        self, state: str, until: str = "~", limit: int = 50, since: str = ""
    ) -> list[Message]:
        # What is to be tried at that very moment goes on with a space and its id.
        ends = {":first": since or " ", ":last": f"{until}!"}
        pages = self._table.pages(
            self._table.pk("messages", state), "sk BETWEEN :first AND :last", ends, limit
        )
        ids = [number(place) for place in next(pages, [])]
        kept = self._table.batch([(self._table.pk("message", name), "-") for name in ids])
        found = {item["id"]["S"]: items.as_message(item) for item in kept}
        return [found[name] for name in ids if name in found]

    def settle(self, message: Message, tried: int) -> bool:
        item = self._table.item((self._table.pk("message", message.id), "-"))
        if item is None:
            return False
        try:
            self._table.settle(items.as_message(item), message, tried)
        except Lost:
            return False
        return True

    def count(self, what: str, now: datetime, until: datetime) -> int:
        # DynamoDB itself removes what has expired, a few days later.
        values = {":one": 1, ":now": to_utc(now), ":until": to_utc(until)}
        values[":expires"] = int(until.timestamp())
        while True:  # Until none of the conditions was overtaken by somebody else.
            for update, condition in COUNTING:
                with suppress(self._table.client.exceptions.ConditionalCheckFailedException):
                    counted = self._table.client.update_item(
                        TableName=self._table.name,
                        Key=as_item((self._table.pk("counter", what), "-")),
                        UpdateExpression=update,
                        ConditionExpression=condition,
                        ExpressionAttributeNames={"#ends": "ends"},
                        ExpressionAttributeValues=as_values(
                            {name: v for name, v in values.items() if name in update + condition}
                        ),
                        ReturnValues="ALL_NEW",
                    )
                    return int(counted["Attributes"]["stands"]["N"])

    def reset(self, what: str) -> None:
        key = as_item((self._table.pk("counter", what), "-"))
        self._table.client.delete_item(TableName=self._table.name, Key=key)

    def fact(self, name: str) -> str:
        try:
            item = self._table.item((self._table.pk("facts"), "-"))
        except self._table.client.exceptions.ResourceNotFoundException:
            raise Unusable("no_store", place=self._table.name) from None
        if item is None:
            return ""
        if int(item["layout"]["N"]) > LAYOUT:
            raise Unusable("store_newer", place=self._table.name)
        return item[name]["S"] if name in item else ""

    def set_fact(self, name: str, value: str, seen: str | None = None) -> bool:
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "Key": as_item((self._table.pk("facts"), "-")),
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
            self._table.client.update_item(**request)
        except self._table.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def numbers(self, kind: str) -> Iterator[str]:
        for item in self._table.query(self._table.pk("mark", kind, "")):
            yield number(item["sk"]["S"])

    def everything(self) -> Iterator[Stored]:
        places: dict[str, set[Place]] = {}
        for item in self._table.scan():
            key = (item["pk"]["S"], item["sk"]["S"])
            part, _, name = key[0].removeprefix(self._table.pk("")).partition("/")
            if part == "history":
                places.setdefault(name, set())
            elif part in ("mark", "due"):
                places.setdefault(number(key[1]), set()).add(key)
            elif part == "once":
                places.setdefault(item["no"]["S"], set()).add(key)
        for no, lead in places.items():
            yield items.kept(no, self._table.query(self._table.pk("history", no)), lead)

    def places(self, head: Head, traces: Set[str], submissions: Set[str]) -> set[Place]:
        return self._table.places(head, traces, submissions)

    def renew(self, kept: Stored, head: Head | None, traces: Set[str]) -> None:
        self._table.renew(kept, head, traces)

    def tallies(self) -> dict[tuple[str, str], int]:
        return {
            (item["sk"]["S"].partition(" ")[0], name): int(value["N"])
            for item in self._table.query(self._table.pk("tally"))
            for name, value in item.items()
            if value.get("N", "0") != "0"
        }

    def _heads(self, places: Sequence[str]) -> list[Head]:
        nos = [number(place) for place in places]
        found = self._table.batch([(self._table.pk("history", no), "head") for no in nos])
        heads = {item["no"]["S"]: items.listed(item) for item in found}
        return [heads[no] for no in nos]
