"""Saved replies (常用答复): what staff often write, from ``replies:`` of ``site.yaml``.

They stand beside the text of a step's form. The one that is picked is the text, unless staff typed
their own; so it needs no script, and comes back like anything typed.
"""

from collections.abc import Mapping

from functions.context.bundle import Bundle
from functions.forms.definition import Form
from functions.web.http import Request

PICKED = "saved-"
"""Begins the name under which the reply for a question is sent."""


def offered(bundle: Bundle, forms: Mapping[str, Form]) -> dict[str, Form]:
    """The forms of steps, with the replies that are saved for each beside its text."""
    saved = bundle.site["replies"]
    return {
        **forms,
        **{kind: _beside(forms[kind], saved[kind]) for kind in forms if saved.get(kind)},
    }


def _beside(form: Form, replies: list[str]) -> Form:
    fields = [
        {**field, "replies": replies, "picked": PICKED + field["name"]}
        if field["kind"] == "textarea"
        else field
        for field in form["fields"]
    ]
    return {**form, "fields": fields}


def taken(request: Request) -> Request:
    """The request with each picked reply as the text of its question, where none was typed."""
    typed = dict(request.typed)
    for name, values in request.typed.items():
        question = name.removeprefix(PICKED)
        if question != name and not any(map(str.strip, typed.get(question, ()))):
            typed[question] = values
    return request._replace(typed=typed)
