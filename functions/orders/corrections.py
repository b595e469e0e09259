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


def correctable(form: Form) -> Form:
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


def untouched(form: Form, seen: Mapping[str, Any], typed: Mapping[str, Sequence[str]]) -> set[str]:
    """The questions of a form filled in with the answers ``seen`` that were left as they were, or
    empty where an answer ``stays`` then."""
    shown = filled(form, seen)
    return {
        name
        for field in form["fields"]
        for name, texts in [(field["name"], typed.get(field["name"], BLANK))]
        if texts == shown.get(name, BLANK) or (field.get("stays") and not "".join(texts).strip())
    }


def meanwhile(
    form: Form,
    seen: Mapping[str, Any],
    before: Mapping[str, Any],
    typed: Mapping[str, Sequence[str]],
) -> bool:
    """Whether others corrected answers since those ``seen``, to questions that were left alone in
    the form that was filled in with these."""
    differ = {n for n in seen.keys() | before.keys() if seen.get(n, "") != before.get(n, "")}
    touched = {field["name"] for field in form["fields"]} - untouched(form, seen, typed)
    return bool(differ - touched)


def retyped(
    form: Form,
    seen: Mapping[str, Any],
    before: Mapping[str, Any],
    typed: Mapping[str, list[str]],
) -> dict[str, list[str]]:
    """What was typed in a form that was filled in with the answers ``seen``, to be shown again:
    what was left as it was has the answer that there is by now."""
    now = filled(form, before)
    return {**typed, **{n: now.get(n, BLANK) for n in untouched(form, seen, typed)}}


def changes(
    form: Form,
    seen: Mapping[str, Any],
    before: Mapping[str, Any],
    typed: Mapping[str, Sequence[str]],
    answers: Answers,
) -> Answers:
    """Of the answers to a form that was filled in with those ``seen`` what was changed, and differs
    from those of ``before``, which others may have corrected meanwhile: empty where one was taken
    away, unless the question ``stays`` then. An answer that was left as it was is not wrong, such
    as a day that has passed since."""
    same = untouched(form, seen, typed)
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
        consent = field.get("consents_to", "")
        if value == "" and before.get(consent, ""):  # Without consent the answer goes, too.
            changed.values[consent] = sealed[consent] = ""
            changed.errors.pop(consent, None)
    return changed._replace(personal={CORRECTED: sealed} if sealed else {})
