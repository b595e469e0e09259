"""A :class:`functions.storage.history.Change` as the actions of one transaction."""

from collections.abc import Iterator, Sequence, Set
from typing import Any

from functions.errors import Conflict, Full, WudanError
from functions.storage.dynamodb import items
from functions.storage.dynamodb.items import (
    NOTHING,
    Key,
    as_item,
    as_value,
    as_values,
    sealed_key,
)
from functions.storage.dynamodb.table import AT_ONCE, NEW, If, Table, Write
from functions.storage.history import (
    LAYOUT_KEY,
    Change,
    Counted,
    Head,
    Message,
    Place,
    Stored,
    added_up,
    to_json,
)


class Lost(WudanError):
    """Somebody else was first."""


class Changes(Table):
    """A table with all that is written to it."""

    def __init__(self, name: str, community: str = ""):
        super().__init__(name, community)
        self._months: set[str] = set()
        """Those that are known to be listed."""

    def write(self, changes: Sequence[tuple[Change, Head | None]]) -> None:
        """Write changes, each after the head that was read before, if there was one. Raises as
        ``commit`` does, and ``Lost`` if a submission was committed meanwhile."""
        tally, limits = added_up([change for change, _ in changes])
        writes = [write for change in changes for write in self._changed(*change)]
        writes += self._tallied(tally, limits)
        change, old = changes[0]
        sealed = self._sealed(change) if change.erase else set()
        # What does not fit into the transaction that announces it goes before, so that nothing is
        # ever said to be erased that is still there.
        *first, last = _split(sorted(sealed), AT_ONCE - len(writes))
        for keys in first:
            self.transact([self._unchanged(change.head.no, old), *self.deletes(keys)])
        self.transact([*writes, *self.deletes(last)])
        self._months.update(month for month, _ in tally)

    def _changed(self, change: Change, old: Head | None) -> Iterator[Write]:
        """All of a change besides counters and what it erases."""
        head = change.head
        yield from self._once(change)
        yield self._head(head, self._seen(old.version if old else 0, _stale(head.no, old)))
        yield from self._parts(change)
        yield from self._moved(self._listed(old), self._listed(head))

    def renew(self, kept: Stored, head: Head | None, traces: Set[str]) -> None:
        """Do what :meth:`functions.storage.port.Store.renew` says."""
        pk = self.pk("history", kept.no)
        writes, should = list[Write](), set[Place]()
        if head:
            should = self.places(head, traces, kept.submissions)
            version = kept.head.version if kept.head else 0
            same = self._seen(version, Conflict(no=head.no))
            writes.append(self._head(head, None if "head" in kept.damaged else same))
            for trace in traces:
                mark = {"mark": self.pk("mark", head.kind, trace), "place": head.position}
                writes.append(self.put((pk, f"trace {trace}"), mark))
        writes += self.deletes((pk, f"trace {trace}") for trace in kept.traces - traces)
        for key in should - kept.places:
            once = key[0].startswith(self.pk("once", ""))
            writes.append(self.put(key, {"no": kept.no} if once else NOTHING))
        writes += self.deletes(sorted(kept.places - should))
        for first in range(0, len(writes), AT_ONCE):
            self.transact(writes[first : first + AT_ONCE])

    def remove(self, no: str) -> None:
        """Do what :meth:`functions.storage.port.Store.remove` says."""
        pk = self.pk("history", no)
        stored = items.kept(no, self.query(pk), set())
        if stored.head is None:
            return
        # What leads here goes last, so that a removal that broke off is found again.
        last = {(pk, "head"), *self._listed(stored.head)}
        keys = self.places(stored.head, stored.traces, stored.submissions)
        keys |= {(pk, item["sk"]["S"]) for item in self.query(pk)}
        for part in _split(sorted(keys - last), 0):
            if part:
                self.transact([*self.deletes(part)])
        self.transact([*self.deletes(sorted(last))])

    def write_message(self, old: Message, new: Message, tried: int) -> None:
        """Write what became of a message; ``Lost`` if somebody else has tried it since."""
        untouched = If("tries = :tried", Lost(), {":tried": as_value(tried)})
        key = (self.pk("message", new.id), "-")
        moved = self._moved({self._queued(old)}, {self._queued(new)})
        self.transact([self.put(key, new._asdict(), untouched), *moved])

    def places(self, head: Head, traces: Set[str], submissions: Set[str]) -> set[Place]:
        """Where lists, traces and submissions should lead to a history with this head."""
        pk = self.pk
        marks = {(pk("mark", head.kind, trace), head.position) for trace in traces}
        return self._listed(head) | marks | {(pk("once", name), "-") for name in submissions}

    def _listed(self, head: Head | None) -> set[Key]:
        """Where lists have a head."""
        if head is None:
            return set()
        pk, due = self.pk, self.pk("due", head.kind, head.state)
        listed = {(pk("mark", head.kind, mark), head.position) for mark in ("", *head.marks)}
        listed.add((due, head.due_position))
        return listed | ({(f"{due}/{head.owner}", head.due_position)} if head.owner else set())

    def _queued(self, message: Message) -> Key:
        """Where the list of messages in a state has one."""
        return self.pk("messages", message.state), f"{message.next_at} {message.id}"

    def _moved(self, old: set[Key], new: set[Key]) -> Iterator[Write]:
        """The items of lists that take something from the old places to the new ones."""
        yield from self.deletes(sorted(old - new))
        for key in sorted(new - old):
            yield self.put(key)

    def _once(self, change: Change) -> Iterator[Write]:
        if change.once:
            no = change.head.no
            yield self.put((self.pk("once", change.once), "-"), {"no": no}, If(NEW, Lost()))
            yield self.put((self.pk("history", no), f"once {change.once}"))

    def _seen(self, version: int, stale: Conflict) -> If:
        """The condition that a head has this version still; 0 where there was none."""
        seen = If("version = :before", stale, {":before": as_value(version)})
        return seen if version else If(NEW, stale)

    def _head(self, head: Head, only: If | None) -> Write:
        data, marks = to_json({LAYOUT_KEY: head.layout, **head.data}), to_json(head.marks)
        values = head._replace(data={}, marks=())._asdict() | {"data": data, "marks": marks}
        del values["layout"]
        return self.put((self.pk("history", head.no), "head"), values, only)

    def _parts(self, change: Change) -> Iterator[Write]:
        """Events, what is sealed, traces and messages: what is new and nobody else's."""
        head = change.head
        pk = self.pk("history", head.no)
        added = enumerate(change.events, head.version - len(change.events) + 1)
        for seq, event in {**change.rewritten, **dict(added)}.items():
            fields = {"kind": event.kind, "by": event.by, "at": event.at}
            yield self.put((pk, f"event {seq:08}"), fields | {"data": to_json({**event.data})})
        for seq, sealed in change.personal.items():
            yield self.put((pk, sealed_key(seq)), {"sealed": sealed})
        for trace in dict.fromkeys(change.traces):
            mark = self.pk("mark", head.kind, trace)
            yield self.put((mark, head.position))
            yield self.put((pk, f"trace {trace}"), {"mark": mark, "place": head.position})
        for message in change.messages:
            yield self.put((self.pk("message", message.id), "-"), message._asdict())
            yield self.put(self._queued(message))

    def _sealed(self, change: Change) -> set[Key]:
        """Where what was kept apart so far lies, and its traces; less what the change puts back."""
        no, kind = change.head.no, change.head.kind
        traces = [*self.history(no, "trace ")]
        keys = {(i["pk"]["S"], i["sk"]["S"]) for i in (*traces, *self.history(no, "sealed "))}
        keys |= {(item["mark"]["S"], item["place"]["S"]) for item in traces}
        pk, place = self.pk("history", no), change.head.position
        stays = {(pk, sealed_key(seq)) for seq in change.personal}
        stays |= {(pk, f"trace {trace}") for trace in change.traces}
        return keys - stays - {(self.pk("mark", kind, t), place) for t in change.traces}

    def _unchanged(self, no: str, old: Head | None) -> Write:
        check = {
            "TableName": self.name,
            "Key": as_item((self.pk("history", no), "head")),
            "ConditionExpression": "version = :before",
            "ExpressionAttributeValues": as_values({":before": old.version if old else 0}),
        }
        return Write({"ConditionCheck": check}, _stale(no, old))

    def _tallied(self, tally: Counted, limits: Counted) -> Iterator[Write]:
        """One update for all counters of a scope, on condition of the limits they must keep."""
        scopes: dict[str, list[tuple[str, str]]] = {}
        for month, name in {**tally, **limits}:
            scopes.setdefault(f"{month} {_scope(name)}", []).append((month, name))
        for scope, counters in scopes.items():
            yield self._counted(scope, counters, tally, limits)
        for month in {month for month, _ in tally} - self._months - {""}:
            yield self.put((self.pk("months"), month))

    def _counted(
        self, scope: str, counters: list[tuple[str, str]], tally: Counted, most: Counted
    ) -> Write:
        adds, limits, values = [], [], {}
        for n, counter in enumerate(counters):
            more = tally.get(counter, 0)
            if more:
                adds.append(f"#{n} :{n}")
                values[f":{n}"] = as_value(more)
            if counter in most:
                room = most[counter] - more
                values[f":room{n}"] = as_value(room)
                empty = f"attribute_not_exists(#{n}) OR " if room >= 0 else ""
                limits.append(f"({empty}#{n} <= :room{n})")
        action: dict[str, Any] = {
            "TableName": self.name,
            "Key": as_item((self.pk("tally"), scope)),
            "ExpressionAttributeNames": {f"#{n}": name for n, (_, name) in enumerate(counters)},
            "ExpressionAttributeValues": values,
        }
        if limits:
            action["ConditionExpression"] = " AND ".join(limits)
        full = Full(scope=scope)
        if not adds:
            return Write({"ConditionCheck": action}, full)
        return Write({"Update": action | {"UpdateExpression": f"ADD {', '.join(adds)}"}}, full)


def _stale(no: str, old: Head | None) -> Conflict:
    return Conflict(no=no, version=old.version if old else 0)


def _split(keys: Sequence[Key], last: int) -> list[Sequence[Key]]:
    """The keys in parts that fit into one transaction beside a condition, the last in ``last``."""
    size = AT_ONCE - 1
    begins = max(0, len(keys) - last)
    return [*(keys[n : min(n + size, begins)] for n in range(0, begins, size)), keys[begins:]]


def _scope(name: str) -> str:
    """Counters of a scope lie in one item: many change together, and an item stays small."""
    scope, _, what = name.partition(" ")
    return f"{scope} {what.rpartition(':')[0]}"
