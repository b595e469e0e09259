"""Pages as both halves draw them: the same templates for the site and for the functions.

Jinja2 is imported only when a page is drawn: filing an order answers with a redirect and does
without, which keeps a cold start short.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from functions import form, number
from functions.bundle import Bundle

if TYPE_CHECKING:
    from jinja2 import Environment


def environment(templates: Mapping[str, str]) -> "Environment":
    """Jinja2 as all our templates expect it: everything escaped, nothing missing in silence."""
    import jinja2

    def load(name: str) -> tuple[str, str, None] | None:
        # Named by its file, so that a traceback names it too.
        return (templates[name], name, None) if name in templates else None

    env = jinja2.Environment(
        loader=jinja2.FunctionLoader(load),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    env.filters["spell"] = number.spell
    env.filters["phone"] = form.dialled
    env.filters["markdown"] = str  # A build puts its own in place; the bundle has HTML already.
    return env


def render(bundle: Bundle, template: str, **data: Any) -> str:
    """One page of the functions; ``data`` joins what the bundle knows."""
    return _environment(bundle).get_template(template).render(data)


@lru_cache(maxsize=1)
def _environment(bundle: Bundle) -> "Environment":
    env = environment(bundle.templates)
    env.globals.update(site=bundle.site, words=bundle.words, assets=bundle.assets)
    return env
