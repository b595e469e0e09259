"""What was found, as a page shows it: a piece of the text, with the words marked."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from functions.index.letters import plain

BEFORE, LONGEST = 24, 96
"""Characters that a snippet has before the first word, and in all."""


class MarkedPiece(NamedTuple):
    """A piece of a text; whether it is what was searched for."""

    text: str
    is_found: bool


def marked(text: str, words: Sequence[str]) -> list[MarkedPiece]:
    """The whole text in pieces."""
    pieces, end = [], 0
    for found in _any(words).finditer(plain(text)):
        before, (first, last) = text[end : found.start()], found.span()
        pieces += [MarkedPiece(before, False), MarkedPiece(text[first:last], True)]
        end = last
    return [piece for piece in (*pieces, MarkedPiece(text[end:], False)) if piece.text]


def snippet(title: str, text: str, words: Sequence[str]) -> list[MarkedPiece]:
    """The piece of a text in which the first word stands that its title has not; how the text
    begins if the title has all of them."""
    missing = [word for word in words if word not in plain(title)]
    found = _any(missing).search(plain(text)) if missing else None
    first = max(0, found.start() - BEFORE) if found else 0
    last = first + LONGEST
    shown = text[first:last].strip()
    return marked(f"{'…' * (first > 0)}{shown}{'…' * (last < len(text))}", words)


def _any(words: Sequence[str]) -> re.Pattern[str]:
    """One of the words, the longest that stands there."""
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
