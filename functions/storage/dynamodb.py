"""The store in DynamoDB: one on-demand table without indexes, every change one transaction.

A community's keys begin with its name, so one table may serve many, and none shares a partition
with another. ``pk`` and ``sk`` are the table's keys; ``C`` is the community:

=====================  ====================  ====================================================
``pk``                 ``sk``                what
=====================  ====================  ====================================================
``C/history/NO``       ``head``              the head
``C/history/NO``       ``event 00000001``    an event
``C/history/NO``       ``sealed 00000001``   what is kept apart from it
``C/history/NO``       ``trace NAME``        a mark made of personal data, to be forgotten with it
``C/history/NO``       ``once NAME``         a submission that came from it
``C/mark/KIND/NAME``   ``BEGUN NO``          a mark, the newest last
``C/due/KIND/STATE``   ``DUE NO``            a state, the longest due first; ``…/OWNER`` the same
``C/once/NAME``        ``-``                 which history a submission went to
``C/tally``            ``MONTH SCOPE``       counters, an attribute each
``C/months``           ``MONTH``             which months have counters
``C/message/ID``       ``-``                 a message
``C/messages/STATE``   ``NEXT ID``           those in a state, the next to be tried first
``C/counter/WHAT``     ``-``                 a counter that ends
``C/facts``            ``-``                 facts about the store, an attribute each
=====================  ====================  ====================================================

Lists hold keys alone and lead to the heads, so a change writes only those that it moves. All
reads are strongly consistent: who pressed a button sees what it did. What each access costs is
written down in ``docs/operate.md``.
"""

import gc
import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import datetime
from itertools import count, islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.errors import Conflict, Full, Unusable
from functions.storage.history import Change, Event, Head, Kept, Message, Place, to_json, to_utc

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

Item = Mapping[str, Any]
"""An item or a key as DynamoDB writes it: ``{"pk": {"S": "…"}, …}``."""

AT_ONCE = 100
"""How many items one transaction or one batch may have."""

LAYOUT = 1
"""The version of the table above; a program refuses a table of a newer one."""

NOTHING: Item = MappingProxyType({})
FAILED = "ConditionalCheckFailed"
BUSY = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
"""Why a transaction was cancelled: for good, or so that it may succeed a moment later."""

MOST, SHORTEST, LONGEST = 12, 0.02, 1.0
"""How often to try again, and the seconds to wait between, more each time."""


COUNTING = (
    ("ADD stands :one", "#ends > :now AND #ends <= :until"),
    ("SET #ends = :until, expires = :expires ADD stands :one", "#ends > :until"),
    (
        "SET #ends = :until, expires = :expires, stands = :one",
        "attribute_not_exists(pk) OR #ends <= :now",
    ),
)
"""How a counter is changed, and on what condition: it goes on, it would end too late, it begins."""


class _Lost(Exception):
    """Somebody else was first."""


class _If(NamedTuple):
    """On what condition to write, and what it means where it does not hold."""

    condition: str
    refused: Exception
    values: Item = NOTHING


class _Write(NamedTuple):
    """One action of a transaction, and what it means where its condition does not hold."""

    action: dict[str, Any]
    refused: Exception | None = None


Key = tuple[str, str]
NEW = "attribute_not_exists(pk)"


