"""Requests to one table: reads by key and by partition, and transactions that are tried again."""

import gc
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.storage.dynamodb.items import NOTHING, Item, Key, as_item, as_values

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

AT_ONCE = 100
"""How many items one transaction or one batch may have."""
NEW = "attribute_not_exists(pk)"
"""The condition that there is no such item yet."""
FAILED = "ConditionalCheckFailed"
BUSY = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
"""Why a transaction was cancelled: for good, or so that it may succeed a moment later."""
MOST, SHORTEST, LONGEST = 12, 0.02, 1.0
"""How often to try again, and the seconds to wait between, more each time."""


class If(NamedTuple):
    """On what condition to write, and what it means where it does not hold."""

    condition: str
    refused: Exception
    values: Item = NOTHING


class Write(NamedTuple):
    """One action of a transaction, and what it means where its condition does not hold."""

    action: dict[str, Any]
    refused: Exception | None = None


class Table:
    """The items of one community in a table; ``community`` begins each partition key."""

    def __init__(self, name: str, community: str):
        self.client = _client()
        self.name = name
        self.community = community

    def pk(self, *parts: str) -> str:
        return "/".join((self.community, *parts))

    def put(
        self, key: Key, attributes: Mapping[str, Any] = NOTHING, only: If | None = None
    ) -> Write:
        """Write an item whole, on a condition if there is ``only`` one."""
        put: dict[str, Any] = {"TableName": self.name, "Item": as_item(key) | as_values(attributes)}
        if only is None:
            return Write({"Put": put})
        put["ConditionExpression"] = only.condition
        if only.values:
            put["ExpressionAttributeValues"] = only.values
        return Write({"Put": put}, only.refused)

    def deletes(self, keys: Iterable[Key]) -> Iterator[Write]:
        """Delete items, which may be gone already."""
        for key in keys:
            yield Write({"Delete": {"TableName": self.name, "Key": as_item(key)}})

    def transact(self, writes: Sequence[Write]) -> None:
        """Do all or nothing; wait and try again where others are at the same items.

        Raises:
            What the first write that was refused stands for.
        """
        actions: Any = [write.action for write in writes]
        for attempt in count():
            try:
                self.client.transact_write_items(TransactItems=actions)
            except self.client.exceptions.TransactionCanceledException as cancelled:
                codes = [reason["Code"] for reason in cancelled.response["CancellationReasons"]]
                if not BUSY.intersection(codes) or attempt == MOST:
                    met = (
                        w.refused for w, code in zip(writes, codes, strict=True) if code == FAILED
                    )
                    raise next(filter(None, met), cancelled) from None
                _pause(attempt)
            else:
                return

    def item(self, key: Key) -> Item | None:
        answer = self.client.get_item(TableName=self.name, Key=as_item(key), ConsistentRead=True)
        return answer.get("Item")

    def history(self, no: str, part: str) -> Iterator[Item]:
        """The items of a history whose sort key begins with ``part``."""
        return self.query(self.pk("history", no), "begins_with(sk, :part)", {":part": part})

    def query(
        self,
        pk: str,
        which: str = "",
        values: Mapping[str, str] = NOTHING,
        limit: int = 0,
        forward: bool = True,
    ) -> Iterator[Item]:
        """The items of a partition in order, read as they are taken, ``limit`` at a time."""
        request: dict[str, Any] = {
            "KeyConditionExpression": f"pk = :pk AND {which}" if which else "pk = :pk",
            "ExpressionAttributeValues": as_values({":pk": pk, **values}),
            "ScanIndexForward": forward,
        }
        if limit:
            request["Limit"] = limit
        return self._read(self.client.query, request)

    def pages(
        self, pk: str, which: str, values: Mapping[str, str], size: int, forward: bool = True
    ) -> Iterator[list[str]]:
        """The sort keys of a list, so many at a time."""
        items = self.query(pk, which, values, size, forward)
        while page := [item["sk"]["S"] for item in islice(items, size)]:
            yield page

    def batch_get(self, keys: Sequence[Key]) -> Iterator[Item]:
        """The items that are there, in no order."""
        waiting: list[Item] = [as_item(key) for key in keys]
        for attempt in count():
            if not waiting:
                return
            request: Any = {"Keys": waiting[:AT_ONCE], "ConsistentRead": True}
            answer: Any = self.client.batch_get_item(RequestItems={self.name: request})
            yield from answer["Responses"].get(self.name, [])
            left = answer["UnprocessedKeys"].get(self.name, {}).get("Keys", [])
            if left:
                _pause(attempt)
            waiting = [*left, *waiting[AT_ONCE:]]

    def scan(self) -> Iterator[Item]:
        """All items of the community, in no order: keys, and what submissions lead to. The whole
        table is read for it."""
        request = {
            "FilterExpression": "begins_with(pk, :community)",
            "ProjectionExpression": "pk, sk, #no",
            "ExpressionAttributeNames": {"#no": "no"},
            "ExpressionAttributeValues": as_values({":community": self.pk("")}),
        }
        return self._read(self.client.scan, request)

    def _read(self, operation: Callable[..., Any], request: dict[str, Any]) -> Iterator[Item]:
        """The items of all pages of an answer."""
        while True:
            page = operation(TableName=self.name, ConsistentRead=True, **request)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _client() -> "DynamoDBClient":
    # What boto3 loads stays as long as the process. Looking for garbage in it meanwhile takes
    # an eighth of a cold start, and finds none.
    gc.disable()
    try:
        import boto3
        from botocore.config import Config

        retries: Any = {"mode": "standard", "total_max_attempts": 6}
        config = Config(connect_timeout=3, read_timeout=5, retries=retries)
        return boto3.client("dynamodb", config=config)
    finally:
        gc.freeze()
        gc.enable()


def _pause(attempt: int) -> None:
    # At random, so that those who collided do not collide again.
    time.sleep(random.uniform(0, min(LONGEST, SHORTEST * 2**attempt)))  # noqa: S311
