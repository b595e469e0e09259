"""Markdown, as staff write it, to HTML that is safe to publish."""

import re
from html import unescape
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.fenced_code import FencedCodeExtension
from markdown.extensions.nl2br import Nl2BrExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import slugify_unicode, unique
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div"),
    *("dl", "dt", "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img"),
    *("ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub"),
    *("summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
}

LIST_ITEM = re.compile(r"\s*([-*+]|\d+\.)\s+\S")


class _ListsAfterText(Preprocessor):
    """A list may follow its sentence on the next line, as people write it."""

    def run(self, lines: list[str]) -> list[str]:
        out: list[str] = []
        for line in lines:
            starts = LIST_ITEM.match(line) and out and out[-1].strip()
            if starts and not LIST_ITEM.match(out[-1]) and not out[-1].startswith((" ", "\t")):
                out.append("")
            out.append(line)
        return out


HEADINGS = {f"h{level}" for level in range(1, 7)}
PUT_ASIDE = re.compile("\x02.*?\x03")
"""What stands for something that is put back when the text is finished."""


class _Outline(Treeprocessor):
    """Headings continue the page's own (its title is the h1) without a gap, whatever was typed;
    and each has an address. Markdown's own table of contents gives them one too, but draws the
    table besides, which takes a sixth of all the time."""

    def run(self, root: Element) -> None:
        headings = [node for node in root.iter() if node.tag in HEADINGS]
        used = sorted({node.tag for node in headings})
        ids: set[str] = set()
        level = 1
        for node in headings:
            level = min(used.index(node.tag) + 2, level + 1, 6)
            node.tag = f"h{level}"
            text = PUT_ASIDE.sub("", "".join(node.itertext()))
            node.set("id", unique(f"s-{slugify_unicode(text, '-')}", ids))


INLINE = re.compile(r"[`\\\[!<&*_\n\x02]")
"""One of these begins whatever can be marked up within a line."""


class _Plain(Treeprocessor):
    """Most lines are nothing but words: they are marked as finished, which is a third quicker
    than trying every pattern on them."""

    def run(self, root: Element) -> None:
        for node in root.iter():
            if node.text and not INLINE.search(node.text):
                node.text = AtomicString(node.text)
            if node.tail and not INLINE.search(node.tail):
                node.tail = AtomicString(node.tail)


class _AsWritten(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (the name is Markdown's)
        # Above 20, where lines are searched.
        md.treeprocessors.register(_Plain(md), "plain", 25)
        md.treeprocessors.register(_Outline(md), "outline", 8)
        # Below 25, where fenced code has been set aside already.
        md.preprocessors.register(_ListsAfterText(md), "lists_after_text", 20)


_markdown = Markdown(
    extensions=[
        TableExtension(),
        FencedCodeExtension(),
        SaneListExtension(),
        Nl2BrExtension(),
        _AsWritten(),
    ]
)


_safe = nh3.Cleaner(tags=TAGS, attributes=ATTRIBUTES, link_rel="noopener")
_words = nh3.Cleaner(tags=set())


def html(text: str) -> str:
    """The text as HTML without anything that runs: no scripts, handlers, styles or frames."""
    return _safe.clean(_markdown.reset().convert(text))


def excerpt(html: str, longest: int = 90) -> str:
    """The beginning of a text in plain words."""
    plain = " ".join(unescape(_words.clean(html)).split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"
