"""What stands within a line: HTML as CommonMark reads it, and addresses that can be tapped."""

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import (
    HtmlInlineProcessor,
    InlineProcessor,
    SubstituteTagInlineProcessor,
)
from markdown.util import AtomicString

from generator.content.markup.html import TYPED

BARE = (
    r"(?<![A-Za-z0-9_/@.:=-])(?:"
    r"(?P<page>(?:https?://|www\.)[A-Za-z0-9][A-Za-z0-9_.~:/?#\[\]@!$&'()*+,;=%-]*)"
    r"|(?P<mail>[A-Za-z0-9][A-Za-z0-9_.+-]*@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})"
    r"|(?P<phone>1[3-9]\d{9}|1[3-9]\d[- ]\d{4}[- ]\d{4}|0\d{2,3}[- ]\d{7,8}|0[1-9]\d{9,10}"
    r"|[48]00-?\d{3}-?\d{4}|[48]00-\d{4}-\d{3})"
    r")(?![A-Za-z0-9_@-])"
)
"""Addresses, and phones as they are written in China (mobile, with an area code, 400); an order's
number has ten digits and is none of them. Chinese letters are in no address that people type, so
what is written without a space behind it does not belong to it."""


class _Bare(InlineProcessor):
    """Make a link of an address or phone that stands in the text."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(  # type: ignore[override]  # noqa: N802 Python-Markdown's name
        self, m: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        text = _ending(m[0]) if m["page"] else m[0]
        link = Element("a")
        link.text = AtomicString(text)
        link.set("href", _address(m, text))
        return link, m.start(), m.start() + len(text)


def _address(m: re.Match[str], text: str) -> str:
    if m["mail"]:
        return f"mailto:{text}"
    if m["phone"]:
        return "tel:" + re.sub(r"\D", "", text)
    return text if "://" in text else f"http://{text}"


def _ending(page: str) -> str:
    """The address without the punctuation of the sentence around it (GFM, chapter 6.9)."""
    while page[-1] in "?!.,:;*_~'\"" or (page[-1] == ")" and page.count(")") > page.count("(")):
        page = page[:-1]
    return page


class InlinesExtension(Extension):
    """Adds what people type and GitHub knows to the library's patterns."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 Python-Markdown's name
        md.ESCAPED_CHARS += [sign for sign in "\"$%&',/:;<=?@^|~" if sign not in md.ESCAPED_CHARS]
        md.delimiters.add("~", "del", double=True)  # type: ignore[union-attr]
        line_break = SubstituteTagInlineProcessor(r"(?:  |\\)\n", "br")
        md.inlinePatterns.register(line_break, "linebreak", 100)
        md.inlinePatterns.register(HtmlInlineProcessor(f"(?i)({TYPED})", md), "html", 90)
        md.inlinePatterns.register(_Bare(BARE, md), "bare", 85)
