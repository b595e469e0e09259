"""Markdown texts as HTML. Each text is converted once; the cache keeps the result by its name."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from msgspec.msgpack import Decoder

from generator.content.models import Prose
from generator.content.reading.codec import decoder, encode
from generator.files.cache import Cache, Damaged

if TYPE_CHECKING:
    from generator.content.markup import Loss

SHELF = "texts"


class ProseText(NamedTuple):
    """A text as HTML, how it begins in plain words, and the pictures and attachments that it
    names."""

    html: str
    excerpt: str
    files: list[str]


_text: Decoder[ProseText] = decoder(ProseText)


class Converted(NamedTuple):
    """How a model names a text, its encoded :class:`ProseText`, the files that it names, and what
    of it the page would lose."""

    prose: Prose
    encoded: bytes
    files: Sequence[str]
    losses: Sequence["Loss"]


def convert(cache: Cache, texts: Sequence[str]) -> list[Converted]:
    """Each text; a new one is converted. One that loses something is not kept, so that every build
    tells of it."""
    names = [blake2b(text.encode(), digest_size=16).hexdigest() for text in texts]
    kept = {name: cache.get(SHELF, name) for name in names}
    new = {name: text for name, text in zip(names, texts, strict=True) if kept[name] is None}
    made = _convert(new)
    known = {name: (text, ()) for name, text in kept.items() if text} | made
    return [
        Converted(Prose(name, read.excerpt), encoded, read.files, losses)
        for name in names
        for encoded, losses in [known[name]]
        for read in [_text.decode(encoded)]
    ]


def _convert(texts: Mapping[str, str]) -> dict[str, tuple[bytes, Sequence["Loss"]]]:
    if not texts:
        return {}
    # Slow to import, and most builds convert nothing.
    from generator.content import markup, text_files

    # One step for all texts, then the next: the processor keeps the code and data of a step in its
    # cache, which saves a third of the time.
    refused = [markup.too_much(text) for text in texts.values()]
    readable = ["" if no else text for no, text in zip(refused, texts.values(), strict=True)]
    raw = [markup.convert(text) for text in readable]
    safe = [markup.safe(html) for html in raw]
    return {
        name: (
            encode(ProseText(html, markup.excerpt(html), text_files.named(html))),
            [no] if no else markup.losses(text, before, html),
        )
        for (name, text), no, before, html in zip(texts.items(), refused, raw, safe, strict=True)
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
