"""Volunteers (招募、注册、管理、评价): each a history, from signing up to leaving."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from functions.context.clock import Reference
from functions.errors import Conflict, Refused
from functions.forms.definition import Answers, Form
from functions.orders import corrections, counters, repository
from functions.orders.deadlines import Deadlines
from functions.orders.lifecycle.states import CLOCK, HELD, RESIDENT, STAFF
from functions.orders.lifecycle.states import OPEN as OPEN_ORDERS
from functions.orders.names import Names
from functions.orders.privacy import CORRECTED, Personal, Unreadable, contact, withdrawn
from functions.orders.steps import pace
from functions.orders.upkeep import derive_anew
from functions.storage.history import Change, Event, Head, Message
from functions.storage.port import Store
from functions.storage.vault import Vault

KIND = "volunteer"

TABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "applied": (("",), "applied"),
    "held": (("applied",), HELD),
    "cleared": ((HELD,), "applied"),
    "approved": (("applied", "inactive"), "active"),
    "moved": (("active",), "active"),
    "deactivated": ((HELD, "applied", "active"), "inactive"),
    corrections.KIND: (("applied", "active", "inactive"), ""),
    "linked": (("applied", "active", "inactive"), ""),
    "erased": ((HELD, "applied", "inactive"), "erased"),
}
"""Events, the states that each may follow, and the state that it leads to, if to another."""

TEAMS = ("team", "wants")
"""Where a volunteer's head names a team: the one they are in, and the one they asked for."""
OUTSIDE = (HELD, "applied", "inactive")
"""The states of those who are not, or no longer, in a team: their answers are kept for a time."""

OPEN = {repository.KIND: OPEN_ORDERS, KIND: ("applied",)}
"""The states in which somebody still has to act on an order or a sign-up, by kind of history."""

LINK = "link"
"""Where a head says how many links the station has made for a volunteer; they count, so that each
ends the one before."""
AT_ONCE = 200
"""How many volunteers are read at a time."""


class Person(NamedTuple):
    """A volunteer with what they typed: name and phone, and whatever the form asks."""

    head: Head
    typed: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.typed.get("name", ""))

    @property
    def answers(self) -> dict[str, Any]:
        """What they answered in the form, picked or typed, by question."""
        data = self.head.data
        picked = {name: value for name, value in data.items() if name != "team" and value != ""}
        wants = {"team": self.head.data["wants"]} if self.head.data.get("wants") else {}
        return picked | wants | dict(self.typed)

    @property
    def unreadable(self) -> bool:
        """Whether what they typed cannot be opened; if it is empty otherwise, it was erased."""
        return isinstance(self.typed, Unreadable)


