"""Turns Markdown, as staff write it, into HTML that is safe to publish."""

import re
from collections.abc import Collection
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockprocessors import ParagraphProcessor
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.nl2br import Nl2BrExtension
from markdown.extensions.toc import slugify_unicode
from markdown.treeprocessors import InlineProcessor, Treeprocessor
from markdown.util import AtomicString

from generator.content.markup.blocks import BlocksExtension
from generator.content.markup.html import safe
from generator.content.markup.inlines import BARE, InlinesExtension
from generator.content.markup.loss import Loss, losses, too_much
from generator.content.markup.plain_text import plain

__all__ = ["Loss", "convert", "excerpt", "losses", "safe", "too_much"]

HEADINGS = {f"h{level}" for level in range(1, 7)}
PUT_ASIDE = re.compile("\x02.*?\x03")
"""A placeholder of Markdown for text that it puts back at the end."""


class _Outline(Treeprocessor):
    """Number the levels of headings on from the page's own h1 without a gap, and give each heading
    an id.

    Markdown's own table of contents does that, too, but building the table takes a sixth of the
    whole time."""

    def run(self, root: Element) -> None:
        headings = [node for node in root.iter() if node.tag in HEADINGS]
        used = sorted({node.tag for node in headings})
        ids: dict[str, int] = {}
        level = 1
        for node in headings:
            level = min(used.index(node.tag) + 2, level + 1, 6)
            node.tag = f"h{level}"
            text = PUT_ASIDE.sub("", "".join(node.itertext()))
            name = first = f"s-{slugify_unicode(text, '-')}"
            while name in ids:
                name = f"{first}_{ids[first]}"
                ids[first] += 1
            ids[name] = 1
            node.set("id", name)


class _Headless(ParagraphProcessor):
    """A block of one line that begins with a letter is always a paragraph: skip the eleven other
    block processors."""

    LINE = re.compile(r"[^\W\d_].*")

    def test(self, parent: Element, block: str) -> bool:
        return self.LINE.fullmatch(block) is not None


SIGNS: dict[str, Collection[str]] = {
    "backtick": "`",
    "escape": "\\",
    "footnote": "[",
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
    "bare": ("address",),
    "entity": "&",
    "em_strong": "*_~",
    "nl": "\n",
}
"""The inline patterns, each with the characters that it can begin with. An address can begin with
any."""
CHARACTERS = {sign for signs in SIGNS.values() for sign in signs if len(sign) == 1} | {"\x02"}
SIGN = re.compile("[" + re.escape("".join(CHARACTERS)) + "]")
ADDRESS = re.compile(BARE)


class _Inline(InlineProcessor):
    """Try only the patterns whose characters a text contains; most texts contain none."""

    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        signs: set[str] = set()
        for node in tree.iter():
            for where in ("text", "tail"):
                if text := getattr(node, where):
                    found = SIGN.findall(text)
                    found += ["address"] if ADDRESS.search(text) else []
                    signs.update(found)
                    if not found:  # Atomic: nothing is left to do.
                        setattr(node, where, AtomicString(text))
        patterns = self.md.inlinePatterns
        self.inlinePatterns = [  # type: ignore[assignment]
            patterns[name]
            for name, its in SIGNS.items()
            if name in patterns and not signs.isdisjoint(its)
        ]
        return super().run(tree, ancestors)


def _markdown(*, notes: bool) -> Markdown:
    ours = (BlocksExtension(), InlinesExtension(), Nl2BrExtension())
    footnotes = (FootnoteExtension(BACKLINK_TITLE="回到正文"),) if notes else ()
    md = Markdown(extensions=(*ours, *footnotes))
    md.treeprocessors.register(_Outline(md), "outline", 8)
    return md


def _with_shortcuts(md: Markdown) -> Markdown:
    """Shortcuts leave the result as it is and save a third of the time."""
    md.parser.blockprocessors.register(_Headless(md.parser), "headless", 110)
    md.treeprocessors.register(_Inline(md), "inline", 20)
    return md


_quick = _with_shortcuts(_markdown(notes=False))
_noted = _with_shortcuts(_markdown(notes=True))


def convert(text: str) -> str:
    """The text as HTML, which keeps the HTML that was typed."""
    return (_noted if "[^" in text else _quick).reset().convert(text)


def excerpt(html: str, longest: int = 90) -> str:
    """How safe HTML begins, in plain words of at most ``longest`` characters."""
    text = plain(html)
    return text if len(text) <= longest else text[: longest - 1] + "…"
