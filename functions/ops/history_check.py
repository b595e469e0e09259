"""Compare what a store keeps of one history with what its events amount to.

Heads, lists, traces and counters are derived, so they can be made again from the events. Events and
sealed parts cannot: where they are damaged or missing, only a backup has them.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from functions.app import App
from functions.errors import Refused
from functions.imports import staging
from functions.orders import corrections, counters, names, repository, upkeep
from functions.orders.counters import Tally
from functions.orders.figures import report_text
from functions.orders.figures.closed import CLOSED
from functions.orders.lifecycle.order import order_of
from functions.orders.lifecycle.transitions import fold
from functions.orders.privacy import CORRECTED, all_pieces, everything_identifying
from functions.people import access_log, accounts, audit, second_factor, team_links, volunteers
from functions.storage.history import Change, Event, Head, Stored

DONE, DOCTOR, DIGEST = "done", upkeep.DOCTOR, "digest"

STATES: dict[str, dict[str, str]] = {
    accounts.KIND: {"added": "active", "reset": "active", "disabled": "disabled"},
    team_links.KIND: {"issued": "issued", "revoked": "revoked"},
    second_factor.KIND: {
        second_factor.ENROLLED: second_factor.ENROLLED,
        second_factor.FORGOTTEN: second_factor.FORGOTTEN,
    },
    access_log.EARLIER: {},
    audit.KIND: {},
    names.KIND: {},
    DIGEST: {},
    report_text.KIND: {},
    staging.KIND: {kind: kind for kind in staging.STATES},
    DONE: {},
    DOCTOR: {},
    CLOSED: {},
}
"""Histories of which only this is derived: the states that their events lead to."""

FORMS = {"submitted": "wish", "applied": "volunteer", "rated": "rating"}
"""Events whose data comes from a form that residents fill in. That of a correction comes from the
form with which its history began."""

CLEARED = ("ended_at", "problem", "answer")
"""What earlier versions left in the head of an order that began again, or took from it."""

LONG_AGO = "0001-01-01T00:00:00+00:00"

STUMBLES = (Refused, AttributeError, KeyError, TypeError, ValueError)
"""What the rules raise for a history that they would not have allowed."""


class Fault(NamedTuple):
    """``code`` is that of the sentence to show, ``names`` fill it in; ``no`` is the number of the
    history, or the name of a part of the store."""

    code: str
    no: str = ""
    names: Mapping[str, object] = {}


class Repair(NamedTuple):
    """What to write so that a history is kept as it should be: its head (None where lists lead to
    nothing) and its traces, and then ``change``, if there is one."""

    kept: Stored
    head: Head | None
    traces: Set[str]
    change: Change | None = None


class Verdict(NamedTuple):
    """``counted`` is what the history counts for, None where nobody can know. ``events`` is empty
    where the events cannot have followed one another."""

    faults: Sequence[Fault]
    repair: Repair | None
    counted: Tally | None
    events: Sequence[Event] = ()


def check(app: App, kept: Stored, opens: bool, given_up: str = "") -> Verdict:
    """Check one history. ``opens`` says whether the secret is the one that it was sealed with, and
    ``given_up`` until when it was sealed with one that is lost."""
    if not (kept.head or kept.events or kept.personal or kept.damaged):
        return Verdict([Fault("stray", kept.no)], Repair(kept, None, frozenset()), Tally())
    return _History(app, kept, opens, given_up).verdict()


class _History:
    """One history while it is examined."""

    def __init__(self, app: App, kept: Stored, opens: bool, given_up: str):
        self.app, self.kept, self.opens = app, kept, opens
        self.given_up = datetime.fromisoformat(given_up or LONG_AGO)
        self.faults: list[Fault] = []
        self.events = [event for _, event in sorted(kept.events.items())]
        self.kind = self._kind()
        self.erased = max((seq for seq, e in kept.events.items() if e.kind == "erased"), default=0)
        began = self.events[0].kind if self.events else ""
        self.exposed = {
            seq: answers
            for seq, e in kept.events.items()
            if (answers := _unsealed(app, e, began if e.kind == corrections.KIND else e.kind))
        }

    def verdict(self) -> Verdict:
        for part in self.kept.damaged:
            self._tell("damaged", part=part)
        head, counted = self._derived()
        if (found := self.kept.head) and head:
            if found.layout < head.layout:
                # An earlier version wrote it, by other rules; the next round writes it anew.
                same = {name: found.data.get(name, value) for name, value in head.data.items()}
                data = {**same, **{name: head.data[name] for name in CLEARED if name in same}}
                found = found._replace(layout=head.layout, data=data, marks=head.marks)
            pairs = zip(Head._fields, found, head, strict=True)
            if fields := [name for name, stored, derived in pairs if stored != derived]:
                self._tell("head", fields=", ".join(fields))
        if self.kind in ORDERED:
            self._check_sealed()
        repair = self._repair(head or self.kept.head, self._traces())
        if counted is None:
            return Verdict(self.faults, repair, self._by_head())
        return Verdict(self.faults, repair, counted, self.events)

    def _tell(self, code: str, **names: object) -> None:
        self.faults.append(Fault(code, self.kept.no, names))

    def _kind(self) -> str:
        if self.kept.head:
            return self.kept.head.kind
        named = self.kept.no.partition(":")[0]
        first = self.events[0].kind if self.events else ""
        begun = {"submitted": repository.KIND, "applied": volunteers.KIND}.get(first, "")
        return named if named in STATES else begun

    def _derived(self) -> tuple[Head | None, Tally | None]:
        """The head that the events amount to and what it counts for, if all events are there."""
        if not self._is_whole() or not (self.kept.head or self.kind in ORDERED):
            return None, None
        derive = DERIVED.get(self.kind, _plain)
        try:
            return derive(
                self.app, self.kept, [self._cleared(seq) for seq in sorted(self.kept.events)]
            )
        except STUMBLES as error:
            self._tell("account" if self.kind == accounts.KIND else "impossible", error=error)
            return None, None

    def _cleared(self, seq: int) -> Event:
        """An event without the answers that should be sealed."""
        event, exposed = self.kept.events[seq], self.exposed.get(seq, {})
        return event._replace(data={k: v for k, v in event.data.items() if k not in exposed})

    def _is_whole(self) -> bool:
        kept, known = self.kept, {*self.kept.events, *self._damaged("event")}
        version = kept.head.version if kept.head else 0
        missing = sorted({*range(1, max([version, *known, *kept.personal]) + 1)} - known)
        if missing:
            self._tell("gap", steps=", ".join(map(str, missing)))
        if kept.head is None and "head" not in kept.damaged:
            self._tell("headless")
        return not missing and len(known) == len(kept.events) and kept.no[:1] != "#"

    def _damaged(self, part: str) -> set[int]:
        parts = (name.split(" ") for name in self.kept.damaged if name.startswith(f"{part} "))
        return {int(seq) for _, seq in parts if seq.isdigit()}

    def _by_head(self) -> Tally | None:
        """What the head of a history that cannot be read counts for."""
        head = self.kept.head
        if self.kind in STATES:
            return Tally()
        if head is None or self.kind not in ORDERED:
            return None
        with suppress(*STUMBLES):
            if self.kind == volunteers.KIND:
                return counters.of_volunteer(head)
            return counters.of_order(order_of(head))
        return None

    def _check_sealed(self) -> None:
        kept = self.kept
        stale = sorted(seq for seq in kept.personal if seq < self.erased)
        if stale:
            self._tell("erased_kept")
        there = {*kept.personal, *self._damaged("sealed")}
        for seq, event in kept.events.items():
            if seq > self.erased and seq not in there and _is_sealed(event):
                self._tell("sealed_missing", step=seq)
        for seq, sealed in kept.personal.items():
            known = self.opens and seq not in stale and not self._is_given_up(seq)
            if known and not self.app.vault.opens(kept.no, sealed):
                self._tell("sealed", step=seq)
        if self.exposed:
            names = {name for answers in self.exposed.values() for name in answers}
            self._tell("exposed", fields=", ".join(sorted(names)))

    def _is_given_up(self, seq: int) -> bool:
        """Whether a part was sealed with a secret that is known to be lost."""
        event = self.kept.events.get(seq)
        return event is not None and datetime.fromisoformat(event.at) <= self.given_up

    def _opened(self, seq: int) -> dict[str, Any] | None:
        """What was typed with an event, or None where that cannot be read."""
        sealed = self.kept.personal.get(seq, b"")
        if not (self.opens and self.app.vault.opens(self.kept.no, sealed)):
            return None
        return self.app.vault.open(self.kept.no, sealed)

    def _traces(self) -> Set[str]:
        """The marks that should be there; those that are, where what they mark cannot be read."""
        kept = self.kept
        corrected = [seq for seq, e in kept.events.items() if e.kind == corrections.KIND]
        parts = [] if self.erased else [1, *[seq for seq in corrected if seq in kept.personal]]
        opened = {seq: self._opened(seq) for seq in parts}
        typed = {seq: answers for seq, answers in opened.items() if answers is not None}
        if len(typed) < len(opened) or self.kind not in ORDERED:
            return kept.traces
        # They may have been made with an earlier line of the secret.
        ways = [*map(self._ways, everything_identifying(typed))]
        # Those of parts are added later, by the schedule.
        fine = set[str]().union(*map(self._ways, all_pieces(typed))) & kept.traces
        if len(kept.traces - fine) == len(ways) and all(kept.traces & way for way in ways):
            return kept.traces
        self._tell("traces")
        for seq, answers in typed.items():
            if seq in kept.events and repository.is_fine_at_once(kept.events[seq]):
                fine |= {*self.app.personal.fine_traces(answers.get(CORRECTED, answers))}
        return frozenset(self.app.personal.all_traces(typed)) | fine

    def _ways(self, identifying: tuple[str, str]) -> set[str]:
        """The traces of an answer, which may be made with an earlier line of the secret."""
        name, value = identifying
        stamps = self.app.vault.stamps("trace", name, value)
        return {f"{name}:{stamp[:32]}" for stamp in stamps}

    def _repair(self, head: Head | None, traces: Set[str]) -> Repair | None:
        if head is None:
            return None
        kept, change = self.kept, self._change(head, traces)
        should = self.app.store.places(head, traces, kept.submissions)
        if (kept.head, kept.traces) == (head, traces):
            if missing := should - kept.places:
                self._tell("unlisted", lists=len(missing))
            if stray := kept.places - should:
                self._tell("overlisted", lists=len(stray))
            if kept.places == should and not change:
                return None
        # The repair needs neither the events nor what is sealed, which may be large.
        return Repair(kept._replace(events={}, personal={}), head, traces, change)

    def _change(self, head: Head, traces: Set[str]) -> Change | None:
        kept = self.kept
        erase = any(seq < self.erased for seq in kept.personal)
        stays = {seq: sealed for seq, sealed in kept.personal.items() if seq >= self.erased}
        rewritten, sealed = {}, stays if erase else {}
        for seq, answers in self.exposed.items():
            if seq > self.erased:
                opened = self._opened(seq) if seq in kept.personal else {}
                if opened is None or not self.opens:
                    continue  # It cannot be sealed with the rest, and must not be lost.
                sealed[seq] = self.app.vault.seal(kept.no, opened | answers)
            rewritten[seq] = self._cleared(seq)
        if not (erase or rewritten):
            return None
        return Change(head, [], sealed, [*traces], erase=erase, rewritten=rewritten)


Derived = tuple[Head, Tally]


def _order(app: App, kept: Stored, events: Sequence[Event]) -> Derived:
    order = fold(kept.no, map(app.names.of_event, events))
    return app.orders.head(order), counters.of_order(order)


def _volunteer(app: App, kept: Stored, events: Sequence[Event]) -> Derived:
    head = app.volunteers.fold(kept.no, events)
    return head, counters.of_volunteer(head)


def _plain(app: App, kept: Stored, events: Sequence[Event]) -> Derived:
    """The part of the head of other histories that follows from the events."""
    head = kept.head
    if head is None:
        raise ValueError("no head")
    if head.kind == accounts.KIND and not _is_account(head):
        raise ValueError("account")
    states, data = STATES[head.kind], head.data
    state = next((states[e.kind] for e in reversed(events) if e.kind in states), "")
    if head.kind == team_links.KIND:
        data = data | {"count": sum(event.kind == "issued" for event in events)}
    # Earlier versions read the clock twice, so an account may have begun before its event.
    return head._replace(version=len(events), state=state, data=data), Tally()


DERIVED: dict[str, Callable[[App, Stored, Sequence[Event]], Derived]] = {
    repository.KIND: _order,
    volunteers.KIND: _volunteer,
}
ORDERED = tuple(DERIVED)


def _is_account(head: Head) -> bool:
    data = head.data
    return (
        head.no in accounts.numbers(str(data.get("name")))
        and data.get("role") in accounts.ROLES
        and str(data.get("hash")).startswith("$argon2")
    )


def _is_sealed(event: Event) -> bool:
    """Whether something was certainly typed with an event: a phone, or a problem."""
    return event.kind in ("submitted", "applied") or event.data.get("problem") == "raised"


def _unsealed(app: App, event: Event, kind: str) -> dict[str, Any]:
    """Answers in the history that are personal and should be sealed, given by the form of this
    kind of event. Earlier versions left them there, and so does a form in which they are not yet
    marked ``role: personal``."""
    form = app.bundle.forms.get(FORMS.get(kind, ""), {"fields": ()})
    names = {field["name"] for field in form["fields"] if field.get("role") == "personal"}
    return {name: event.data[name] for name in names if name in event.data}


def referred(kept: Stored, restored: str) -> set[str]:
    """The numbers of other histories that this one refers to. What was recorded before a copy was
    put back (``restored``) may tell of what that copy has not."""
    kind, _, no = kept.no.partition(":")
    looked_at = {no} if kind == access_log.EARLIER else set()
    if kind == audit.KIND and kept.head and kept.head.begun < restored:
        return set()
    named = ("no",) if kind == audit.KIND else ("into", "from")
    others = (e.data.get(name) for e in kept.events.values() for name in named)
    return looked_at | {str(no) for no in others if no}


def acted(events: Sequence[Event]) -> set[str]:
    """The names of the staff who did something."""
    return {str(who) for e in events if e.by == "staff" and (who := e.data.get("who"))}
