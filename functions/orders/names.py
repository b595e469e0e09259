"""What services, teams, grids and questions are called, also after their files are gone.

Content changes, histories do not. So builds and the schedule write to the store a *register* of all
names that builds handed over, and every form under the version of its wording. What is damaged of
these is as if it were not there: names are shown raw until it is written anew.

A file name belongs to whoever had it first, also after a renaming, for as long as they are there.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from functions.context.bundle import Bundle
from functions.forms.definition import Form
from functions.forms.kinds import KINDS
from functions.forms.kinds.choices import OTHER
from functions.forms.kinds.kind import Field
from functions.orders import counters
from functions.orders.lifecycle.states import CLOCK
from functions.storage.failures import of_store
from functions.storage.history import UNREADABLE, Change, Event, Head
from functions.storage.port import Store

KIND = "names"
REGISTER = f"{KIND}:register"
FACT = "names"
"""The fact with the digest of the bundle whose names were kept last."""
AT_ONCE = 10
"""How many counters one transaction renames: an engine takes none of any size."""
RENAMED = ("service", "team")
"""What a file stands for that can be renamed."""
SOURCES = {"menu": "service", "teams": "team"}
"""What the choices of a question name, by where they are taken from."""
VERSION = re.compile(r"[0-9a-f]{1,64}")
QUESTION = {"name", "label", "kind", "required", "role", "choices"}
"""What a stored question has at least."""
Labels = Mapping[str, Mapping[str, str]]
"""Labels by kind and name. Kinds are ``service``, ``team``, ``grid``, ``question`` (one of a
resident's form, as ``wish.detail``) and ``step`` (one of a form of the desk or the teams, as
``dispatched.note``)."""


def known(
    names: Mapping[str, Iterable[str]], renamed: Mapping[str, Iterable[str]]
) -> dict[str, set[str]]:
    """All names that orders may have for what is in the content, also those of before, by kind."""
    return {kind: {*now, *renamed.get(kind, ()), OTHER} for kind, now in names.items()}


def labels(store: Store) -> Labels:
    """What services and teams are, or were, called, as far as the store knows."""
    kept = _texts(_data(store, REGISTER).get("labels"))
    return {kind: kept.get(kind, {}) for kind in RENAMED}


def renamings(store: Store) -> Labels:
    """The new name for each old one of a service or team, as far as the store knows."""
    kept = _texts(_data(store, REGISTER).get("renamed"))
    return {kind: kept.get(kind, {}) for kind in RENAMED}


class Names:
    """The names of now, and those that a store remembers. The store is opened only for those."""

    def __init__(self, store: Callable[[], Store], bundle: Bundle):
        self._store, self._bundle = store, bundle
        self._forms: dict[str, dict[str, Any]] = {}

    @cached_property
    def services(self) -> Mapping[str, str]:
        """What services are called; those of now are listed."""
        return _Known("service", self._bundle.names["service"], self.label)

    @cached_property
    def teams(self) -> Mapping[str, str]:
        """The same of teams."""
        return _Known("team", self._bundle.names["team"], self.label)

    def now(self, kind: str, name: str) -> str:
        """The name that a service or team has now."""
        return self.renamed[kind].get(name, name)

    def before(self, kind: str, name: str) -> list[str]:
        """The names that a service or team had before."""
        return [old for old, new in self.renamed[kind].items() if new == name]

    def label(self, kind: str, name: str) -> str | None:
        """What people call something now, or called it when it was last there."""
        names = self._bundle.names.get(kind, {})  # An older build has no names of some kinds.
        if label := names.get(name):  # Most names, and then the store need not be asked.
            return label
        now, kept = self.now(kind, name) if kind in RENAMED else name, self._register["labels"]
        return names.get(now) or kept.get(kind, {}).get(now) or kept.get(kind, {}).get(name)

    def not_offered(self, field: Field, picked: Iterable[str]) -> str:
        """What the first service or team is called that was picked, as from a form that was drawn
        while it was offered, and is not among the choices now; empty if there is none."""
        kind, offered = SOURCES.get(field.get("source", "")), {c["value"] for c in field["choices"]}
        gone = [each for each in picked if each not in offered] if kind else []
        return next(filter(None, (self.label(str(kind), each) for each in gone)), "")

    def of_event(self, event: Event) -> Event:
        """The event with the names that its service and team have now."""
        old = {kind: event.data[kind] for kind in RENAMED if event.data.get(kind)}
        new = {kind: self.now(kind, name) for kind, name in old.items()}
        return event if old == new else event._replace(data={**event.data, **new})

    def form(self, form: Form, version: str) -> Form:
        """The form as it was answered in this version, followed by questions that are new."""
        old = self._form(form, version)
        if old is form:
            return form
        names = {field["name"] for field in old["fields"]}
        new = [field for field in form["fields"] if field["name"] not in names]
        return {**old, "fields": [*old["fields"], *new]}

    def answerable(self, form: Form, version: str) -> Form:
        """The form for answers to this version, with the questions that were removed since."""
        old = self._form(form, version)
        if old is form:
            return form
        names = {field["name"] for field in form["fields"]}
        removed = [
            {**field, "required": False}
            for field in old["fields"]
            if field["name"] not in names and KINDS[field["kind"]].kept != "nowhere"
        ]
        return {**form, "version": old["version"], "fields": [*form["fields"], *removed]}

    @cached_property
    def renamed(self) -> dict[str, dict[str, str]]:
        """The new name for each old one of a service or team, also what files no longer say. If a
        file has its old name back, what was done under the new one follows; if another file has
        it, while the new name is there, nothing that is stored under the name is of that file."""
        found = {}
        for kind, listed in self._bundle.renamed.items():
            there, kept = self._bundle.names[kind], self._register["renamed"].get(kind, {})
            back = {new: old for old, new in kept.items() if old in there and new not in there}
            names = {**kept, **back, **listed}
            ends = ((old, _end(names, old, there)) for old in names)
            found[kind] = {
                old: end for old, end in ends if end != old and (old not in there or end in there)
            }
        return found

    def keep(self, at: str) -> None:
        """Keep the names and forms of this bundle, and count under the names of now; ``Conflict``
        if somebody else does it at this moment."""
        store = self._store()
        kept = self._register["labels"]
        labels = {kind: kept.get(kind, {}) | names for kind, names in self._bundle.names.items()}
        # Written each time if it is not there as it should be, because it may be damaged.
        _write(store, REGISTER, at, {"labels": labels, "renamed": self.renamed})
        for form in self._bundle.forms.values():
            _write(store, f"{KIND}:{form['version']}", at, form)
        if store.fact(FACT) == self._bundle.digest:
            return
        while self._rename_counters(store, at):
            pass
        store.set_fact(FACT, self._bundle.digest)

    def _rename_counters(self, store: Store, at: str) -> int:
        """Bring some counters from old names to new ones, and return how many. Orders that are
        moved on meanwhile count under new names already."""
        register = store.head(REGISTER)  # Read first: nobody else may do the same now.
        moves = [
            (month, name, new, count)
            for month in [counters.NOW, *store.months()]
            for name, count in store.tally(month).items()
            if (new := counters.renamed(name, self.renamed)) != name
        ][:AT_ONCE]
        if moves and register:
            tally = counters.Tally()
            for month, name, new, count in moves:
                tally[month, name] -= count
                tally[month, new] += count
            store.commit(Change(register.followed(), [Event("counted", CLOCK, at)], tally=tally))
        return len(moves)

    def _form(self, form: Form, version: str) -> Form:
        """The form as it was in this version, if the store knows that as one of the same form."""
        if version == form.get("version", "") or not VERSION.fullmatch(version):
            return form
        if version not in self._forms:
            self._forms[version] = self._with_labels_of_now(_stored_form(self._store(), version))
        found, slug = self._forms[version], form.get("includes") or form.get("slug")
        return found if found.get("slug") == slug else form

    def _with_labels_of_now(self, form: dict[str, Any]) -> dict[str, Any]:
        """The form with what people call now what its choices name, as pages call it elsewhere."""
        fields = []
        for field in form.get("fields", ()):
            if kind := SOURCES.get(field.get("source", "")):
                choices = [
                    {**choice, "label": self.label(kind, choice["value"]) or choice["label"]}
                    for choice in field["choices"]
                ]
                field = {**field, "choices": choices}
            fields.append(field)
        return {**form, "fields": fields} if form else form

    @cached_property
    def _register(self) -> dict[str, dict[str, dict[str, str]]]:
        kept = _data(self._store(), REGISTER)
        return {part: _texts(kept.get(part)) for part in ("labels", "renamed")}


class _Known(Mapping[str, str]):
    """Labels by name: of all that there ever were; those that a build handed over are listed."""

    def __init__(
        self, kind: str, listed: Mapping[str, str], label: Callable[[str, str], str | None]
    ):
        self._kind, self._listed, self._label = kind, listed, label

    def __getitem__(self, name: str) -> str:
        label = self._label(self._kind, name) if name else None
        if label is None:
            raise KeyError(name)
        return label

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)


class Needed(NamedTuple):
    """Something that content has no longer, and the open histories of one kind that need it."""

    kind: str
    name: str
    label: str
    by: str
    numbers: list[str]


Thing = tuple[str, str]
"""Something in the content, by kind and name."""


def still_needed(
    store: Store,
    known: Mapping[str, Collection[str]],
    unfinished: Mapping[str, Iterable[str]],
    before: Bundle | None = None,
) -> list[Needed]:
    """What was removed though it is needed by histories of these kinds in these ``unfinished``
    states; for ``known`` see :func:`known`. There was what the store remembers, and what a bundle
    of ``before`` has."""
    kept, last = _texts(_data(store, REGISTER).get("labels")), before.names if before else {}
    removed = {
        (kind, name): label
        for names_of in (last, kept)
        for kind, names in names_of.items()
        for name, label in names.items()
        if name not in known.get(kind, ())
    }
    found: dict[tuple[Thing, str], Needed] = {}
    forms = {form["version"]: form for form in before.forms.values()} if before else {}
    for head in _in_states(store, unfinished) if removed else ():
        for thing in sorted(_needs(store, head, forms, removed)):
            new = Needed(*thing, removed[thing], head.kind, [])
            found.setdefault((thing, head.kind), new).numbers.append(head.no)
    return [*found.values()]


def _needs(
    store: Store, head: Head, forms: dict[str, dict[str, Any]], removed: Collection[Thing]
) -> set[Thing]:
    """What a history needs of the things that were removed; ``forms`` keeps forms by version."""
    needs = {(kind, str(head.data.get(kind))) for kind in ("service", "team", "grid")}
    needs.add(("team", str(head.data.get("wants"))))
    sealed = store.personal(head.no)
    for seq, event in enumerate(store.events(head.no), start=1):
        version = str(event.data.get("wording", ""))
        if version not in forms:
            forms[version] = _stored_form(store, version)
        needs |= _answered(event, forms[version])
        needs |= {each for each in removed if _may_answer(event, seq in sealed, *each)}
    return needs & {*removed}


def _may_answer(event: Event, typed: bool, kind: str, name: str) -> bool:
    """Whether an event answers a question of a step, as far as can be told: what was typed with it
    stays sealed."""
    form, _, question = name.partition(".")
    is_of_form = form == event.kind or form.startswith(f"{event.kind}_")
    return kind == "step" and is_of_form and (typed or question in event.data)


def _answered(event: Event, form: Mapping[str, Any]) -> set[tuple[str, str]]:
    """The questions that an event answered, and what was picked there that files stand for."""
    fields = form.get("fields", ())
    needs = {("question", f"{form['slug']}.{field['name']}") for field in fields}
    kinds = {field["name"]: SOURCES.get(field.get("source", "")) for field in fields}
    for name, value in event.data.items():
        if (kind := kinds.get(name)) and name not in RENAMED:  # The head has those of now.
            needs |= {(kind, each) for each in (value if isinstance(value, list) else [value])}
    return needs


def _in_states(store: Store, states: Mapping[str, Iterable[str]]) -> Iterator[Head]:
    """All histories of these kinds in these states."""
    for kind, state in ((kind, state) for kind, each in states.items() for state in each):
        after = ""
        while heads := store.waiting(kind, state, after=after, limit=200):
            yield from heads
            after = heads[-1].due_position


def _end(names: Mapping[str, str], name: str, there: Collection[str]) -> str:
    """Where a chain of new names ends: with the first that is there."""
    passed: set[str] = set()
    while name in names and name not in passed:
        passed.add(name)
        name = names[name]
        if name in there:
            break
    return name


def _write(store: Store, no: str, at: str, data: dict[str, Any]) -> None:
    """Write this as the data of a history, unless it is; also over a head that is damaged."""
    head = _head(store, no) or Head(no, KIND, len(store.events(no)), "", at, {})
    if data != head.data:
        store.commit(Change(head.followed(data=data), [Event("kept", CLOCK, at)]))


def _head(store: Store, no: str) -> Head | None:
    """The head of a history, None if it is not there or is damaged."""
    damage: tuple[type[Exception], ...] = (*store.damage, *UNREADABLE)
    try:
        return store.head(no)
    except damage as error:
        if of_store(error) and "decode" not in str(error):  # Out of reach, which is not damaged.
            raise
        return None


def _data(store: Store, no: str) -> dict[str, Any]:
    head = _head(store, no)
    return head.data if head else {}


def _texts(value: object) -> dict[str, dict[str, str]]:
    """What was stored as texts by kind and name, as far as it is that."""
    kinds = value.items() if isinstance(value, dict) else ()
    return {kind: texts for kind, texts in kinds if isinstance(texts, dict)}


def _stored_form(store: Store, version: str) -> dict[str, Any]:
    """The form that is stored under a version, with all questions that this program knows; or
    nothing."""
    form = _data(store, f"{KIND}:{version}") if VERSION.fullmatch(version) else {}
    fields = form.get("fields")
    sound = [
        field
        for field in (fields if isinstance(fields, list) else ())
        if isinstance(field, dict) and field.keys() >= QUESTION and field["kind"] in KINDS
    ]
    return {**form, "fields": sound} if sound else {}