class DynamoDB:
    """A store in one table; ``community`` parts those that share it."""

    local = False
    damage: tuple[type[Exception], ...] = (KeyError, ValueError, TypeError)

    def __init__(self, table: str, community: str = ""):
        self._client = _client()
        self._table = table
        self._community = community
        self._months: set[str] = set()

    def together(self, patience: float = 0) -> AbstractContextManager["DynamoDB"]:
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
        head = change.head
        before = head.version - len(change.events)
        stale = Conflict(f"{head.no} is not at version {before}")
        try:
            old = self.head(head.no) if before else None
            if before and (old is None or old.version != before):
                raise stale
            writes = [
                *self._once(change),
                self._head(head, before, stale),
                *self._parts(change),
                *self._lists(self._listed(old), self._listed(head)),
                *self._tallied(change),
            ]
            forgotten = self._kept_apart(change) if change.erase else set()
            # What does not fit into the transaction that announces it goes before, so that
            # nothing is ever said to be erased that is still there.
            room = AT_ONCE - len(writes)
            *first, last = _parted(sorted(forgotten), room)
            for keys in first:
                self._transact([self._unchanged(head.no, before, stale), *self._deletes(keys)])
            self._transact([*writes, *self._deletes(last)])
        except (_Lost, Conflict):
            if change.once and (filed := self.filed(change.once)):
                return filed
            raise
        self._months.update(month for month, _ in change.tally)
        return head.no

    def _once(self, change: Change) -> Iterator[_Write]:
        if change.once:
            no = change.head.no
            yield self._put((self._pk("once", change.once), "-"), {"no": no}, _If(NEW, _Lost()))
            yield self._put((self._pk("history", no), f"once {change.once}"))

    def _head(self, head: Head, before: int, stale: Conflict) -> _Write:
        seen = _If("version = :before", stale, {":before": _value(before)})
        return self._written(head, seen if before else _If(NEW, stale))

    def _written(self, head: Head, only: _If | None) -> _Write:
        values = head._asdict() | {"data": to_json(head.data), "marks": to_json(head.marks)}
        return self._put((self._pk("history", head.no), "head"), values, only)

    def _renewed(self, kept: Kept, head: Head) -> _Write:
        """The head in place of the one that was kept, if that is still the same."""
        changed = Conflict(f"{head.no} was added to")
        if kept.head:
            return self._head(head, kept.head.version, changed)
        return self._written(head, None if "head" in kept.damaged else _If(NEW, changed))

    def _parts(self, change: Change) -> Iterator[_Write]:
        """Events, what is sealed, traces and messages: what is new and nobody else's."""
        head = change.head
        pk = self._pk("history", head.no)
        added = enumerate(change.events, head.version - len(change.events) + 1)
        for seq, event in {**change.rewritten, **dict(added)}.items():
            said = {"kind": event.kind, "by": event.by, "at": event.at}
            yield self._put((pk, f"event {seq:08}"), said | {"data": to_json({**event.data})})
        for seq, sealed in change.personal.items():
            yield self._put((pk, f"sealed {seq:08}"), {"sealed": sealed})
        for trace in dict.fromkeys(change.traces):
            mark = self._pk("mark", head.kind, trace)
            yield self._put((mark, head.place))
            yield self._put((pk, f"trace {trace}"), {"mark": mark, "place": head.place})
        for message in change.messages:
            yield self._put((self._pk("message", message.id), "-"), message._asdict())
            yield self._put(self._queued(message))

    def _kept_apart(self, change: Change) -> set[Key]:
        """Where what was kept apart so far lies, and its traces; less what the change puts back."""
        no, kind = change.head.no, change.head.kind
        traces = [*self._history(no, "trace ")]
        keys = {(i["pk"]["S"], i["sk"]["S"]) for i in (*traces, *self._history(no, "sealed "))}
        keys |= {(item["mark"]["S"], item["place"]["S"]) for item in traces}
        pk, place = self._pk("history", no), change.head.place
        stays = {(pk, f"sealed {seq:08}") for seq in change.personal}
        stays |= {(pk, f"trace {trace}") for trace in change.traces}
        return keys - stays - {(self._pk("mark", kind, t), place) for t in change.traces}

    def _unchanged(self, no: str, version: int, stale: Conflict) -> _Write:
        check = {
            "TableName": self._table,
            "Key": _item((self._pk("history", no), "head")),
            "ConditionExpression": "version = :before",
            "ExpressionAttributeValues": _values({":before": version}),
        }
        return _Write({"ConditionCheck": check}, stale)

    def _listed(self, head: Head | None) -> set[Key]:
        """Where lists have a head."""
        if head is None:
            return set()
        due = self._pk("due", head.kind, head.state)
        listed = {(self._pk("mark", head.kind, mark), head.place) for mark in ("", *head.marks)}
        listed.add((due, head.turn))
        return listed | ({(f"{due}/{head.owner}", head.turn)} if head.owner else set())

    def _queued(self, message: Message) -> Key:
        return self._pk("messages", message.state), f"{message.next_at} {message.id}"

    def _lists(self, old: set[Key], new: set[Key]) -> Iterator[_Write]:
        yield from self._deletes(sorted(old - new))
        for key in sorted(new - old):
            yield self._put(key)

    def _deletes(self, keys: Sequence[Key]) -> Iterator[_Write]:
        for key in keys:
            yield _Write({"Delete": {"TableName": self._table, "Key": _item(key)}})

    def _tallied(self, change: Change) -> Iterator[_Write]:
        """One update for all counters of a scope, on condition of the limits they must keep."""
        scopes: dict[str, list[tuple[str, str]]] = {}
        for month, name in {**change.tally, **change.limits}:
            scopes.setdefault(f"{month} {_scope(name)}", []).append((month, name))
        for scope, counters in scopes.items():
            yield self._counted(scope, counters, change)
        for month in {month for month, _ in change.tally} - self._months - {""}:
            yield self._put((self._pk("months"), month))

    def _counted(self, scope: str, counters: list[tuple[str, str]], change: Change) -> _Write:
        adds, limits, values = [], [], {}
        for n, counter in enumerate(counters):
            more = change.tally.get(counter, 0)
            if more:
                adds.append(f"#{n} :{n}")
                values[f":{n}"] = _value(more)
            if counter in change.limits:
                room = change.limits[counter] - more
                values[f":room{n}"] = _value(room)
                empty = f"attribute_not_exists(#{n}) OR " if room >= 0 else ""
                limits.append(f"({empty}#{n} <= :room{n})")
        action: dict[str, Any] = {
            "TableName": self._table,
            "Key": _item((self._pk("tally"), scope)),
            "ExpressionAttributeNames": {f"#{n}": name for n, (_, name) in enumerate(counters)},
            "ExpressionAttributeValues": values,
        }
        if limits:
            action["ConditionExpression"] = " AND ".join(limits)
        full = Full(f"no more room in {scope}")
        if not adds:
            return _Write({"ConditionCheck": action}, full)
        return _Write({"Update": action | {"UpdateExpression": f"ADD {', '.join(adds)}"}}, full)

    def filed(self, once: str) -> str | None:
        item = self._item((self._pk("once", once), "-"))
        return item["no"]["S"] if item else None

    def head(self, no: str) -> Head | None:
        item = self._item((self._pk("history", no), "head"))
        return _as_head(item) if item else None

    def events(self, no: str) -> tuple[Event, ...]:
        return tuple(_as_event(item) for item in self._history(no, "event "))

    def personal(self, no: str) -> dict[int, bytes]:
        return {int(_rest(i)): bytes(i["sealed"]["B"]) for i in self._history(no, "sealed ")}

    def traces(self, no: str) -> list[str]:
        return [_rest(item) for item in self._history(no, "trace ")]

    def submissions(self, no: str) -> list[str]:
        return [_rest(item) for item in self._history(no, "once ")]

    def find(
        self, kind: str, marks: Sequence[str] = (), before: str = "", limit: int = 20
    ) -> list[Head]:
        first, *others = (self._pk("mark", kind, mark) for mark in marks or ("",))
        found: list[str] = []
        earlier, size = {":last": before or "~"}, AT_ONCE if others else limit
        for places in self._pages(first, "sk < :last", earlier, size, forward=False):
            for pk in others:
                there = {item["sk"]["S"] for item in self._batch([(pk, place) for place in places])}
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
        pk = self._pk("due", kind, state) + (f"/{owner}" if owner else "")
        # BETWEEN takes both ends in: the turns right after one's, and none of the day itself.
        ends = {":first": f"{after}!" if after else " ", ":last": until}
        pages = self._pages(pk, "sk BETWEEN :first AND :last", ends, limit)
        return self._heads(next(pages, []))

    def tally(self, month: str) -> dict[str, int]:
        return {
            name: int(value["N"])
            for item in self._query(
                self._pk("tally"), "begins_with(sk, :month)", {":month": f"{month} "}
            )
            for name, value in item.items()
            if value.get("N", "0") != "0"
        }

    def months(self) -> list[str]:
        return [item["sk"]["S"] for item in self._query(self._pk("months"))]

    def messages(
        self, state: str, until: str = "~", limit: int = 50, since: str = ""
    ) -> list[Message]:
        # What is to be tried at that very moment goes on with a space and its id.
        ends = {":first": since or " ", ":last": f"{until}!"}
        pages = self._pages(self._pk("messages", state), "sk BETWEEN :first AND :last", ends, limit)
        ids = [_no(place) for place in next(pages, [])]
        kept = self._batch([(self._pk("message", name), "-") for name in ids])
        found = {item["id"]["S"]: _as_message(item) for item in kept}
        return [found[name] for name in ids if name in found]

    def settle(self, message: Message, tried: int) -> bool:
        key = (self._pk("message", message.id), "-")
        item = self._item(key)
        if item is None:
            return False
        untouched = _If("tries = :tried", _Lost(), {":tried": _value(tried)})
        queues = {self._queued(_as_message(item))}, {self._queued(message)}
        try:
            self._transact([self._put(key, message._asdict(), untouched), *self._lists(*queues)])
        except _Lost:
            return False
        return True

    def count(self, what: str, now: datetime, until: datetime) -> int:
        # DynamoDB itself removes what has expired, a few days later.
        values = {":one": 1, ":now": to_utc(now), ":until": to_utc(until)}
        values[":expires"] = int(until.timestamp())
        while True:  # Until none of the conditions was overtaken by somebody else.
            for update, condition in COUNTING:
                with suppress(self._client.exceptions.ConditionalCheckFailedException):
                    counted = self._client.update_item(
                        TableName=self._table,
                        Key=_item((self._pk("counter", what), "-")),
                        UpdateExpression=update,
                        ConditionExpression=condition,
                        ExpressionAttributeNames={"#ends": "ends"},
                        ExpressionAttributeValues=_values(
                            {name: v for name, v in values.items() if name in update + condition}
                        ),
                        ReturnValues="ALL_NEW",
                    )
                    return int(counted["Attributes"]["stands"]["N"])

    def reset(self, what: str) -> None:
        key = _item((self._pk("counter", what), "-"))
        self._client.delete_item(TableName=self._table, Key=key)

    def fact(self, name: str) -> str:
        try:
            item = self._item((self._pk("facts"), "-"))
        except self._client.exceptions.ResourceNotFoundException:
            raise Unusable("no_store", place=self._table) from None
        if item is None:
            return ""
        if int(item["layout"]["N"]) > LAYOUT:
            raise Unusable("store_newer", place=self._table)
        return item[name]["S"] if name in item else ""

    def set_fact(self, name: str, value: str, seen: str | None = None) -> bool:
        asked: dict[str, Any] = {
            "TableName": self._table,
            "Key": _item((self._pk("facts"), "-")),
            "UpdateExpression": "SET #name = :value, layout = :layout",
            "ExpressionAttributeNames": {"#name": name},
            "ExpressionAttributeValues": _values({":value": value, ":layout": LAYOUT}),
        }
        if seen is not None:
            asked["ConditionExpression"] = "attribute_not_exists(#name)"
            if seen:
                asked["ConditionExpression"] = "#name = :seen"
                asked["ExpressionAttributeValues"] |= _values({":seen": seen})
        try:
            self._client.update_item(**asked)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def numbers(self, kind: str) -> Iterator[str]:
        for item in self._query(self._pk("mark", kind, "")):
            yield _no(item["sk"]["S"])

    def everything(self) -> Iterator[Kept]:
        places: dict[str, set[Place]] = {}
        for item in self._scan():
            key = (item["pk"]["S"], item["sk"]["S"])
            part, _, rest = key[0].removeprefix(self._pk("")).partition("/")
            if part == "history":
                places.setdefault(rest, set())
            elif part in ("mark", "due"):
                places.setdefault(_no(key[1]), set()).add(key)
            elif part == "once":
                places.setdefault(item["no"]["S"], set()).add(key)
        for no, lead in places.items():
            yield _kept(no, self._query(self._pk("history", no)), lead)

    def places(self, head: Head, traces: Set[str], submissions: Set[str]) -> set[Place]:
        marks = {(self._pk("mark", head.kind, trace), head.place) for trace in traces}
        return self._listed(head) | marks | {(self._pk("once", name), "-") for name in submissions}

    def renew(self, kept: Kept, head: Head | None, traces: Set[str]) -> None:
        pk = self._pk("history", kept.no)
        writes, should = list[_Write](), set[Place]()
        if head:
            should = self.places(head, traces, kept.submissions)
            writes.append(self._renewed(kept, head))
            for trace in traces:
                mark = {"mark": self._pk("mark", head.kind, trace), "place": head.place}
                writes.append(self._put((pk, f"trace {trace}"), mark))
        writes += self._deletes([(pk, f"trace {trace}") for trace in kept.traces - traces])
        for key in should - kept.places:
            once = key[0].startswith(self._pk("once", ""))
            writes.append(self._put(key, {"no": kept.no} if once else NOTHING))
        writes += self._deletes(sorted(kept.places - should))
        for first in range(0, len(writes), AT_ONCE):
            self._transact(writes[first : first + AT_ONCE])

    def tallies(self) -> dict[tuple[str, str], int]:
        return {
            (_first(item["sk"]["S"]), name): int(value["N"])
            for item in self._query(self._pk("tally"))
            for name, value in item.items()
            if value.get("N", "0") != "0"
        }

    def _scan(self) -> Iterator[Item]:
        """All items of the community, in no order: keys, and what submissions lead to. The whole
        table is read for it."""
        asked: dict[str, Any] = {
            "TableName": self._table,
            "FilterExpression": "begins_with(pk, :community)",
            "ProjectionExpression": "pk, sk, #no",
            "ExpressionAttributeNames": {"#no": "no"},
            "ExpressionAttributeValues": _values({":community": self._pk("")}),
            "ConsistentRead": True,
        }
        while True:
            page = self._client.scan(**asked)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _pk(self, *parts: str) -> str:
        return "/".join((self._community, *parts))

    def _put(
        self, key: Key, attributes: Mapping[str, Any] = NOTHING, only: _If | None = None
    ) -> _Write:
        put: dict[str, Any] = {"TableName": self._table, "Item": _item(key) | _values(attributes)}
        if only is None:
            return _Write({"Put": put})
        put["ConditionExpression"] = only.condition
        if only.values:
            put["ExpressionAttributeValues"] = only.values
        return _Write({"Put": put}, only.refused)

    def _transact(self, writes: Sequence[_Write]) -> None:
        """Do all or nothing; wait and try again where others are at the same items.

        Raises:
            What the first write that was refused stands for.
        """
        actions: Any = [write.action for write in writes]
        for attempt in count():
            try:
                self._client.transact_write_items(TransactItems=actions)
            except self._client.exceptions.TransactionCanceledException as cancelled:
                codes = [reason["Code"] for reason in cancelled.response["CancellationReasons"]]
                if not BUSY.intersection(codes) or attempt == MOST:
                    met = (
                        w.refused for w, code in zip(writes, codes, strict=True) if code == FAILED
                    )
                    raise next(filter(None, met), cancelled) from None
                _pause(attempt)
            else:
                return

    def _item(self, key: Key) -> Item | None:
        answer = self._client.get_item(TableName=self._table, Key=_item(key), ConsistentRead=True)
        return answer.get("Item")

    def _history(self, no: str, part: str) -> Iterator[Item]:
        return self._query(self._pk("history", no), "begins_with(sk, :part)", {":part": part})

    def _query(
        self,
        pk: str,
        which: str = "",
        values: Mapping[str, str] = NOTHING,
        limit: int = 0,
        forward: bool = True,
    ) -> Iterator[Item]:
        """The items of a partition in order, read as they are asked for, ``limit`` at a time."""
        asked: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": f"pk = :pk AND {which}" if which else "pk = :pk",
            "ExpressionAttributeValues": _values({":pk": pk, **values}),
            "ScanIndexForward": forward,
            "ConsistentRead": True,
        }
        if limit:
            asked["Limit"] = limit
        while True:
            page = self._client.query(**asked)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _pages(
        self, pk: str, which: str, values: Mapping[str, str], size: int, forward: bool = True
    ) -> Iterator[list[str]]:
        """The sort keys of a list, so many at a time."""
        items = self._query(pk, which, values, size, forward)
        while page := [item["sk"]["S"] for item in islice(items, size)]:
            yield page

    def _batch(self, keys: Sequence[Key]) -> Iterator[Item]:
        """The items that are there, in no order."""
        waiting: list[Item] = [_item(key) for key in keys]
        for attempt in count():
            if not waiting:
                return
            asked: Any = {"Keys": waiting[:AT_ONCE], "ConsistentRead": True}
            answer: Any = self._client.batch_get_item(RequestItems={self._table: asked})
            yield from answer["Responses"].get(self._table, [])
            left = answer["UnprocessedKeys"].get(self._table, {}).get("Keys", [])
            if left:
                _pause(attempt)
            waiting = [*left, *waiting[AT_ONCE:]]

    def _heads(self, places: Sequence[str]) -> list[Head]:
        nos = [_no(place) for place in places]
        items = self._batch([(self._pk("history", no), "head") for no in nos])
        heads = {item["no"]["S"]: _listed(item) for item in items}
        return [heads[no] for no in nos]


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


