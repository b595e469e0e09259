"""Turns Markdown, as staff write it, into HTML that is safe to publish."""

import re
from html import unescape
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.blockprocessors import ParagraphProcessor
from markdown.extensions.fenced_code import FencedCodeExtension
from markdown.extensions.nl2br import Nl2BrExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import slugify_unicode, unique
from markdown.preprocessors import HtmlBlockPreprocessor, Preprocessor
from markdown.treeprocessors import InlineProcessor, Treeprocessor
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
    """Let a list begin on the line after its sentence, as people write it."""

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
"""A placeholder of Markdown for text that it puts back at the end."""


class _Outline(Treeprocessor):
    """Make headings continue the page's h1 without a gap, and give each an address. Markdown's own
    table of contents does that too, but drawing the table takes a sixth of the whole time."""

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


class _Headless(ParagraphProcessor):
    """A block of one line that begins with a letter is always a paragraph: skip the eleven other
    block processors."""

    LINE = re.compile(r"[^\W\d_].*")

    def test(self, parent: Element, block: str) -> bool:
        return self.LINE.fullmatch(block) is not None


class _HtmlBlocks(HtmlBlockPreprocessor):
    """Look for blocks of HTML only if something could begin one."""

    def run(self, lines: list[str]) -> list[str]:
        return super().run(lines) if any("<" in line or "&" in line for line in lines) else lines


SIGNS = {
    "backtick": "`",
    "escape": "\\",
    "reference": "[",
    "link": "[",
    "image_link": "!",
    "image_reference": "!",
    "short_reference": "[",
    "short_image_ref": "!",
    "autolink": "<",
    "automail": "<",
    "linebreak": "\n",
    "html": "<",
    "entity": "&",
    "em_strong": "*_",
    "nl": "\n",
}
"""The inline patterns, and the characters that each begins with."""
SIGN = re.compile("[" + re.escape("".join({*"".join(SIGNS.values()), "\x02"})) + "]")


class _Inline(InlineProcessor):
    """Try only the patterns whose characters a text contains; most texts contain none."""

    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        signs: set[str] = set()
        for node in tree.iter():
            for where in ("text", "tail"):
                if text := getattr(node, where):
                    found = SIGN.findall(text)
                    signs.update(found)
                    if not found:  # Atomic: nothing is left to do.
                        setattr(node, where, AtomicString(text))
        patterns = self.md.inlinePatterns
        self.inlinePatterns = [  # type: ignore[assignment]
            patterns[name] for name in SIGNS if not signs.isdisjoint(SIGNS[name])
        ]
        return super().run(tree, ancestors)


def _markdown() -> Markdown:
    ours = (TableExtension(), FencedCodeExtension(), SaneListExtension(), Nl2BrExtension())
    md = Markdown(extensions=ours)
    md.treeprocessors.register(_Outline(md), "outline", 8)
    # Below 20, because fenced code and HTML are placeholders by then.
    md.preprocessors.register(_ListsAfterText(md), "lists_after_text", 15)
    return md


def _with_shortcuts(md: Markdown) -> Markdown:
    """Shortcuts leave the result as it is and save a third of the time."""
    md.preprocessors.register(_HtmlBlocks(md), "html_block", 20)
    md.parser.blockprocessors.register(_Headless(md.parser), "headless", 110)
    md.treeprocessors.register(_Inline(md), "inline", 20)
    return md


_quick = _with_shortcuts(_markdown())
SCHEMES = {"http", "https", "mailto", "tel"}
"""Where links and pictures may lead, besides addresses of the site itself."""
_cleaner = nh3.Cleaner(tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener")
TAG = re.compile(r"""<(?:[^">]|"[^"]*")*>""")
"""A tag in safe HTML, in which every other angle bracket is an entity, and the values of attributes
stand in double quotes."""


def convert(text: str) -> str:
    """The text as HTML, which keeps the HTML that was typed."""
    return _quick.reset().convert(text)


def safe(html: str) -> str:
    """The HTML without anything active: no scripts, handlers, styles or frames."""
    return _cleaner.clean(html)


def excerpt(html: str, longest: int = 90) -> str:
    """How safe HTML begins, in plain words of at most ``longest`` characters."""
    plain = " ".join(unescape(TAG.sub("", html)).split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"
