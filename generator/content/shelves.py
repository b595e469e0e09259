"""Entries as the build's cache keeps them, so that only files that changed are read again."""

from collections.abc import Collection, Mapping
from typing import Any, Generic, TypeVar
from zlib import crc32

import msgspec
from msgspec.msgpack import Decoder

from generator.content.kinds import KINDS
from generator.content.reading.codec import Digests, decoder, encode
from generator.content.reading.yaml_source import Reference
from generator.files.cache import Cache

T = TypeVar("T")
PARCELS = 64
"""The number of parcels that a folder's entries are stored in: a build reads all entries and writes
few."""


class Shelved(msgspec.Struct, Generic[T], array_like=True, frozen=True):
    """An entry as it was read, and the ``stamp`` of its file at that time. ``references`` are the
    teams, pictures and old names in it."""

    stamp: str
    digests: Digests
    entry: T
    references: list[Reference]


class Shelf(Generic[T]):
    """The cached entries of one folder, by the names of their files."""

    def __init__(self, folder: str, cache: Cache):
        generic: Any = Shelved
        kept: Any = generic[KINDS[folder].model]
        self._name = f"content/{folder}"
        self._one: Decoder[Shelved[T]] = decoder(kept)
        parcels: Decoder[dict[str, Shelved[T]]] = decoder(dict[str, kept])
        self._parcels = {
            name: parcels.decode(parcel) for name, parcel in cache.all(self._name).items()
        }
        self.kept: dict[str, Shelved[T]] = {}
        for parcel in self._parcels.values():
            self.kept |= parcel

    def keep(self, cache: Cache, fresh: Mapping[str, bytes], only: Collection[str]) -> None:
        """Add ``fresh`` entries, which are encoded, and drop all whose name is not in ``only``."""
        gone = self.kept.keys() - {*only}
        torn = {*map(_parcel, (*fresh, *gone))}
        for name in gone:
            del self.kept[name], self._parcels[_parcel(name)][name]
        for name, encoded in fresh.items():
            kept = self.kept[name] = self._one.decode(encoded)
            self._parcels.setdefault(_parcel(name), {})[name] = kept
        if torn:
            cache.put(self._name, [(parcel, encode(self._parcels[parcel])) for parcel in torn])


def _parcel(name: str) -> str:
    return str(crc32(name.encode()) % PARCELS)
