"""What services, teams, grids and questions are called, also after their files are gone.

Content changes, histories do not. So the schedule writes to the store a *register* of all names
that builds handed over, and every form under the version of its wording. A request reads them only
for names that the bundle does not know.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from functions.context.bundle import Read
from functions.forms.definition import OTHER, Form
from functions.forms.kinds import KINDS
from functions.orders import counters
from functions.orders.lifecycle import CLOCK, FINAL, STATES
from functions.storage.history import Change, Event, Head
from functions.storage.port import Store

KIND = "names"
REGISTER = f"{KIND}:register"
FACT = "names"
"""The fact with the digest of the bundle whose names were kept last."""
AT_ONCE = 10
"""How many counters one transaction renames: an engine takes none of any size."""
RENAMED = ("service", "team")
"""What a file stands for that can be renamed."""
Labels = Mapping[str, Mapping[str, str]]
"""Labels by kind (``service``, ``team``, ``grid`` or ``question``) and name."""


def known(
    names: Mapping[str, Iterable[str]], renamed: Mapping[str, Iterable[str]]
) -> dict[str, set[str]]:
    """All names that orders may have for what is in the content, also those of before, by kind."""
    return {kind: {*now, *renamed.get(kind, ()), OTHER} for kind, now in names.items()}


def labels(store: Store) -> Labels:
    """What services and teams are, or were, called, as far as the store knows."""
    kept = _data(store, REGISTER).get("labels", {})
    return {kind: kept.get(kind, {}) for kind in RENAMED}


class Names:
    """The names of now, and those that a store remembers. The store is opened only for those."""

    def __init__(self, store: Callable[[], Store], bundle: Read):
        self._store, self._bundle = store, bundle
        self._forms: dict[str, dict[str, Any]] = {}
        self.services, self.teams = (
            _Known(kind, bundle.names[kind], self.label) for kind in RENAMED
        )

    def now(self, kind: str, name: str) -> str:
        """The name that a service or team has now."""
        return name if name in self._bundle.names[kind] else self.renamed[kind].get(name, name)

    def before(self, kind: str, name: str) -> list[str]:
        """The names that a service or team had before."""
        return [old for old, new in self.renamed[kind].items() if new == name]

    def label(self, kind: str, name: str) -> str | None:
        """What people call something now, or called it when it was last there."""
        now = self.now(kind, name)
        if label := self._bundle.names[kind].get(now):
            return label
        kept: Mapping[str, str] = self._register["labels"].get(kind, {})
        return kept.get(now) or kept.get(name)

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
            if field["name"] not in names and field["kind"] in KINDS
        ]
        return {**form, "version": old["version"], "fields": [*form["fields"], *removed]}

    @cached_property
    def renamed(self) -> dict[str, dict[str, str]]:
        """The new name for each old one of a service or team, also what files no longer say. If a
        file has its old name back, what was done under the new one follows."""
        found = {}
        for kind, listed in self._bundle.renamed.items():
            there, kept = self._bundle.names[kind], self._register["renamed"].get(kind, {})
            back = {new: old for old, new in kept.items() if old in there and new not in there}
            names = {**kept, **back, **listed}
            found[kind] = {old: _end(names, old, there) for old in names if old not in there}
        return found

    def keep(self, at: str) -> None:
        """Keep the names and forms of this bundle, and count under the names of now; ``Conflict``
        if somebody else does it at this moment."""
        store = self._store()
        if store.fact(FACT) == self._bundle.digest:
            return
        kept = self._register["labels"]
        labels = {kind: kept.get(kind, {}) | names for kind, names in self._bundle.names.items()}
        _write(store, REGISTER, at, {"labels": labels, "renamed": self.renamed})
        for form in self._bundle.forms.values():
            _write(store, f"{KIND}:{form['version']}", at, form)
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
        if version in ("", form.get("version", "")):
            return form
        if version not in self._forms:
            self._forms[version] = _data(self._store(), f"{KIND}:{version}")
        return self._forms[version] or form

    @cached_property
    def _register(self) -> dict[str, Any]:
        return {"labels": {}, "renamed": {}} | _data(self._store(), REGISTER)


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
    """Something that content has no longer, and the open orders that need it."""

    kind: str
    name: str
    label: str
    orders: list[str]


def still_needed(store: Store, known: Mapping[str, Collection[str]]) -> list[Needed]:
    """What was removed though open orders need it; for ``known`` see :func:`known`."""
    labels = _data(store, REGISTER).get("labels", {})
    removed = {
        (kind, name): Needed(kind, name, label, [])
        for kind, names in labels.items()
        for name, label in names.items()
        if name not in known[kind]
    }
    asked: dict[str, list[str]] = {}
    for head in _open_orders(store) if removed else ():
        needs = [(kind, head.data.get(kind)) for kind in ("service", "team", "grid")]
        version = head.data.get("wording", "")
        if version not in asked:
            fields = _data(store, f"{KIND}:{version}").get("fields", ())
            asked[version] = [field["name"] for field in fields]
        needs += [("question", f"wish.{name}") for name in asked[version]]
        for need in needs:
            if need in removed:
                removed[need].orders.append(head.no)
    return [each for each in removed.values() if each.orders]


def _open_orders(store: Store) -> Iterator[Head]:
    for state in (each for each in STATES if each not in FINAL):
        after = ""
        while heads := store.waiting("order", state, after=after, limit=200):
            yield from heads
            after = heads[-1].due_position


def _end(names: Mapping[str, str], name: str, there: Collection[str]) -> str:
    """Where a chain of new names ends."""
    passed: set[str] = set()
    while name in names and name not in there and name not in passed:
        passed.add(name)
        name = names[name]
    return name


def _write(store: Store, no: str, at: str, data: dict[str, Any]) -> None:
    head = store.head(no) or Head(no, KIND, 0, "", at, {})
    if data != head.data:
        store.commit(Change(head.followed(data=data), [Event("kept", CLOCK, at)]))


def _data(store: Store, no: str) -> dict[str, Any]:
    head = store.head(no)
    return head.data if head else {}