class Volunteers(NamedTuple):
    """The volunteers of a community."""

    store: Store
    vault: Vault
    names: Names
    reference: Reference
    deadlines: Deadlines
    personal: Personal

    def applied(self, form: Form, answers: Answers, by: str, **more: str) -> Callable[..., Change]:
        """What begins the history of somebody who signs up, under the number that it gets; it is
        held if there are ``signs`` that nobody did."""
        data = answers.public | {"wording": form["version"], **more}
        data["wants"] = data.pop("team", "")
        at = self.deadlines.begun(self.reference.moment(self._now()), answers.values)
        event = Event("applied", by, at, data)

        def begin(no: str, signs: str = "") -> Change:
            first = self.change(None, no, event, answers.personal)
            held = Event("held", CLOCK, at, {"signs": signs})
            return self._followed(first, held) if signs else first

        return begin

    def joined(self, form: Form, answers: Answers, by: str, **more: str) -> Callable[[str], Change]:
        """The same for somebody who is in the team already that they name: they sign up and are
        approved in one transaction."""
        # Where a paper with its day says so, they signed up then; otherwise nobody knows when.
        known = {} if answers.values.get("received") else {counters.MEMBER: "yes"}
        applied = self.applied(form, answers, by, **more, **known)

        def begin(no: str) -> Change:
            first = applied(no)
            team = {"team": answers.values["team"]}
            event = Event("approved", by, first.events[0].at, team | more)
            return self._followed(first, event)

        return begin

    def _followed(self, first: Change, event: Event, before: Head | None = None) -> Change:
        """A change that begins a history, or follows the head ``before``, with one more event."""
        head = self.change(first.head, first.head.no, event).head
        tally = counters.difference(counters.of_volunteer(before), counters.of_volunteer(head))
        return first._replace(head=head, events=[*first.events, event], tally=tally)

    def take_in(self, head: Head, added: Answers, team: str, who: str, once: str) -> None:
        """Take somebody into a team, with answers that they had not given; raises as :meth:`move`
        does."""
        by = {"who": who}
        approved = Event("approved", STAFF, self._now(), {"team": team, **by})
        approved = self.reference.dated(approved, self.store.events(head.no)[-1].at)
        if added.values:
            facts = {**added.public, "questions": sorted(added.values), **by}
            event = approved._replace(kind=corrections.KIND, data=facts)
            sealed = {CORRECTED: added.personal} if added.personal else {}
            change = self._followed(self.change(head, head.no, event, sealed), approved, head)
        else:
            change = self.change(head, head.no, approved)
        self.store.commit(change._replace(once=once))

    def of_phone(self, phone: str) -> list[Head]:
        """Those whose phone this is, as far as it can be read, and who were not erased. Whose it
        was by mistake is somebody else."""
        heads = self.store.find(KIND, [self.personal.trace("phone", phone)], limit=5)
        people = [self.opened(head) for head in heads]
        return [p.head for p in people if p.unreadable or p.typed.get("phone") == phone]

    def change(
        self, head: Head | None, no: str, event: Event, typed: Mapping[str, Any] | None = None
    ) -> Change:
        """The transaction that adds an event to a history; ``Refused`` if it may not follow."""
        after, to = TABLE[event.kind]
        old = head or Head(no, KIND, 0, "", event.at, {})
        if old.state not in after:
            raise Refused("state", event=event.kind)
        stays, to = not to, to or old.state
        old = old._replace(data=self._named(old.data))
        corrected = event.kind == corrections.KIND
        picked = corrections.answered(event) if corrected else event.data
        answers = typed.get(CORRECTED, typed) if typed else {}
        data = self._named({**old.data, **picked})
        team = data.get("team", "")
        if to in ("applied", "active"):
            data.pop("signs", None)
        due = old.due if stays else self._kept_until(to, old, event, team)
        marks: tuple[str, ...] = (f"state:{to}", f"team:{team}", f"{to} {team}")
        if data.get("signs"):  # It stands in no list but that of what is held.
            marks = marks[:1] if to == HELD else ()
        new = Head(no, KIND, old.version + 1, to, old.begun, data, due, team, marks)
        return Change(
            new,
            [event],
            {new.version: self.vault.seal(no, dict(typed))} if typed else {},
            traces=self.personal.traces(answers) + self.personal.fine_traces(answers),
            tally=counters.difference(counters.of_volunteer(old), counters.of_volunteer(new)),
            erase=event.kind == "erased",
        )

    def move(self, head: Head, kind: str, by: str = STAFF, once: str = "", **data: str) -> None:
        """What the station, time itself, or they themselves do with a volunteer; ``once`` names the
        submission.

        Raises:
            Refused: it may not follow.
            Conflict: somebody else was quicker.
        """
        self._add(head, Event(kind, by, self._now(), data), {}, once)

    def leave(self, head: Head, messages: Sequence[Message]) -> None:
        """Let a volunteer leave who wants to, and tell others of it in the same transaction;
        raises as :meth:`move` does."""
        self._add(head, Event("deactivated", RESIDENT, self._now()), {}, "", messages)

    def link(self, head: Head, who: str, once: str) -> str:
        """Make a volunteer a new link of their own and return its address; the one before ends.
        Raises as :meth:`move` does."""
        count = head.data.get(LINK, 0) + 1
        event = Event("linked", STAFF, self._now(), {LINK: count, "who": who})
        self._add(head, event, {}, once)
        return self.address(head.no, count)

    def address(self, no: str, count: int = 0) -> str:
        """Where a volunteer sees what is kept about them, by the link of this count."""
        return f"{self.place(no)}&key={self.key(no, count)}"

    def place(self, no: str) -> str:
        """The same for a browser that opened it already."""
        return f"/api/volunteer?no={no}"

    def key(self, no: str, count: int = 0) -> str:
        """The key of such a link."""
        return self.vault.key(count + 1, KIND, no)

    def by_key(self, no: str, key: str) -> Person | None:
        """The volunteer, for somebody who has the key of their link."""
        head = self.store.head(no)
        if head is None or head.kind != KIND or head.state == "erased":
            return None
        known = self.vault.is_key(key, head.data.get(LINK, 0) + 1, KIND, no)
        return self.opened(head) if known else None

    def correct(
        self, head: Head, form: Form, changed: Answers, who: str, *, version: str, once: str
    ) -> None:
        """Put answers right (:mod:`functions.orders.corrections`), in the form that was drawn for
        this version; without a name of somebody of the station, they do it themselves.

        Raises:
            Wrong: the first answer that cannot be taken, or nothing is ``unchanged``.
            Refused: they were erased.
            Conflict: somebody else was quicker.
        """
        if version != str(head.version):
            raise Conflict
        if changed.errors:
            raise next(iter(changed.errors.values()))
        data = changed.public | corrections.facts(form, changed) | ({"who": who} if who else {})
        event = Event(corrections.KIND, STAFF if who else RESIDENT, self._now(), data)
        self._add(head, event, changed.personal, once, gone=withdrawn(form, changed.personal))

    def _add(
        self,
        head: Head,
        event: Event,
        typed: Mapping[str, Any],
        once: str,
        messages: Sequence[Message] = (),
        gone: Collection[str] = (),
    ) -> None:
        events = self.store.events(head.no)
        if event.by == RESIDENT:
            pace.check(events, event.kind)
        event = self.reference.dated(event, events[-1].at)
        change = self.change(head, head.no, event, typed)
        if gone:
            sealed = {**self.personal.without(head.no, gone), **change.personal}
            traces = [*self.store.traces(head.no), *change.traces]
            change = change._replace(personal=sealed, traces=traces, erase=True)
        self.store.commit(change._replace(once=once, messages=messages))

    def find(self, no: str) -> Person | None:
        """The volunteer of this number, with what they typed."""
        head = self.store.head(no)
        return self.opened(head) if head and head.kind == KIND else None

    def opened(self, head: Head) -> Person:
        """A volunteer as listed, with what they typed."""
        return Person(head, self.personal.contact(head.no))

    def seen(self, person: Person, version: int | None) -> Person:
        """The volunteer as of an earlier version, with which a form was filled in; as of now, where
        no such version is told."""
        if version is None or version not in range(1, person.head.version):
            return person
        no = person.head.no
        earlier = self.fold(no, self.store.events(no)[:version])
        typed = {seq: part for seq, part in self.personal.of(no).items() if seq <= version}
        return Person(earlier, contact(typed))

    def of_team(self, team: str) -> list[Person]:
        """The active volunteers of a team."""
        found, before = list[Person](), ""
        while heads := self.store.find(KIND, [f"active {team}"], before, AT_ONCE):
            found += map(self.opened, heads)
            before = heads[-1].position
        return found

    def fold(self, no: str, events: Iterable[Event]) -> Head:
        """The head that a history amounts to.

        Raises:
            Refused: the history could not have happened.
        """
        head = None
        for event in events:
            head = self.change(head, no, event).head
        if head is None:
            raise Refused("nothing")
        return head

    def rederive(self) -> int:
        """Derive all heads anew (:func:`functions.orders.upkeep.derive_anew`): the station's
        rules say how long their data is kept, and teams are renamed."""

        def derive(no: str) -> Head | None:
            with suppress(Refused):
                return self.fold(no, self.store.events(no))
            return None

        rules = [self.deadlines.rules["keep"], self.names.renamed["team"], Head._fields]
        return derive_anew(self.store, KIND, rules, derive)

    def _kept_until(self, to: str, old: Head, event: Event, team: str) -> str:
        """Until when their answers are kept, empty as long as they are in a team: counted from
        leaving, or from the sign-up for those who were never in one."""
        return self.deadlines.kept_until(event.at if team else old.begun) if to in OUTSIDE else ""

    def _named(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What a head holds, with the names that teams have now."""
        teams = {name: self.names.now("team", data[name]) for name in TEAMS if data.get(name)}
        return {**data, **teams}

    def _now(self) -> str:
        return self.reference.clock.now.isoformat()
