"""The residents' forms as nobody has filled them in yet, and the page that thanks."""

from collections.abc import Iterator, Mapping, Sequence

from functions.forms.residents import FORMS, THANKS
from generator.content.form_definitions import Offers, resolve
from generator.content.models import Form, Service, Team
from generator.site.sections.page import Page

UNFILLED = {"typed": {}, "errors": {}, "hidden": {}, "once": ""}
"""What a form's template is given before anybody has filled the form in."""


def pages(
    forms: Sequence[Form],
    menu: tuple[Service, ...],
    teams: tuple[Team, ...],
    renamed: Mapping[str, Mapping[str, str]],
) -> Iterator[Page]:
    """The choices of a form are what the community offers."""
    yield Page(THANKS, "thanks.html", {})
    for form in forms:
        if form.slug in FORMS:
            data = {"form": resolve(form, Offers(menu, teams, renamed))} | UNFILLED
            yield Page(FORMS[form.slug], "form.html", data, f"content/forms/{form.slug}.yaml")
