"""Pages as both halves render them: the same templates for the site and for the functions.

Jinja2 is imported only when a page is rendered: a wish is answered with a redirect.
"""

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from functions.context.bundle import Bundle
from functions.context.workdays import Calendar
from functions.forms import order_number
from functions.forms.kinds import KINDS
from functions.web.headers import META_POLICY

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context


def environment(templates: Mapping[str, str]) -> "Environment":
    """Jinja2 as all our templates expect it: it escapes everything, and missing values raise."""
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
    env.filters["once"] = _once(env)
    env.filters["spell"] = order_number.spell
    env.filters["weekday"] = lambda day: date.fromisoformat(str(day)[:10]).weekday()
    env.filters["markdown"] = str  # A build replaces it; the bundle already has HTML.
    env.globals.update(kinds=KINDS, meta_policy=META_POLICY)
    return env


def _once(env: "Environment") -> Callable[["Context", Hashable, str], str]:
    """``{{ item.date|once("text.day") }}`` is ``day(item.date)`` of ``macros/text.html``, rendered
    once for each argument. The macro may read only what is the same for all pages."""
    import jinja2

    @lru_cache(10_000)
    def memoized(argument: Hashable, macro: str) -> str:
        file, name = macro.split(".")
        module = env.get_template(f"macros/{file}.html").module
        html: str = getattr(module, name)(argument)  # Markup, which is not escaped again.
        return html

    # With the context, so that Jinja2 does not render it once and for all when it compiles.
    return jinja2.pass_context(lambda context, argument, macro: memoized(argument, macro))


def render(bundle: Bundle, template: str, **data: Any) -> str:
    """One page of the functions; ``data`` joins what the bundle knows."""
    return _environment(bundle).get_template(template).render(data)


@lru_cache(maxsize=1)
def _environment(bundle: Bundle) -> "Environment":
    env = environment(bundle.templates)
    env.globals.update(site=bundle.site, words=bundle.words, assets=bundle.assets)
    env.globals["known_to"] = Calendar(**bundle.calendar).known_to
    return env
