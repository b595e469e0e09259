"""Pages as bytes."""

import traceback
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from functions.web.pages import environment
from generator.content import prose_cache
from generator.content.models import Prose, Settings, digest
from generator.errors import WudanError
from generator.files.cache import Cache
from generator.site import plan
from generator.site.plan import Page, Section
from generator.site.theme import Theme

if TYPE_CHECKING:
    from jinja2 import Environment, TemplateError

    from functions.orders.figures import Report


class Renderer:
    """Draws the pages of one build; ``cache`` has the HTML of their texts."""

    def __init__(self, settings: Settings, theme: Theme, cache: Cache):
        self._settings = settings
        self._theme = theme
        self._cache = cache
        self.common = digest((theme.digest, settings))

    @cached_property
    def _env(self) -> "Environment":
        from generator.build.template_cache import Compiled

        env = environment(self._theme.templates)
        env.bytecode_cache = Compiled(self._cache)
        env.globals.update(site=self._settings, words=self._theme.words, assets=self._theme.assets)
        env.globals.update(address=plan.address, csv=_csv)
        env.filters.update(markdown=self.html, excerpt=lambda prose: prose and prose.excerpt)
        return env

    def html(self, prose: Prose | Literal[""]) -> str:
        """A text, as it was converted when it was read."""
        return prose_cache.html(self._cache, prose) if prose else ""

    def fingerprint(self, made: Page | Section) -> bytes:
        """Changes with anything that a page, or all pages of a section, are made from."""
        if isinstance(made, Section):
            return digest((self.common, made.reads))
        name = made.template if isinstance(made.template, str) else made.template.__name__
        return digest((self.common, made.address, name, made.data))

    def render(self, page: Page) -> bytes:
        """The page, in UTF-8.

        Raises:
            WudanError: a template is wrong, with its file and line.
        """
        from jinja2 import TemplateError

        if not isinstance(page.template, str):
            return page.template(self._settings, **page.data).encode()
        try:
            return self._env.get_template(page.template).render(page.data, page=page).encode()
        except TemplateError as error:
            raise WudanError(f"templates/{_place(error)}: 模板有错：{error.message}") from error


def _csv(report: "Report", words: Mapping[str, Any]) -> str:
    # Here, for most builds look at no report.
    from functions.forms import spreadsheet
    from functions.orders import figures

    rows = figures.rows(report, words["names"], words["kinds"])
    return spreadsheet.as_csv(words["report"], rows)


def _place(error: "TemplateError") -> str:
    """File and line of a mistake, noted in the error or, if it was met in drawing, on the way."""
    from jinja2 import TemplateSyntaxError

    if isinstance(error, TemplateSyntaxError):
        return f"{error.name}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    named = [frame for frame in frames if not Path(frame.filename).is_absolute()]
    return f"{named[-1].filename}:{named[-1].lineno}" if named else "?"
