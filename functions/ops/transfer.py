"""Move everything from one store to another, such as from a machine to AWS and back.

Nobody should write meanwhile. A move that broke off can be run again: what is in the target already
is left alone, and what the source has gained is added. Sealed parts stay sealed, so both places
need the same secret. Messages that were sent, and counters of tries, stay behind.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from functions.errors import Refused
from functions.ops.consistency import EVERY
from functions.orders import counters
from functions.orders.counters import Tally
from functions.orders.upkeep import AT_ONCE, parted
from functions.storage import opening
from functions.storage.history import Change, Message
from functions.storage.port import Store


def numbers(store: Store) -> list[str]:
    """The numbers of all histories.

    Raises:
        Refused: ``damaged``, a history cannot be read.
    """
    found = []
    for kept in store.everything():
        if kept.damaged or kept.head is None:
            raise Refused("damaged", no=kept.no)
        found.append(kept.no)
    return found


def move(source: Store, target: Store, nos: Iterable[str]) -> int:
    """Write to the target what it lacks of these histories, then counters and messages. Returns how
    many histories were written to.

    Raises:
        Refused: ``foreign``, the target has another secret, with which nothing of the source would
            open; ``diverged``, the target has something of a number that the source has not.
    """
    secret = source.fact(opening.FACT)
    if secret and target.fact(opening.FACT) not in ("", secret):
        raise Refused("foreign")
    if secret:
        target.set_fact(opening.FACT, secret)
    written, anchor = 0, None
    for no in nos:
        written += _carry(source, target, no)
        anchor = no
    if anchor and (head := target.head(anchor)):
        missing = counters.difference(Tally(target.tallies()), Tally(source.tallies()))
        for part in parted(missing):
            target.commit(Change(head, [], tally=part))
        there = {message.id for message in _messages(target)}
        for message in _messages(source):
            if message.id not in there:
                target.commit(Change(head, [], messages=[message]))
    return written


def differences(source: Store, target: Store) -> list[str]:
    """What is different in the two: numbers of histories, ``counters``, ``messages``."""
    ours, theirs = ({*numbers(store)} for store in (source, target))
    found = sorted(ours ^ theirs)
    found += sorted(no for no in ours & theirs if digest(source, no) != digest(target, no))
    found += ["counters"] * (source.tallies() != target.tallies())
    found += ["messages"] * ({*_messages(source)} != {*_messages(target)})
    return found


def digest(store: Store, no: str) -> str:
    """A digest of all that is kept of one history; the same in every engine."""
    kept: list[Any] = [
        store.head(no),
        [[event.kind, event.by, event.at, {**event.data}] for event in store.events(no)],
        [[seq, sealed.hex()] for seq, sealed in sorted(store.personal(no).items())],
        sorted(store.traces(no)),
        sorted(store.submissions(no)),
    ]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _carry(source: Store, target: Store, no: str) -> bool:
    head, events, personal = source.head(no), source.events(no), source.personal(no)
    old = target.head(no)
    have = old.version if old else 0
    if head is None or target.events(no) != events[:have]:
        raise Refused("diverged", no=no)
    if old and digest(source, no) == digest(target, no):
        return False
    for first in range(have, len(events), AT_ONCE):
        part = events[first : first + AT_ONCE]
        last = first + len(part)
        sealed = {seq: personal[seq] for seq in personal if first < seq <= last}
        target.commit(Change(head._replace(version=last), part, sealed))
    theirs = target.personal(no)
    stale = {seq: part for seq, part in personal.items() if theirs.get(seq) != part}
    for sealed in parted(stale):
        target.commit(Change(head, [], sealed))
    target.commit(Change(head, [], erase=not personal))
    for traces in parted({mark: mark for mark in source.traces(no)}):
        target.commit(Change(head, [], traces=[*traces]))
    for once in source.submissions(no):
        target.commit(Change(head, [], once=once))
    return True


def _messages(store: Store) -> Iterator[Message]:
    for state in ("waiting", "failed"):
        yield from store.messages(state, limit=EVERY)
