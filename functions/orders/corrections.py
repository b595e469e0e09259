"""What was answered, as it was corrected since: which answers a corrected form changes.

A correction keeps beside its event only what it changes. What was there before stays beside the
events before it, to be read in the history and erased with all the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from functions.errors import Wrong
from functions.forms.definition import RECORDED, Answers, Form, personal
from functions.forms.kinds import KINDS
from functions.orders.privacy import CORRECTED, Typed, contact
from functions.storage.history import Event

KIND = "corrected"
CHANGING = (KIND, "opted")
"""Events that change answers: any of them, or the resident's consent to SMS."""
BLANK = [""]
"""What is sent for a question that is left empty."""


def picked(events: Iterable[Event]) -> dict[str, Any]:
    """What was picked when a history began, as it was corrected since."""
    first, *later = events
    known = dict(first.data)
    for event in later:
        if event.kind in CHANGING:
            known |= answered(event)
    return {name: value for name, value in known.items() if value != ""}


def answered(event: Event) -> dict[str, Any]:
    """What was picked in a correction; empty where an answer was taken away."""
    return {name: value for name, value in event.data.items() if name not in RECORDED}


def known(events: Iterable[Event], typed: Mapping[int, Typed]) -> dict[str, Any]:
    """All answers as they are now."""
    return picked(events) | contact(typed)


def facts(form: Form, changed: Answers) -> dict[str, Any]:
    """What the history says of a correction besides what was picked: the questions.

    Raises:
        Wrong: ``unchanged``.
    """
    if not changed.values:
        raise Wrong("unchanged", form["fields"][0]["name"])
    return {"questions": sorted(changed.values)}


def asked(form: Form) -> Form:
    """The form with the questions whose answers are kept, to be corrected."""
    fields = [field for field in form["fields"] if KINDS[field["kind"]].kept != "nowhere"]
    return {**form, "fields": fields}


def filled(form: Form, answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """Answers as a form shows them filled in: what was typed as people read it, what was picked by
    its value."""
    texts = {}
    for field in form["fields"]:
        name, kind = field["name"], KINDS[field["kind"]]
        if name in answers:
            value = answers[name]
            typed = kind.kept == "sealed" and isinstance(value, str)
            values = value if isinstance(value, list) else ["yes" if value is True else value]
            texts[name] = [kind.show(field, value)] if typed else [*map(str, values)]
    return texts


def changes(
    form: Form,
    before: Mapping[str, Any],
    typed: Mapping[str, Sequence[str]],
    answers: Answers,
) -> Answers:
    """Of the answers to a form that was filled in with those of ``before`` what differs: empty
    where one was taken away, unless the question ``stays`` then. An answer that was left as it was
    is not wrong, such as a day that has passed since."""
    shown = filled(form, before)
    names = [field["name"] for field in form["fields"]]
    same = {name for name in names if typed.get(name, BLANK) == shown.get(name, BLANK)}
    changed = Answers({}, {n: e for n, e in answers.errors.items() if n not in same}, {}, {})
    sealed: dict[str, Any] = {}
    to_seal = personal(form)
    for field in form["fields"]:
        name = field["name"]
        value = answers.values.get(name, "")
        blank = value == "" and (field.get("stays") or name not in typed)
        if name in same or blank or value == before.get(name, ""):
            continue
        changed.values[name] = value
        (sealed if name in to_seal else changed.public)[name] = value
        asked = field.get("consents_to", "")
        if value == "" and before.get(asked, ""):  # Without consent the answer goes, too.
            changed.values[asked] = sealed[asked] = ""
            changed.errors.pop(asked, None)
    return changed._replace(personal={CORRECTED: sealed} if sealed else {})
