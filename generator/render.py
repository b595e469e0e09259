"""Pages as bytes."""

import hashlib
import traceback
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import TemplateError, TemplateSyntaxError

from functions import figures, sheets
from functions.page import environment
from generator import markup, plan
from generator.errors import WudanError
from generator.models import Settings
from generator.plan import Page
from generator.theme import Theme


class Renderer:
    """Draws the pages of one build."""

    def __init__(self, settings: Settings, theme: Theme):
        self._settings = settings
        self._env = environment(theme.templates)
        self._env.globals.update(
            site=settings, words=theme.words, assets=theme.assets, address=plan.address
        )
        self._env.globals.update(csv=sheets.as_csv, table=figures.rows)
        self._env.filters.update(markdown=markup.html, excerpt=markup.excerpt)
        self._common = theme.digest + _encode(settings)

    def fingerprint(self, page: Page) -> str:
        """Changes with anything that the page is made from."""
        name = page.template if isinstance(page.template, str) else page.template.__name__
        seen = b"\0".join((self._common, page.address.encode(), name.encode(), _encode(page.data)))
        return hashlib.blake2b(seen, digest_size=16).hexdigest()

    def render(self, page: Page) -> bytes:
        """The page, in UTF-8.

        Raises:
            WudanError: a template is wrong, with its file and line.
        """
        if not isinstance(page.template, str):
            return page.template(self._settings, **page.data).encode()
        try:
            return self._env.get_template(page.template).render(page.data, page=page).encode()
        except TemplateError as error:
            raise WudanError(f"templates/{_place(error)}: 模板有错：{error.message}") from error


def _place(error: TemplateError) -> str:
    """File and line of a mistake, noted in the error or, if it was met in drawing, on the way."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.name}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    named = [frame for frame in frames if not Path(frame.filename).is_absolute()]
    return f"{named[-1].filename}:{named[-1].lineno}" if named else "?"


def _encode(value: Any) -> bytes:
    return msgspec.msgpack.encode(value, enc_hook=str)
