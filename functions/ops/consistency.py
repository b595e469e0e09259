"""Compare a store with the histories in it, and correct what is derived from them.

They disagree where a file was damaged or edited, a rule has changed, or an earlier version left
something. SQLite is read as it was at one moment and mended in one transaction, so others may write
meanwhile. On DynamoDB nobody should, and mending that broke off is begun again.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from functions.app import App
from functions.errors import Conflict, Refused, Unusable
from functions.ops import demo, history_check
from functions.ops.history_check import Fault, Repair, Verdict
from functions.orders import counters, names, repository, upkeep
from functions.orders.counters import Tally
from functions.orders.upkeep import PATIENCE, parted
from functions.people import accounts
from functions.storage import opening
from functions.storage.history import LAYOUT, Change, Event, Head, Message, Stored

KIND = history_check.DOCTOR
EVERY = 1_000_000

T = TypeVar("T")


class Refusal(Refused):
    """Mending would make it worse; nothing was changed. The code is :attr:`Findings.refusal`."""

    def __init__(self, code: str, found: "Findings"):
        super().__init__(code)
        self.found = found


class Findings(NamedTuple):
    """``unread``: from how many histories no head can be made. ``counters``: what is missing from
    each counter that is wrong."""

    histories: int
    unread: int
    faults: list[Fault]
    repairs: list[Repair]
    counters: dict[tuple[str, str], int]
    refusal: str = ""
    """Why this should not be mended: ``damaged``, ``secret``, ``unreadable`` or ``nothing``."""

    @property
    def healthy(self) -> bool:
        return not self.faults


def from_environment() -> tuple[App, Unusable | None]:
    """The app that the environment describes, and what is wrong with its secret, if anything.

    Raises:
        Unusable: there is no store, or it cannot be opened.
    """
    address = os.environ["WUDAN_STORE"]
    secret, wrong = b"", None
    try:
        secret = opening.secret_for(address, opening.configured(), "never")
    except Unusable as unusable:
        if not unusable.code.startswith("secret"):
            raise
        wrong = unusable
    store = opening.existing(address)
    app = App(Path(os.environ["WUDAN_BUNDLE"]), lambda: store, secret)
    return app.inside(store), wrong


def examine(app: App) -> Findings:
    """Read everything that is kept, and say what does not agree."""
    with app.store.snapshot() as store:
        return _Examination(app.inside(store)).run()


def mend(app: App) -> Findings:
    """Write what should have been there, and return what was found. A history records that counters
    were corrected. Events and sealed parts are removed only if they should have been erased.

    Raises:
        Refusal: too little can be read.
        Exception: somebody else went on writing; nothing was changed.
    """
    with app.store.batch(PATIENCE) as store:
        inside = app.inside(store)
        examination = _Examination(inside)
        found = examination.run()
        if found.refusal:
            raise Refusal(found.refusal, found)
        for repair in found.repairs:
            with suppress(Conflict):  # Not every engine keeps others out; the next run mends it.
                store.renew(repair.kept, repair.head, repair.traces)
                if repair.change:
                    store.commit(repair.change)
        for missing in parted(found.counters):
            _count(inside, missing)
        if any(fault.no.startswith(f"{names.KIND}:") for fault in found.faults):
            inside.names.keep(app.clock.now.isoformat())  # Names are in no events.
    if any(fault.code == "traces" for fault in found.faults):
        app.store.set_fact(upkeep.TRACED, "")  # The schedule adds those of parts again.
    if examination.before:  # What that version did not count, the examination passed over.
        upkeep.recount(app.orders, app.clock.now.isoformat())
    return found


RESTORED = "restored"
"""The fact that says when a copy was last put in the place of the store."""


class _Examination:
    """What is known about a store while it is read."""

    def __init__(self, app: App):
        self.app, self.store = app, app.store
        self.faults: list[Fault] = []
        self.repairs: list[Repair] = []
        self.total = Tally()
        self.seen: set[str] = set()
        self.referred: set[str] = set()
        self.acted: set[str] = set()
        self.unread = 0
        self.unknown = False
        """Whether nobody can know what something counts for."""
        self.before = False
        """Whether an earlier version left orders that the schedule has not counted anew yet."""
        known = self._read("facts", lambda: self.store.fact(opening.FACT), "")
        self.given_up = self._read("facts", lambda: self.store.fact(opening.GIVEN_UP), "")
        self.restored = self._read("facts", lambda: self.store.fact(RESTORED), "")
        prints = app.vault.fingerprints
        self.opens = bool(prints) and (not known or known in prints)
        if not self.opens:
            self.faults.append(Fault("secret_foreign" if prints else "secret_missing"))

    def run(self) -> Findings:
        self.faults += [Fault("file", names={"error": error}) for error in self.store.faults()]
        sealed = 0
        for kept in self._all():
            sealed += len(kept.personal)
            self._take(kept)
        self._suspect_the_secret(sealed)
        self._compare_messages()
        self._compare_names()
        counters = self._compare_counters()
        found = Findings(len(self.seen), self.unread, self.faults, self.repairs, counters)
        return found._replace(refusal=self._refusal())

    def _all(self) -> Iterator[Stored]:
        try:
            yield from self.store.everything()
        except self.store.damage as error:
            self.unknown = True
            self.faults.append(Fault("unreadable", "histories", {"error": error}))

    def _read(self, part: str, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except self.store.damage as error:
            self.faults.append(Fault("unreadable", part, {"error": error}))
            return otherwise

    def _take(self, kept: Stored) -> None:
        try:
            verdict = history_check.check(self.app, kept, self.opens, self.given_up)
        except self.store.damage as error:  # One that cannot be checked must not hide the others.
            verdict = Verdict([Fault("impossible", kept.no, {"error": error})], None, None)
        self.faults += verdict.faults
        if verdict.repair:
            self.repairs.append(verdict.repair)
        if verdict.counted is None:
            self.unknown = True
        else:
            self.total.update(verdict.counted)
        if kept.head or kept.events or kept.personal or kept.damaged:
            self.seen.add(kept.no)
            self.unread += not verdict.events
        head = kept.head
        self.before |= head is not None and head.kind == repository.KIND and head.layout < LAYOUT
        self.referred |= history_check.referred(kept, self.restored)
        self.acted |= history_check.acted(verdict.events)

    def _suspect_the_secret(self, sealed: int) -> None:
        """If most sealed parts cannot be opened, they are not damaged: the secret is another's."""
        others = [fault for fault in self.faults if fault.code != "sealed"]
        if (len(self.faults) - len(others)) * 2 > sealed:
            self.faults = [*others, Fault("secret_foreign")]

    def _compare_messages(self) -> None:
        for state in ("waiting", "failed", "sent"):
            read = partial(self.store.messages, state, limit=EVERY)
            for message in self._read("messages", read, list[Message]()):
                no, *rest = str(message.id).split(":")
                self.referred |= {no} if len(rest) == 3 else set()

    def _compare_names(self) -> None:
        self.faults += [Fault("lost", no) for no in sorted(self.referred - self.seen)]
        there = {no.removeprefix(f"{accounts.KIND}:") for no in self.seen} | {demo.WHO}
        self.faults += [Fault("account_lost", who) for who in sorted(self.acted - there)]

    def _compare_counters(self) -> dict[tuple[str, str], int]:
        stored = Tally(self._read("figures", self.store.tallies, dict[tuple[str, str], int]()))
        if self.unknown:
            self.faults.append(Fault("uncounted"))
            return {}
        wrong = counters.difference(stored, self.total)
        if self.before:
            wrong = {each: n for each, n in wrong.items() if not counters.is_later(*each)}
        for (month, name), missing in sorted(wrong.items(), key=str):
            names = {"month": month or "-", "stands": stored[month, name], "missing": missing}
            self.faults.append(Fault("counter", name, names))
        return wrong

    def _refusal(self) -> str:
        codes = Counter(fault.code for fault in self.faults)
        if codes["file"] or codes["unreadable"]:
            return "damaged"
        if codes["secret_foreign"] or codes["secret_missing"]:
            return "secret"
        if self.unread * 2 > len(self.seen):
            return "unreadable"
        return "nothing" if codes["counter"] and not self.total else ""


def _count(app: App, missing: dict[tuple[str, str], int]) -> None:
    old, at = app.store.head(KIND), app.clock.now.isoformat()
    head = old or Head(KIND, KIND, 0, "", at, {})
    event = Event("counted", "staff", at, {"counters": len(missing)})
    app.store.commit(Change(head._replace(version=head.version + 1), [event], tally=missing))
