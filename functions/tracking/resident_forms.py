"""What a resident is asked on the page of her order."""

from collections.abc import Mapping
from typing import Any

from functions.app import App
from functions.forms.definition import Form, sensitive, without
from functions.forms.kinds import KINDS
from functions.orders import corrections
from functions.orders.repository import History
from functions.orders.steps.service import BLANK
from functions.web import records
from functions.web.http import Request
from functions.web.step_forms import drawn_version

STEPS = {
    "note": "noted",
    "correct": "corrected",
    "opt": "opted",
    "reopen": "reopened",
    "cancel": "cancelled",
    "restore": "restored",
    "unrate": "unrated",
}
"""What a resident does on the page, and the event that it becomes."""
CORRECTING = tuple(do for do, kind in STEPS.items() if kind in corrections.CHANGING)
"""Those whose forms are filled in with what was answered."""
IDENTIFYING = ("name", "phone", "address", "personal")
"""The roles of questions that she corrects also when somebody is on the way."""
CHANGEABLE = ("submitted", "triaged", "dispatched")
"""The states in which she may still change what she wishes for."""


def form(app: App, kind: str, state: str) -> Form:
    """What a resident is asked for a step. In a correction a question whose answer is not shown, or
    has to be given, ``stays`` when it is left empty; and once somebody is on the way, she corrects
    only who and where she is."""
    definition: Form = app.bundle.actions.get(f"{kind}_by_resident", BLANK)
    if kind not in corrections.CHANGING:
        return definition
    kept, private = corrections.correctable(definition), hidden(app)
    late = kind == corrections.KIND and state not in CHANGEABLE
    fields = [
        {**each, "required": False, "stays": each["required"] or each["name"] in private}
        for each in kept["fields"]
        if not late or each["role"] in IDENTIFYING
    ]
    return {**kept, "fields": fields}


def hidden(app: App) -> set[str]:
    """The questions whose answers are not shown to whoever has the link."""
    form: Form = app.bundle.forms["wish"]
    private = sensitive(form)
    return {
        field["name"]
        for field in form["fields"]
        if KINDS[field["kind"]].discreet
        or (field["name"] in private and field["kind"] != "consent")
    }


def filled(app: App, known: Mapping[str, Any]) -> dict[str, list[str]]:
    """A resident's answers to be corrected, without what would tell a stranger who she is."""
    form: Form = app.bundle.forms["wish"]
    return corrections.filled(without(form, *hidden(app)), known)


def retyped(
    request: Request, app: App, found: History, typed: Mapping[int, Mapping[str, Any]]
) -> Mapping[str, list[str]]:
    """What she typed for a step. A correction takes over what others corrected meanwhile, except
    for what the page hides."""
    if request.value("do") not in CORRECTING:
        return request.typed
    definition = form(app, STEPS[request.value("do")], found.order.state)
    shown_whole = without(definition, *hidden(app))
    return corrections.retyped(shown_whole, *seen(request, found, typed), request.typed)


def seen(
    request: Request, found: History, typed: Mapping[int, Mapping[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Her answers as the page that she sends was drawn with them, and as they are now."""
    earlier = records.seen(*found, typed, drawn_version(request))
    return earlier, records.known(*found, typed)
