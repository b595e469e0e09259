"""Files below ``static/`` that content shows: pictures, and what people download. Each is looked at
and made once for its content, into a folder that may be removed at any time."""

import os
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, TypeVar

from msgspec import MsgspecError, msgpack

from generator.files import attachments, pictures
from generator.files.atomic import replace, update
from generator.files.attachments import Attachment
from generator.files.cache import Cache
from generator.files.file_stamps import stamp
from generator.files.pictures import Picture

T = TypeVar("T")
R = TypeVar("R")
FILES = {"picture": Picture, "attachment": Attachment}
"""What a name of a file may refer to."""
ENDINGS = pictures.ENDINGS + attachments.ENDINGS
RECIPE = b"1"
"""Another one when they are made in another way."""
MOST = 4
"""At a time: a picture of 50 million pixels takes some 300 MB while it is made."""
ADDRESSES = pictures.ADDRESS, attachments.ADDRESS
"""How the addresses of what was made begin."""
FOLDER = ".wudan/pictures"
"""The folder for what was made, below the root of a site."""
INDEX = "index"
"""A file there: what was found in each content that was looked at, by the name of that."""
SHELF = "shown files"
ShownFile = Picture | Attachment
Looked = Mapping[str, ShownFile | str]
"""By the path below the folder of static files, or by the name of a content: what it holds, or why
that cannot be shown, as a code of ``generator/content/reading/messages.py``."""


def kind_of(name: str) -> str:
    """Which of these a file of this name may be; empty if neither."""
    if name.lower().endswith(attachments.ENDINGS):
        return "attachment"
    return "picture" if name.lower().endswith(pictures.ENDINGS) else ""


def examine(files: Mapping[str, Path], cache: Cache, folder: Path) -> tuple[Looked, Looked]:
    """What is in these files, by path, and in all that was ever looked at, by content. Looks at no
    file that has the stamp under which the cache knows it, and into none whose content was looked
    at by whoever filled the folder."""
    stamps = {name: stamp(path.stat()) for name, path in files.items()}
    kept = _kept(cache)
    known = {name: kept[name] for name in files if name in kept and kept[name][0] == stamps[name]}
    new = [name for name in files if name not in known]
    index = _index(folder) if new else {}
    found = _together(lambda name: _examine(files[name], index), new)
    fresh = {name: _Kept(stamps[name], *each) for name, each in zip(new, found, strict=True)}
    cache.put(SHELF, [(name, msgpack.encode(each)) for name, each in fresh.items()])
    by_path = {name: each.found for name, each in (known | fresh).items()}
    return by_path, {each.name: each.found for each in (kept | fresh).values()}


class _Kept(NamedTuple):
    """What a file held when it had this stamp: the name of its content, and what that is."""

    stamp: str
    name: str
    found: ShownFile | str


def _kept(cache: Cache) -> dict[str, _Kept]:
    return {name: msgpack.decode(value, type=_Kept) for name, value in cache.all(SHELF).items()}


def _index(folder: Path) -> dict[str, ShownFile | str]:
    try:
        return msgpack.decode((folder / INDEX).read_bytes(), type=dict[str, ShownFile | str])
    except (FileNotFoundError, MsgspecError):  # Whatever is lost here is looked at again.
        return {}


def make(shown: Mapping[ShownFile, Path], contents: Looked, folder: Path) -> dict[str, Path]:
    """The files of all versions of what is ``shown``, by address. They are in the folder
    afterwards, with what all ``contents`` are, and nothing else is."""
    made = fill(shown, folder)
    update(folder / INDEX, msgpack.encode(contents, order="sorted"))
    for path in {*folder.iterdir()} - {*made.values(), folder / INDEX}:
        path.unlink()
    return made


def fill(shown: Mapping[ShownFile, Path], folder: Path) -> dict[str, Path]:
    """Make what the folder lacks of all versions of these, and return the files of all."""
    made = {
        address: folder / address.rpartition("/")[2] for each in shown for address in each.versions
    }
    folder.mkdir(parents=True, exist_ok=True)
    lacking = {path for path in made.values() if not path.exists()}

    def work(each: ShownFile) -> None:
        widths = {made[address]: width for address, width in each.versions.items()}
        if lacking.isdisjoint(widths):
            return
        if isinstance(each, Picture):
            pictures.make(shown[each], widths)
        else:
            replace(made[each.plain], attachments.cleaned(shown[each].read_bytes(), each.ending))

    _together(work, shown)
    return made


def _together(work: Callable[[T], R], over: Iterable[T]) -> list[R]:
    """In threads: decoding and encoding leave Python free. They end with the work."""
    items = [*over]
    if not items:
        return []
    from concurrent.futures import ThreadPoolExecutor  # Most builds make no picture.

    with ThreadPoolExecutor(min(MOST, os.cpu_count() or 1)) as pool:
        return [*pool.map(work, items)]


def _examine(path: Path, index: Mapping[str, ShownFile | str]) -> tuple[str, ShownFile | str]:
    """The name of the file's content, and what it is."""
    data, ending = path.read_bytes(), path.suffix.lower().removeprefix(".")
    # What people download has to be what its ending says; a picture is whatever it is.
    is_attachment = ending in attachments.KINDS
    sort = ending.encode() if is_attachment else b""
    name = blake2b(RECIPE + sort + data, digest_size=10).hexdigest()
    if name in index:
        return name, index[name]
    read = attachments.read if is_attachment else pictures.read
    return name, read(data, name, ending)
