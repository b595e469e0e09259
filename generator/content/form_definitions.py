"""Form definitions as templates and functions read them: nothing left to look up."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from functions.forms.days import Schedule, is_monthly
from functions.forms.definition import PERSONAL, ROLES, for_staff
from functions.forms.kinds import KINDS
from functions.forms.kinds.choices import OTHER
from functions.forms.residents import NEEDED
from generator.content.models import Field, Form, Grid, Service, Team, by_category
from generator.content.reading.yaml_source import Document, Place
from generator.content.settings import Channel, ServiceDay, Settings

OWN = {
    kind: [role for role, kinds in ROLES.items() if kind in kinds and role != PERSONAL]
    for kind in KINDS
}
"""The roles that a question of each kind can have by itself."""


def roles(fields: Sequence[Field]) -> list[str]:
    """The role of each question, or "": what ``role:`` says; else the role of the same name, if the
    question's kind can have it; else, for the only question of its kind, the one role that this
    kind is for, unless another question has that role."""
    kinds = [field.kind for field in fields]
    found = [f.role or (f.name if f.name in OWN[f.kind] else "") for f in fields]
    for index, kind in enumerate(kinds):
        if not found[index] and len(OWN[kind]) == kinds.count(kind) == 1:
            found[index] = OWN[kind][0] if OWN[kind][0] not in found else ""
    return found


def called(form: Form) -> list[str]:
    """What the functions call each question: its role if it has one, else its name."""
    pairs = zip(form.fields, roles(form.fields), strict=True)
    return [field.name if role in ("", PERSONAL) else role for field, role in pairs]


def check_questions(document: Document, form: Form) -> None:
    """Note on the document what is wrong with the questions of a form beside each other."""
    _check_roles(document, form)
    _check_proofs(document, form)
    _check_choices(document, form)


def _check_roles(document: Document, form: Form) -> None:
    """Note on the document which questions cannot be told apart, and which roles are missing."""
    found = roles(form.fields)
    names = called(form)
    for index, (name, field) in enumerate(zip(names, form.fields, strict=True)):
        if (first := names.index(name)) < index:
            key, labels = ("fields", index, "role" if field.role else "name"), form.fields[first]
            document.problem(
                "same_question", key=key, name=name, first=labels.label, second=field.label
            )
    required = [role for role, field in zip(found, form.fields, strict=True) if field.required]
    for role in NEEDED.get(form.slug, ()):
        if role not in required:
            kinds = "、".join(ROLES[role])
            document.problem("required_role", key=("fields",), role=role, kinds=kinds)


def _check_proofs(document: Document, form: Form) -> None:
    """Note questions that prove whose an order is in forms that ask for no such proof: their
    answers would be kept nowhere."""
    for index, (field, role) in enumerate(zip(form.fields, roles(form.fields), strict=True)):
        if KINDS[field.kind].kept == "nowhere" and role not in NEEDED.get(form.slug, ()):
            document.problem("proof", value=("fields", index, "kind"), kind=field.kind)


def _check_choices(document: Document, form: Form) -> None:
    """Note choices that cannot be told apart, because the value is all that is kept of them."""
    for index, field in enumerate(form.fields):
        labels = {OTHER: field.other} if field.other else {}
        for each, choice in enumerate(() if isinstance(field.choices, str) else field.choices):
            if first := labels.get(choice.value):
                place = ("fields", index, "choices", each, "value")
                document.problem(
                    "same_choice", value=place, name=choice.value, first=first, second=choice.label
                )
            labels.setdefault(choice.value, choice.label)


class Offers(NamedTuple):
    """What the choices of a question may be taken from, and its old names by folder. Only forms
    that check a day that is wished for need to know of the ``service_day``."""

    menu: tuple[Service, ...]
    teams: tuple[Team, ...]
    renamed: Mapping[str, Mapping[str, str]]
    service_day: ServiceDay | None = None
    grids: tuple[Grid, ...] = ()


def resolve(form: Form, site: Offers) -> dict[str, Any]:
    """The form with every choice spelled out (``value``, ``label``, ``group``) and every role.
    ``version`` changes with any word that a resident is shown; it is stored with what they file,
    so that it can be known later what they agreed to."""
    plain: dict[str, Any] = msgspec.to_builtins(form)
    seen = []
    for field, name, role in zip(plain["fields"], called(form), roles(form.fields), strict=True):
        source = field["choices"] if isinstance(field["choices"], str) else ""
        field["choices"] = _offered(field["choices"], field["other"], site)
        if not field["sensitive"]:
            del field["sensitive"], field["consent"]
        seen.append({key: value for key, value in field.items() if key != "role"})
        field |= {"name": name, "role": role, "written": field["name"], "source": source}
    wording = msgspec.json.encode(plain | {"fields": [*map(_as_seen, seen)]})
    version = hashlib.sha256(wording).hexdigest()[:12]
    fields = [each for field in plain["fields"] for each in (field, *_consent_to(field))]
    return plain | {"version": version, "intro": form.intro, "fields": fields}


def _consent_to(field: dict[str, Any]) -> list[dict[str, Any]]:
    """The question right after a sensitive one that asks for consent to it alone."""
    if "sensitive" not in field:
        return []
    name = f"{field['name']}_{CONSENT}"
    question = {"name": name, "written": name, "kind": "consent", "label": field["consent"]}
    rest = {"purpose": field["purpose"], "sensitive": True, "consents_to": field["name"]}
    blank: dict[str, Any] = {"required": False, "max": None, "choices": [], "source": ""}
    return [{**dict.fromkeys(EMPTY, ""), **blank, **question, **rest}]


CONSENT = "consent"
"""How the name ends of the question that asks for consent to a sensitive one."""
SEEN = ("value", "label", "group")


def _as_seen(field: dict[str, Any]) -> dict[str, Any]:
    """A question as a resident sees it: its choices without their old names, and without what they
    make other questions ask."""
    choices = [{k: choice[k] for k in SEEN if k in choice} for choice in field["choices"]]
    return field | {"choices": choices}


EMPTY = ("other", "hint", "error", "purpose", "role")
"""What a question of the desk may leave out."""


def actions(
    definitions: dict[str, dict[str, Any]],
    forms: dict[str, dict[str, Any]],
    site: Offers,
    to_staff: Mapping[str, Mapping[str, str]],
) -> dict[str, dict[str, Any]]:
    """The forms of the desk and the teams, in the shape of the residents' forms. One that
    ``includes`` a resident's form has its questions after its own, except those in ``without``, or
    the ``only`` ones; those in ``optional`` need no answer. Unless it ``asks`` the resident, what
    speaks to the resident is put in the words ``to_staff``."""
    plain: dict[str, Any] = {"required": False, "max": None, **dict.fromkeys(EMPTY, "")}
    found = {}
    for kind, written in definitions.items():
        fields = [plain | field for field in written.get("fields", [])]
        for field in fields:
            choices = field.get("choices", [])
            field["source"] = choices if isinstance(choices, str) else ""
            field["choices"] = _offered(choices, field["other"], site)
        included = forms.get(written.get("includes", ""), {"fields": [], "version": ""})
        optional = {name: {"required": False} for name in written.get("optional", [])}
        words = {} if written.get("asks") == "resident" else to_staff
        questions = [
            f | optional.get(f["name"], {})
            for f in included["fields"]
            if f["name"] in written.get("only", [f["name"]])
            and f["name"] not in written.get("without", [])
        ]
        fields += for_staff({"fields": questions}, words)["fields"]
        head = {"title": "", "submit": "", "intro": "", "slug": kind, "notice": None} | written
        found[kind] = head | {"version": included["version"], "fields": fields}
    return found


def _offered(choices: str | list[dict[str, Any]], other: str, site: Offers) -> list[dict[str, Any]]:
    """The choices spelled out; a name stands for the menu, the teams or the grids."""
    offered: list[dict[str, Any]]
    if choices == "menu":
        offered = [
            {
                "value": service.slug,
                "label": service.name,
                "group": category,
                **_needs(service, site),
            }
            for category, services in by_category(site.menu)
            for service in services
        ]
    elif choices == "teams":
        offered = [{"value": t.slug, "label": t.name, "group": ""} for t in site.teams]
    elif choices == "grids":
        offered = [{"value": grid, "label": grid, "group": ""} for grid in grids(site)]
    else:
        offered = [{**choice, "group": ""} for choice in choices]  # type: ignore[dict-item]
    if other:
        offered.append({"value": OTHER, "label": other, "group": ""})
    renamed = site.renamed.get(choices, {}) if isinstance(choices, str) else {}
    for choice in offered:  # Forms that show a value from before it was renamed are still taken.
        if former := sorted(old for old, new in renamed.items() if new == choice["value"]):
            choice["former"] = former
    return offered


def _needs(service: Service, site: Offers) -> dict[str, Any]:
    """How a service changes what the form asks; see :func:`functions.forms.definition.suited`."""
    needs = {} if service.address else {"address": False}
    return {**needs, **(schedule(service, site) if service.days else {})}


def schedule(service: Service, site: Offers) -> Schedule:
    """When a service takes place: what is done on the service day goes along with it."""
    day, found = site.service_day, {"days": service.days}
    if not (day and day.exceptions and is_monthly(service.days, day.day)):
        return found
    return {**found, "exceptions": day.changed()}


def grids(site: Offers) -> list[str]:
    """What the grids (网格) are called; where none has a file, as teams say which they look after.
    They stand as people count: 第二网格 before 第十网格."""
    names = {grid.name for grid in site.grids}
    names = names or {grid for team in site.teams for grid in team.grids}
    return sorted(names, key=counted)


def counted(name: str) -> list[str | int]:
    """A name in parts to sort by: texts, and between them numbers in digits or in Chinese."""
    parts = re.split(r"(\d+|[一二三四五六七八九十百]+)", name)
    return [_number(part) if odd % 2 else part for odd, part in enumerate(parts)]


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    total = digit = 0
    for sign in text:
        if sign in "十百":
            total, digit = total + (digit or 1) * (10 if sign == "十" else 100), 0
        else:
            digit = " 一二三四五六七八九".index(sign)
    return total + digit


SMS: Mapping[str, Sequence[str]] = {
    "webhook": ("url", "secret"),
    "aliyun": ("key", "secret", "sign"),
    "none": (),
}
"""The kinds of channels that reach one resident, and what each needs."""

Misfit = tuple[str, Place, str, dict[str, str]]
"""The file, the key in it, the code of the sentence, and what that names."""


def check_sms(settings: Settings, forms: Sequence[Form]) -> Iterator[Misfit]:
    """What is wrong where residents are not asked whether they want an SMS although one can be
    sent, or are asked although none can."""
    asking = [
        (form.slug, index)
        for form in forms
        for index, field in enumerate(form.fields)
        if "sms" in (field.name, field.role)
    ]
    by_sms = [each.to == "resident" for each in settings.notify]
    for slug, index in asking:
        if not any(by_sms):
            yield f"content/forms/{slug}.yaml", ("fields", index, "name"), "sms_channel", {}
    for at, channel in enumerate(settings.notify):
        if by_sms[at] != (channel.kind in SMS) and channel.kind != "none":
            code = "sms_kind" if by_sms[at] else "sms_only"
            yield "site.yaml", ("notify", at, "kind"), code, {}
        elif by_sms[at] and "wish" not in dict(asking):
            yield "site.yaml", ("notify", at, "to"), "sms_question", {}
        elif missing := _missing(channel) if by_sms[at] else []:
            yield "site.yaml", ("notify", at, "to"), "sms_settings", {"names": "、".join(missing)}


def _missing(channel: Channel) -> list[str]:
    """The settings that a channel to residents still needs."""
    templates = msgspec.structs.asdict(channel.templates) if channel.kind == "aliyun" else {}
    return [
        *[name for name in SMS[channel.kind] if not getattr(channel, name)],
        *[f"templates.{event}" for event, code in templates.items() if not code],
    ]
