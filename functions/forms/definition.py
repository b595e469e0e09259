"""What a form asks, and whether what was typed answers it.

A definition is what ``content/forms/*.yaml`` says, as the bundle has it: ``fields`` is a list of
mappings with ``name``, ``label``, ``kind``, ``required``, ``max``, ``choices`` (each ``value`` and
``label``), ``error`` (the sentence for a wrong answer) and ``role``.

The functions know an answer by its role. So a field with a role is *named* by it in the bundle, and
its answer is stored under that name: ``phone`` is the phone by which an order is found, even if
there are other questions of kind ``phone``. What staff called it is ``written``, under which its
answers were stored before it had the role.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from functions.errors import Wrong
from functions.forms.kinds import KINDS
from functions.forms.kinds.choices import OTHER, chosen
from functions.forms.kinds.kind import Field
from functions.forms.normal import SHAPELESS, TYPED

Form = Mapping[str, Any]

RECEIVED = "received"
"""The question of the desk's own forms when a paper came: it counts from then."""
PERSONAL = "personal"
"""The role of a question that is answered by picking, and yet tells of a person. It is no name."""
ROLES = {
    "name": ("name", "text"),  # What nobody may read in words for the public.
    "phone": ("phone",),  # Finds an order, and other orders of the same resident.
    "address": ("text", "textarea"),  # Finds other orders, and stays out of words for the public.
    "date": ("date",),  # The day that a resident wishes for.
    "service": ("choice",),
    "team": ("choice",),
    "no": ("order",),
    "last4": ("last4",),
    "consent": ("consent",),
    "sms": ("consent",),  # To be told by SMS; only with this.
    "solved": ("choice",),
    "attitude": ("stars",),
    "skill": ("stars",),
    "timeliness": ("stars",),
    "problems": ("text", "textarea"),  # What the station has to answer.
    PERSONAL: ("choice", "choices", "stars", "date"),
}
"""What the program uses an answer for, and the kinds of question that can give it."""

RECORDED = (
    *("wording", "key", "source", "received", "who", "wants", "due", "triage_by", "problem"),
    *("questions", "issued", "link", "signs", "member"),
)
"""What the program itself writes into an event beside the answers; no question may be named so."""


HIDDEN = (
    *("token", "do", "no", "key", "once", "again", "version", "wording", "to_resident"),
    *("sure", "back", "here", "leave_empty"),
)
"""What forms carry beside their questions, which may not be named so unless that is their role."""


class Answers(NamedTuple):
    """``values``, each in its one form, and ``errors``, by field. ``public`` are the values that
    may enter the history, ``personal`` those that must be sealed: whatever was typed, and what was
    picked if its role is :data:`PERSONAL`."""

    values: dict[str, Any]
    errors: dict[str, Wrong]
    public: dict[str, Any]
    personal: dict[str, Any]


def personal(form: Form) -> set[str]:
    """The names of the questions whose answers must not enter a history."""
    names = set()
    for field in form["fields"]:
        kept = KINDS[field["kind"]].kept
        is_private = field["role"] == PERSONAL or field.get("sensitive")
        if kept == "sealed" or (kept == "history" and is_private):
            names.add(field["name"])
    return names


def sensitive(form: Form) -> set[str]:
    """The names of the questions that are asked only with a consent of their own, and of these."""
    return {field["name"] for field in form["fields"] if field.get("sensitive")}


def without(form: Form, *names: str) -> Form:
    """The form without some of its questions, because their answers are known already."""
    return {**form, "fields": [field for field in form["fields"] if field["name"] not in names]}


def suited(form: Form, typed: Mapping[str, Sequence[str]]) -> list[Field]:
    """The questions as the chosen service needs them, which its choice says: it may do without an
    ``address``, and take place on some ``days`` only, with ``exceptions``."""
    service: Mapping[str, Any] = {}
    for field in form["fields"]:
        for picked in typed.get(field["name"], ()) if field["role"] == "service" else ():
            service = chosen(field, picked) or service
    questions = list(form["fields"])
    for index, field in enumerate(questions) if service else ():
        if field["role"] == "address" and not service.get("address", True):
            questions[index] = {**field, "required": False, "spared": True}
        elif field["role"] == "date" and "days" in service:
            schedule = {key: service[key] for key in ("days", "exceptions") if key in service}
            questions[index] = {**field, **schedule}
    return questions


TO_RESIDENT = "[您你我]"


