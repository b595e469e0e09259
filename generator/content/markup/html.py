"""Which HTML a text may hold, and how a page stays safe with it."""

import re
from html import escape, unescape
from urllib.parse import urljoin

import nh3

from generator.content.markup.plain_text import TAG

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div"),
    *("dl", "dt", "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img"),
    *("ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub"),
    *("summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
DROPPED = {
    *("address", "article", "aside", "big", "center", "cite", "col", "colgroup", "dfn", "font"),
    *("footer", "h1", "header", "label", "main", "nav", "section", "strike", "time", "tt", "wbr"),
}
"""Tags, as pasted pages have them, that are removed while what stands between them is kept. All
others, such as ``<script>``, and what only looks like a tag, are shown as typed."""
BLOCKS = {
    *("address", "article", "aside", "blockquote", "caption", "center", "col", "colgroup", "dd"),
    *("details", "div", "dl", "dt", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4"),
    *("h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary"),
    *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
}
"""Those that begin a block of HTML, in which no Markdown is read up to the next blank line."""
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "li": {"id"},
    "ol": {"start"},
    "sup": {"id"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "div": {"align"},
    "p": {"align"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
}
SCHEMES = {"http", "https", "mailto", "tel"}
"""The schemes of addresses that links and pictures may have, besides addresses of the site."""
IDS = ("s-", "fn")
"""How the addresses of headings and notes begin; a typed one could be taken for one of the page."""

_NAMES = "|".join(sorted(TAGS | DROPPED, key=len, reverse=True))
_ATTRIBUTE = r"""\s+[a-zA-Z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?"""
TYPED = rf"(?:<(?:{_NAMES})(?:{_ATTRIBUTE})*\s*/?>|</(?:{_NAMES})\s*>|<!--(?!-?>)(?:(?!-->).)*-->)"
"""A tag or comment, written as CommonMark 0.31.2, chapter 6.6, wants it."""
_BRACKET = re.compile(rf"{TYPED}|<", re.IGNORECASE | re.DOTALL)

_ADDRESS = re.compile(r'\b(href|src)="([^"]*)"')


def absolute(html: str, base: str) -> str:
    """Safe HTML of the page at ``base`` as it is read elsewhere, such as in a feed: with whole
    addresses."""

    def whole(found: re.Match[str]) -> str:
        try:
            address = urljoin(base, unescape(found[2]))
        except ValueError:  # It leads nowhere, here as there.
            return found[0]
        return f'{found[1]}="{escape(address)}"'

    parts, end = list[str](), 0
    for tag in TAG.finditer(html):
        parts += html[end : tag.start()], _ADDRESS.sub(whole, tag[0])
        end = tag.end()
    return "".join((*parts, html[end:]))


def escaped(html: str) -> str:
    """The HTML with every angle bracket that begins no tag as an entity."""
    return _BRACKET.sub(lambda found: "&lt;" if found[0] == "<" else found[0], html)


def _kept(tag: str, attribute: str, value: str) -> str | None:
    return value if attribute != "id" or value.startswith(IDS) else None


_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    attribute_filter=_kept,
    url_schemes=SCHEMES,
    link_rel="noopener",
)


def safe(html: str) -> str:
    """The HTML without anything active: no scripts, handlers, styles or frames."""
    return _cleaner.clean(html)
