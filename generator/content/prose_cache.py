"""Markdown texts as HTML. Each text is converted once; the cache keeps the result by its name."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from msgspec.msgpack import Decoder

from generator.content.codec import decoder, encode
from generator.content.models import Prose
from generator.files.cache import Cache, Damaged

SHELF = "texts"


class Text(NamedTuple):
    """A text as HTML, and how it begins in plain words."""

    html: str
    excerpt: str


_text: Decoder[Text] = decoder(Text)


def convert(cache: Cache, texts: Sequence[str]) -> list[tuple[Prose, bytes]]:
    """How a model names each text, and its encoded :class:`Text`, converted if it is a new one."""
    names = [blake2b(text.encode(), digest_size=16).hexdigest() for text in texts]
    kept = {name: cache.get(SHELF, name) for name in names}
    new = {name: text for name, text in zip(names, texts, strict=True) if kept[name] is None}
    known = {name: text for name, text in kept.items() if text} | _convert(new)
    return [(Prose(name, _text.decode(known[name]).excerpt), known[name]) for name in names]


def _convert(texts: Mapping[str, str]) -> dict[str, bytes]:
    if not texts:
        return {}
    from generator.content import markup  # Slow to import, and most builds convert nothing.

    # One step for all texts, then the next: the processor keeps the code and data of a step in its
    # cache, which saves a third of the time.
    raw = [markup.convert(text) for text in texts.values()]
    safe = [markup.safe(html) for html in raw]
    return {
        name: encode(Text(html, markup.excerpt(html)))
        for name, html in zip(texts, safe, strict=True)
    }


def html(cache: Cache, prose: Prose) -> str:
    """The HTML of a text that the cache has kept since it was read.

    Raises:
        Damaged: it is not there.
    """
    kept = cache.get(SHELF, prose.name)
    if kept is None:
        raise Damaged(prose.name)
    return _text.decode(kept).html
