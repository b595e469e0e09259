"""Markdown texts as HTML, each converted once: what comes of one lies in the cache by its name."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from generator.content.models import Prose, decoder, encode
from generator.files.cache import Cache, Damaged

SHELF = "texts"


class Text(NamedTuple):
    """A text as HTML, and how it begins in plain words."""

    html: str
    excerpt: str


class Converted(NamedTuple):
    """A text that was converted, and how it is to be kept."""

    prose: Prose
    kept: bytes


_text = decoder(Text)


def convert(cache: Cache, texts: Sequence[str]) -> list[Converted]:
    """The texts as HTML, which the cache may have already."""
    names = [blake2b(text.encode(), digest_size=16).hexdigest() for text in texts]
    kept = {name: cache.get(SHELF, name) for name in names}
    new = {name: text for name, text in zip(names, texts, strict=True) if kept[name] is None}
    known = {name: text for name, text in kept.items() if text} | _convert(new)
    return [
        Converted(Prose(name, _text.decode(known[name]).excerpt), known[name]) for name in names
    ]


def _convert(texts: Mapping[str, str]) -> dict[str, bytes]:
    if not texts:
        return {}
    from generator.content import markup  # Slow to import, and seldom is anything new to convert.

    # Step by step for all of them, and not text by text: the processor has what a step takes at
    # hand, and a third of the time is saved.
    drawn = [markup.convert(text) for text in texts.values()]
    safe = [markup.safe(html) for html in drawn]
    return {
        name: encode(Text(html, markup.excerpt(html)))
        for name, html in zip(texts, safe, strict=True)
    }


def html(cache: Cache, prose: Prose) -> str:
    """The HTML of a text that was kept when it was read.

    Raises:
        Damaged: it is not there.
    """
    kept = cache.get(SHELF, prose.name)
    if kept is None:
        raise Damaged(prose.name)
    html: str = _text.decode(kept).html
    return html
