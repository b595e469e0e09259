"""The kinds of content: a folder of files each, one entry a file."""

from functools import cache
from typing import NamedTuple

from generator.content import models
from generator.content.job_fairs import Fair
from generator.content.models import Entry


class Kind(NamedTuple):
    """``base`` is how the addresses of its entries begin, and ``template`` that of their pages, if
    each has a page of its own; ``skeleton`` is its name for the command ``new``, if it has one."""

    model: type[Entry]
    base: str = ""
    template: str = ""
    skeleton: str = ""


KINDS = {
    "news": Kind(models.News, "/news/", "news.html", "news"),
    "teams": Kind(models.Team, "/teams/", "team.html", "team"),
    "grids": Kind(models.Grid, "/grids/", "grid.html", "grid"),
    "menu": Kind(models.Service, "/menu/", "service.html", "service"),
    "fairs": Kind(Fair, "/fairs/", "fair.html", "fair"),
    "partners": Kind(models.Partner, "/partners/", "partner.html"),
    "pages": Kind(models.StandingPage, "/", "page.html"),
    "forms": Kind(models.Form),
}
"""Every kind by its folder below ``content/``."""


def address(item: Entry) -> str:
    """The address of an entry's page."""
    return f"{KINDS[folder(type(item))].base}{item.slug}/"


@cache
def folder(model: type[Entry]) -> str:
    """The folder with the entries of this kind."""
    return next(name for name, kind in KINDS.items() if kind.model is model)