def for_staff(form: Form, words: Mapping[str, Mapping[str, str]]) -> Form:
    """The form as staff read it: what speaks to the resident is put in these words, by question.
    ``other`` are the words for the choice of that name."""

    def put(field: Field) -> Field:
        if not (own := words.get(field["name"])):
            return field
        texts = {
            key: text for key, text in own.items() if re.search(TO_RESIDENT, field.get(key) or "")
        }
        choices = [
            {**choice, "label": texts["other"]}
            if choice["value"] == OTHER and "other" in texts
            else choice
            for choice in field.get("choices", ())
        ]
        return {**field, **texts, "choices": choices}

    return {**form, "fields": [*map(put, form["fields"])]}


BLANK = frozenset({"Cf", "Zs", "Zl", "Zp"})
"""The categories of characters that nobody sees: spaces, and marks without a shape."""


def _filled(form: Form, typed: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What is not empty of what was typed, by field, without characters that nobody can see or no
    text has, and with ends of lines as they are here."""
    filled: dict[str, list[str]] = {}
    for field in form["fields"]:
        texts = filled[field["name"]] = []
        for text in typed.get(field["name"], ()):
            text = text.replace("\r\n", "\n").translate(TYPED).strip()
            # Most often the first character is seen.
            is_seen = (
                text and not SHAPELESS.match(text) and unicodedata.category(text[0]) not in BLANK
            )
            if is_seen or not BLANK.issuperset(map(unicodedata.category, SHAPELESS.sub("", text))):
                texts.append(text)
    return filled


def check(form: Form, typed: Mapping[str, Sequence[str]], today: date) -> Answers:
    """Check what was typed, by field name, against the definition; never raises for input. Fields
    left empty have no value. Names that the form does not have are ignored, so that a form drawn
    before the definition changed is still taken."""
    answers = Answers({}, {}, {}, {})
    filled, sealed = _filled(form, typed), personal(form)
    questions = suited(form, typed)
    if filled.get(RECEIVED):  # It comes first, because wished days are judged by it.
        questions.sort(key=lambda field: field["name"] != RECEIVED)
    for field in questions:
        name, kind = field["name"], KINDS[field["kind"]]
        texts = filled[name]
        if not texts:
            if field["required"]:
                answers.errors[name] = Wrong("required")
            continue
        try:
            if len(texts) > 1 and not kind.many:
                raise Wrong("repeated")
            value = answers.values[name] = kind.parse(field, texts, today)
        except Wrong as wrong:
            answers.errors[name] = wrong
            continue
        if name == RECEIVED:
            today = date.fromisoformat(value)
        if name in sealed:
            answers.personal[name] = value
        elif kind.kept == "history":
            answers.public[name] = value
    answers.errors.update(_without_consent(questions, answers.values))
    return answers


def separate_phones(
    form: Form,
    typed: Mapping[str, list[str]],
    errors: Mapping[str, Wrong],
    write: Callable[..., str],
) -> dict[str, list[str]]:
    """What staff typed, or brought in, with one number where a phone is asked for: what stands
    beside it, such as a second one, goes to the end of the first question for free text, in the
    words that ``write`` makes of the question's ``label`` and its ``text``. Without such a question
    nothing changes."""
    labels = {field["name"]: field["label"] for field in form["fields"]}
    free = [f for f in form["fields"] if f["kind"] == "textarea" and not f["role"]]
    room = next((field["name"] for field in free if not field.get("sensitive")), "")
    changed = dict(typed)
    for name, wrong in errors.items() if room else ():
        if wrong.code == "beside":
            changed[name] = [str(wrong.names["number"])]
            text = write(label=labels[name], text=wrong.names["beside"])
            changed[room] = ["\n".join([*filter(None, changed.get(room, ())), text])]
    return changed


def given(data: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of what a history begins with, without what the program or staff say of it."""
    answers = {name: value for name, value in data.items() if name not in RECORDED}
    # Which team somebody asks for stands apart from the one that they are put into.
    return answers | ({"team": data["wants"]} if data.get("wants") else {})


def settled(form: Form, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """The answers whose meaning depends on the day, as they are typed so that it does not."""
    dated = [field["name"] for field in form["fields"] if KINDS[field["kind"]].dated]
    return {name: [values[name]] for name in dated if name in values}


def _without_consent(
    questions: Sequence[Field], values: Mapping[str, Any]
) -> Iterator[tuple[str, Wrong]]:
    """The sensitive questions that were answered without the consent to that."""
    for field in questions:
        consent = field.get("consents_to", "")
        if consent in values and field["name"] not in values:
            yield consent, Wrong("sensitive")


def renamed(form: Form, typed: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What was picked from the choices of a form that was drawn before some were renamed."""
    return {
        field["name"]: [chosen(field, text).get("value", text) for text in typed[field["name"]]]
        for field in form["fields"]
        if field.get("choices") and field["name"] in typed
    }
