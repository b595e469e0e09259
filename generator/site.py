"""A build, from content to the folder that is served."""

import gc
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from functions.bundle import FILE
from generator import theme
from generator.cache import DAMAGE, Cache
from generator.errors import WudanError
from generator.looks import Looks, scan, stamp
from generator.output import Output, Report, Written, keep
from generator.parallel import aside
from generator.theme import Theme

Watch = Callable[[Iterator[Written], int], Iterator[Written]]
"""Sees files as they are written, and how many there will be; passes them on."""

Clock = Callable[[str], None]
"""Is told of each phase of a build, by its name, when that is over."""

FIGURES = "figures.json"

MADE = ".wudan"
"""Folder below the root for what builds make besides the site: the bundle, what was written."""


def bundle_folder(root: Path) -> Path:
    """Where a build of this root leaves the bundle for the functions."""
    return root / MADE / "bundle"


def check(root: Path) -> int:
    """Check the content and return how many pages it makes.

    Raises:
        ContentError: with all that is wrong.
    """
    from generator import making

    return making.count(root, _known(root))


def build(
    root: Path,
    out: Path,
    clean: bool = False,
    watch: Watch = lambda done, total: done,
    figures: Mapping[str, Any] | None = None,
    clock: Clock = lambda phase: None,
) -> Report:
    """Build the site at ``root`` into ``out``; ``watch`` sees files go by, ``clock`` phases.

    ``figures`` are those of :func:`functions.figures.snapshot`; they are kept in the root, so
    that a build where no store is in reach shows the last ones known.

    Raises:
        ContentError: with all that is wrong; nothing was written.
        WudanError: ``out`` is not a build's folder.
    """
    if figures is not None:
        keep(root / FIGURES, msgspec.json.format(msgspec.json.encode(figures, order="sorted")))
    look = theme.load(root)
    clock("theme")
    # A build makes much and drops little: an eighth of its time went into looking for garbage.
    gc.disable()
    for _ in range(2):
        cache = Cache(root / MADE / "cache.db", look.program)
        try:
            return _build(root, look, cache, Output(out, cache, clean), watch, clock)
        except DAMAGE:
            cache.forget()  # What it had is made again.
        finally:
            cache.close()
            gc.enable()
    raise WudanError(f"{root / MADE} 里的文件坏了，修不好。请删去这个文件夹再试。")


def _build(
    root: Path, look: Theme, cache: Cache, output: Output, watch: Watch, clock: Clock
) -> Report:
    """Everything, or nothing where nothing changed since the last time."""
    surveyed = aside(lambda: msgspec.msgpack.encode(output.survey()))
    looks, bundle, made = scan(root), bundle_folder(root), f"made {output.name}"
    seen = _seen(root, look, looks)
    count, lost = msgspec.msgpack.decode(surveyed(), type=tuple[int, list[str]])
    same = cache.noted(made) == seen + _look(bundle)
    clock("looks")
    if same and not lost and not output.stopped:
        return Report(0, count, 0)
    # Here, for it takes as long to import as everything above takes to run.
    from generator.making import Maker

    output.lose(lost)
    report = Maker(root, _known(root), bundle, look, looks, cache, output, clock).make(watch)
    cache.note(made, seen + _look(bundle))
    cache.commit()
    clock("bundle")
    return report


def _seen(root: Path, look: Theme, looks: Looks) -> bytes:
    """Changes with anything that the site is made from."""
    seen = blake2b(look.digest, digest_size=16)
    seen.update(msgspec.msgpack.encode(looks))
    for address, path in look.files.items():
        seen.update(f"{address} {stamp(path.stat())}".encode())
    for name in ("site.yaml", "calendar.yaml", FIGURES):
        file = root / name
        seen.update(file.read_bytes() if file.exists() else b"-")
    return seen.digest()


def _look(bundle: Path) -> bytes:
    file = bundle / FILE
    return stamp(file.stat()).encode() if file.exists() else b""


def _known(root: Path) -> dict[str, Any]:
    """The figures that an earlier build left, or none."""
    file = root / FIGURES
    return msgspec.json.decode(file.read_bytes()) if file.exists() else {}
