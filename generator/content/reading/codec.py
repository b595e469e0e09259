"""The types that models are made of, models as bytes, and their digests."""

from datetime import datetime, time
from hashlib import blake2b
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct
from msgspec.msgpack import Decoder

from functions.forms.days import PATTERN


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping in a file."""


class Mistake(ValueError):
    """Fields that do not go together. A model's ``__post_init__`` raises it with a code of
    :mod:`generator.content.reading.messages`, and the field that it is about if it is one."""


class Refers(NamedTuple):
    """Marks a value as the name of something else: ``teams``, a ``static`` file, or a ``tag``."""

    to: str


# Not a pattern for msgspec: 0.22.0 crashes at exit where one stands in a union with a tuple.
OldName = Annotated[str, Refers("old name")]
TeamName = Annotated[str, Refers("teams")]
PictureName = Annotated[str, Refers("picture")]
AttachmentName = Annotated[str, Refers("attachment")]
Tag = Annotated[str, Meta(min_length=1), Refers("tag")]
Text = Annotated[str, Meta(min_length=1)]
Day = Annotated[
    str,
    Meta(
        pattern=PATTERN,
        description="请写周一到周日里的一天，例如 周三；或每月的哪一天，例如 每月 15 日",
    ),
]
Count = Annotated[int, Meta(ge=0, description="请写 0 或更大的整数，不带单位")]


class Moment(datetime):
    """A day and a time as people write them: ``2026-04-05 14:30``, in the community's own time,
    and so without a zone."""


class Clock(time):
    """A time of day as people write it: ``09:00``."""


def from_text(kind: Any, text: str) -> Any:
    """A :class:`Moment` or :class:`Clock`: msgspec's ``dec_hook``, which knows neither."""
    found = kind.fromisoformat(text)
    if found.tzinfo:
        raise ValueError(text)
    return found


_encoder = msgspec.msgpack.Encoder(enc_hook=str)


def encode(value: Any) -> bytes:
    """A model, or data that contains models, as bytes."""
    return _encoder.encode(value)


def decoder(kind: Any) -> Decoder[Any]:
    """The decoder of what :func:`encode` made of a value of this type."""
    return Decoder(kind, dec_hook=from_text)


DIGEST = 8
"""Bytes of a digest: enough to see that something changed, because nobody tries to deceive it."""


def digest(value: Any) -> bytes:
    """Bytes that change with anything in a model, or in data that contains models."""
    return blake2b(_encoder.encode(value), digest_size=DIGEST).digest()


class Digests(NamedTuple):
    """Digests of an entry: of the ``whole``, of its ``brief`` (all that other entries' pages show
    of it), and of its ``place`` (what decides which pages there are)."""

    whole: bytes
    brief: bytes
    place: bytes
