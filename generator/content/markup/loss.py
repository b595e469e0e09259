"""What a reader of the page would not see of a text, and what takes too long to read."""

import re
from collections import Counter
from html import unescape
from typing import NamedTuple

from functions.forms.normal import INVISIBLE
from generator.content.markup.plain_text import TAG

OPEN_BRACKETS = 100
"""How many brackets may be open at once. For each of them Markdown searches all that follows for
its end, so that 5,000 took twenty seconds."""
LONGEST = 200_000
"""Characters of a text: a book of a hundred pages. Some of what Markdown does takes the square of
a paragraph's length."""
_DEEP = re.compile(
    r"^(?=[ \t>]*(?:[-+*>]|\d+[.)])[ \t])(?:[ \t>]|[-+*](?=[ \t])|\d+[.)](?=[ \t])){200}",
    re.MULTILINE,
)
"""A line of a list nested in a hundred others. Markdown parses each inside the one before, up to
the limit of Python's recursion."""
_WORDS = re.compile(r"[^\W\d_a-zA-Z]+")
"""Runs of Chinese or other letters: what they write is not a sign of Markdown, nor a tag."""
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BRACKET = re.compile(r"(?<!\\)(?:\[|\]\(?|\))")
_OPENS_NOTHING = {"br", "hr", "img", "wbr", "col", "p", "li", "td", "th", "tr", "dd", "dt"}
_SIGN = re.compile(r"[<\[&`~]")
"""Without one of these nothing is lost."""
_NUMBER = re.compile(r"&#(?:x(?P<hex>[0-9a-f]{1,6})|(?P<plain>\d{1,7}));?", re.IGNORECASE)
_NAME = re.compile(r"<(/?)([a-z0-9]+)", re.IGNORECASE)


class Loss(NamedTuple):
    """A code of :mod:`generator.content.reading.messages`, the line of the text, from 0, and what
    stands there."""

    code: str
    line: int
    found: str = ""


def too_much(text: str) -> Loss | None:
    """Why a text cannot be converted in a short time."""
    if len(text) > LONGEST:
        return Loss("long_text", 0, str(LONGEST))
    if deep := _DEEP.search(text):
        return Loss("too_deep", text.count("\n", 0, deep.start()))
    texts = addresses = 0
    for bracket in _BRACKET.finditer(text):
        texts = texts + 1 if bracket[0] == "[" else max(texts - (bracket[0] != ")"), 0)
        addresses = addresses + 1 if bracket[0] == "](" else max(addresses - (bracket[0] == ")"), 0)
        if max(texts, addresses) > OPEN_BRACKETS:
            return Loss("brackets", text.count("\n", 0, bracket.start()), str(OPEN_BRACKETS))
    return None


def losses(text: str, html: str, safe: str) -> list[Loss]:
    """What the HTML of a text, and what is left of that when it is safe, lose of it."""
    if not _SIGN.search(text):
        return []
    if invisible := _invisible(text, safe):
        return [invisible]
    unclosed = _unclosed(text, html)
    return [unclosed] if unclosed else _unseen(text, safe)


def _invisible(text: str, html: str) -> Loss | None:
    """The first character that HTML writes as a number and that no feed may have."""
    if not INVISIBLE.search(html):
        return None
    for number in _NUMBER.finditer(text):
        code = int(number["hex"], 16) if number["hex"] else int(number["plain"])
        if code < 0x110000 and INVISIBLE.match(chr(code)):
            return Loss("invisible", text.count("\n", 0, number.start()), number[0])
    return Loss("invisible", 0, "&#…;")


def _unseen(text: str, html: str) -> list[Loss]:
    """The first word of each line that is not shown."""
    source = (
        _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text) if "<!--" in text else text
    )
    shown = unescape(html)
    if not Counter("".join(_WORDS.findall(source))) - Counter("".join(_WORDS.findall(shown))):
        return []
    words = set(_WORDS.findall(shown))
    missing = [
        (at, next((word for word in _WORDS.findall(line) if word not in words), ""))
        for at, line in enumerate(source.split("\n"))
    ]
    return [Loss("lost", at, word) for at, word in missing if word and word not in shown]


def _unclosed(text: str, html: str) -> Loss | None:
    """The first tag that is not closed."""
    open_tags: list[str] = []
    for tag in TAG.finditer(html):
        named = _NAME.match(tag[0])
        if not named or named[2].lower() in _OPENS_NOTHING or tag[0].endswith("/>"):
            continue
        name = named[2]
        if not named[1]:
            open_tags.append(name)
        elif name in open_tags:
            del open_tags[len(open_tags) - 1 - open_tags[::-1].index(name) :]
    for name in open_tags:
        found = re.search(rf"<{name}\b", text, re.IGNORECASE)
        if found:
            return Loss("unclosed", text.count("\n", 0, found.start()), name)
    return None
