"""A page for each form of the residents', and one that thanks."""

from collections.abc import Iterator, Mapping, Sequence

from functions.forms.residents import FORMS, THANKS
from generator.content.form_definitions import Offers, resolve
from generator.content.models import Form, Service, Team
from generator.site.plan.page import Page

UNFILLED = {"typed": {}, "errors": {}, "hidden": {}, "once": ""}


def pages(
    forms: Sequence[Form],
    menu: tuple[Service, ...],
    teams: tuple[Team, ...],
    renamed: Mapping[str, Mapping[str, str]],
) -> Iterator[Page]:
    """Each form as nobody has filled it in yet; it is filed with the functions."""
    yield Page(THANKS, "thanks.html", {})
    for form in forms:
        if form.slug in FORMS:
            data = {"form": resolve(form, Offers(menu, teams, renamed))} | UNFILLED
            yield Page(FORMS[form.slug], "form.html", data, f"content/forms/{form.slug}.yaml")
