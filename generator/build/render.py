"""Pages as bytes."""

import traceback
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from functions.web.pages import environment
from generator.content import kinds, prose_cache, text_files
from generator.content.models import Prose
from generator.content.reading.codec import digest
from generator.content.settings import Settings
from generator.errors import WudanError
from generator.files.cache import Cache
from generator.site.sections.page import Page
from generator.site.theme import Theme

if TYPE_CHECKING:
    from jinja2 import Environment, TemplateError

    from functions.orders.figures.summary import Report


class Renderer:
    """Renders the pages of one build; ``cache`` has the HTML of their texts, and ``common`` is a
    digest of what is common to all pages."""

    def __init__(self, settings: Settings, theme: Theme, cache: Cache):
        self.settings = settings
        self.theme = theme
        self.common = digest((theme.digest, settings))
        self._cache = cache

    @cached_property
    def words(self) -> dict[str, Any]:
        """Sentences."""
        return self.theme.data("words.yaml", self._cache)

    @cached_property
    def actions(self) -> dict[str, Any]:
        """The forms of the desk."""
        return self.theme.data("actions.yaml", self._cache)

    @cached_property
    def _env(self) -> "Environment":
        from generator.build.template_cache import TemplateCache

        env = environment(self.theme.templates)
        env.bytecode_cache = TemplateCache(self._cache)
        env.globals.update(site=self.settings, words=self.words, assets=self.theme.assets)
        env.globals.update(address=kinds.address, csv=_csv)
        env.filters.update(markdown=self.html, excerpt=lambda prose: prose and prose.excerpt)
        env.filters["absolute"] = self._absolute
        return env

    def _absolute(self, html: str, address: str) -> str:
        """The HTML of the page at this address, with whole addresses."""
        from generator.content.markup.html import absolute  # Only the feed needs it.

        return absolute(str(html), self.settings.url + address)

    def html(self, prose: Prose | Literal[""], macro: str = "picture") -> str:
        """The HTML of a text, which was converted when the text was read, with its pictures as this
        macro draws them."""
        html = self.typed(prose) if prose else ""
        if not prose or not prose.files:
            return html
        draw = self._env.get_template("macros/picture.html").module.__dict__[macro]
        return text_files.shown(html, dict(prose.files), draw)

    def typed(self, prose: Prose) -> str:
        """The HTML of a text with the addresses of pictures as they were typed."""
        return prose_cache.html(self._cache, prose)

    def fingerprint(self, page: Page) -> bytes:
        """A digest of all that a page is made from."""
        template = page.template if isinstance(page.template, str) else page.template.__name__
        return digest((self.common, page.address, template, page.data))

    def render(self, page: Page) -> bytes:
        """The page, in UTF-8.

        Raises:
            WudanError: a template is wrong, with its file and line.
        """
        from jinja2 import TemplateError

        if not isinstance(page.template, str):
            return page.template(self.settings, **page.data).encode()
        try:
            return self._env.get_template(page.template).render(page.data, page=page).encode()
        except TemplateError as error:
            raise WudanError(f"templates/{_position(error)}: 模板有错：{error.message}") from error


def _csv(report: "Report", words: Mapping[str, Any]) -> str:
    # Imported lazily, because most builds render no report.
    from functions.forms import spreadsheet
    from functions.orders.figures import summary

    kinds = words["public"]["month" if "-" in report.period else "year"]
    rows = summary.rows(report, words["names"], kinds)
    return spreadsheet.as_csv(words["report"], rows)


def _position(error: "TemplateError") -> str:
    """File and line of a mistake: the error has them, or the frames that it passed have."""
    from jinja2 import TemplateSyntaxError

    if isinstance(error, TemplateSyntaxError):
        return f"{error.name}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    named = [frame for frame in frames if not Path(frame.filename).is_absolute()]
    return f"{named[-1].filename}:{named[-1].lineno}" if named else "?"
