"""Markdown texts as HTML, each converted once: what comes of one lies in the cache by its name."""

from hashlib import blake2b
from typing import NamedTuple

from generator.cache import Cache, Damaged
from generator.models import Prose, decoder, encode

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


def convert(cache: Cache, text: str) -> Converted:
    """The text as HTML, which the cache may have already."""
    name = blake2b(text.encode(), digest_size=16).hexdigest()
    kept = cache.get(SHELF, name) or _convert(text)
    return Converted(Prose(name, _text.decode(kept).excerpt), kept)


def _convert(text: str) -> bytes:
    from generator import markup  # Slow to import, and seldom is anything new to convert.

    html = markup.html(text)
    return encode(Text(html, markup.excerpt(html)))


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