def _parted(keys: Sequence[Key], last: int) -> list[Sequence[Key]]:
    """The keys in parts that fit into one transaction beside a condition, the last in ``last``."""
    size = AT_ONCE - 1
    begins = max(0, len(keys) - last)
    return [*(keys[n : min(n + size, begins)] for n in range(0, begins, size)), keys[begins:]]


def _scope(name: str) -> str:
    """Counters of a scope lie in one item: many change together, and an item stays small."""
    scope, _, what = name.partition(" ")
    return f"{scope} {what.rpartition(':')[0]}"


def _pause(attempt: int) -> None:
    # At random, so that those who collided do not collide again.
    time.sleep(random.uniform(0, min(LONGEST, SHORTEST * 2**attempt)))  # noqa: S311


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"B": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def _values(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in attributes.items()}


def _item(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _kept(no: str, items: Iterator[Item], places: Set[Place]) -> Kept:
    """One history of its items; those that are damaged are named."""
    head, events, personal, damaged = None, {}, {}, []
    names: dict[str, set[str]] = {"trace": set(), "once": set()}
    for item in items:
        part, _, rest = item["sk"]["S"].partition(" ")
        try:
            if part == "head":
                head = _as_head(item)
            elif part == "event":
                events[int(rest)] = _as_event(item)
            elif part == "sealed":
                personal[int(rest)] = bytes(item["sealed"]["B"])
            else:
                names[part].add(rest)
        except DynamoDB.damage:
            damaged.append(f"{part} {rest.lstrip('0')}".strip())
    return Kept(no, head, events, personal, names["trace"], names["once"], places, damaged)


def _rest(item: Item) -> str:
    """What a sort key says after its first word."""
    return _no(item["sk"]["S"])


def _no(place: str) -> str:
    return place.partition(" ")[2]


def _first(key: str) -> str:
    return key.partition(" ")[0]


def _listed(item: Item) -> Head:
    """A head for a list, which one that is damaged must not break."""
    try:
        return _as_head(item)
    except ValueError:
        return _as_head({**item, "data": {"S": "{}"}, "marks": {"S": "[]"}})


def _as_head(item: Item) -> Head:
    texts = {name: item[name]["S"] for name in ("no", "kind", "state", "begun", "due", "owner")}
    return Head(
        version=int(item["version"]["N"]),
        data=json.loads(item["data"]["S"]),
        marks=tuple(json.loads(item["marks"]["S"])),
        **texts,
    )


def _as_event(item: Item) -> Event:
    kind, by, at, data = (item[name]["S"] for name in ("kind", "by", "at", "data"))
    return Event(kind, by, at, json.loads(data))


def _as_message(item: Item) -> Message:
    texts = {name: item[name]["S"] for name in ("id", "to", "text", "state", "next_at", "error")}
    return Message(tries=int(item["tries"]["N"]), **texts)
