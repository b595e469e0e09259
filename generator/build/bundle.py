"""The bundle: what a build hands to the functions."""

from pathlib import Path
from typing import Any

import msgspec

from functions.context.bundle import FILE, OF_FILE, Bundle
from functions.forms.kinds.choices import OTHER
from functions.forms.residents import FORMS
from generator.build.render import Renderer
from generator.content import form_definitions, names
from generator.content.form_definitions import Offers
from generator.content.models import Form, Site
from generator.content.reading.codec import digest
from generator.content.settings import Calendar
from generator.files.atomic import update
from generator.files.cache import Cache
from generator.files.file_stamps import stamp_of_own


def hand_over(folder: Path, site: Site, renderer: Renderer, cache: Cache) -> None:
    """Write the bundle to a folder, if anything that it is made from may have changed."""
    file, day = folder / FILE, site.settings.service_day
    offers = Offers(site.menu, site.teams, site.renamed, day, site.entries["grids"])
    given = (site.calendar, site.forms, offers, names.labels(site))
    key = digest((renderer.common, given))
    if cache.noted("bundle") != key + stamp_of_own(file).encode():
        folder.mkdir(parents=True, exist_ok=True)
        update(file, msgspec.json.encode(_bundle(renderer, *given)))
        cache.note("bundle", key + stamp_of_own(file).encode())


def _bundle(
    renderer: Renderer,
    calendar: Calendar,
    forms: tuple[Form, ...],
    offers: Offers,
    labels: dict[str, dict[str, str]],
) -> dict[str, Any]:
    theme, (menu, teams, renamed, *_) = renderer.theme, offers
    resolved = [form_definitions.resolve(form, offers) for form in forms if form.slug in FORMS]
    ready = {form["slug"]: form | {"intro": renderer.html(form["intro"])} for form in resolved}
    other = {OTHER: renderer.words["sheets"]["names"][OTHER]}
    made = Bundle(
        site=msgspec.to_builtins(renderer.settings, enc_hook=str),
        calendar=msgspec.to_builtins(calendar),
        actions=form_definitions.actions(
            renderer.actions, ready, offers, renderer.words["desk"]["questions"]
        ),
        offers={service.slug: list(service.teams) for service in menu},
        practical={
            service.slug: {
                **{name: getattr(service, name) for name in ("when", "place", "bring")},
                **form_definitions.schedule(service, offers),
            }
            for service in menu
        },
        capacity={team.slug: team.capacity for team in teams if team.capacity},
        grids=form_definitions.grids(offers),
        forms=ready,
        services={service.slug: service.name for service in menu} | other,
        teams={team.slug: team.name for team in teams},
        names=labels
        | {"service": labels["service"] | other}
        | names.questions(forms, renderer.actions),
        renamed=names.in_orders(renamed),
        words=renderer.words,
        templates={name: text for name, text in theme.templates.items() if name.endswith(".html")},
        assets=theme.shared_assets,
    )
    return {name: value for name, value in made._asdict().items() if name not in OF_FILE}
