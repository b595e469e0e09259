"""Form definitions as templates and functions read them: nothing left to look up."""

import hashlib
from typing import Any

import msgspec

from generator import markup
from generator.models import Field, Form, Site, by_category


def resolve(form: Form, site: Site) -> dict[str, Any]:
    """The form with every choice spelled out (``value``, ``label``, ``group``).

    ``version`` names the wording: it changes with any word that a resident is shown, and it is
    stored with what they file, so that it can be known later what they agreed to.
    """
    plain: dict[str, Any] = msgspec.to_builtins(form)
    version = hashlib.sha256(msgspec.json.encode(plain)).hexdigest()[:12]
    fields = [
        msgspec.to_builtins(field) | {"choices": _choices(field, site)} for field in form.fields
    ]
    return plain | {"version": version, "intro": markup.html(form.intro), "fields": fields}


def _choices(field: Field, site: Site) -> list[dict[str, str]]:
    if field.choices == "menu":
        choices = [
            {"value": service.slug, "label": service.name, "group": category}
            for category, services in by_category(site.menu)
            for service in services
        ]
    elif field.choices == "teams":
        choices = [{"value": t.slug, "label": t.name, "group": ""} for t in site.teams]
    else:
        choices = [{"value": c.value, "label": c.label, "group": ""} for c in field.choices]
    if field.other:
        choices.append({"value": "other", "label": field.other, "group": ""})
    return choices
