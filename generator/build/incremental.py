"""A build, from content to the folder that is served."""

import gc
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from functions.context import workdays
from functions.context.bundle import FILE
from generator.errors import DiskError, WudanError
from generator.files import lock
from generator.files.cache import DAMAGE, Cache, refused
from generator.files.file_stamps import Looks, look_again, scan, stamp
from generator.files.output import Output, Report, Written, keep
from generator.files.parallel import aside
from generator.site import theme
from generator.site.theme import Theme

if TYPE_CHECKING:
    from generator.content.library import Library

Watch = Callable[[Iterator[Written], int], Iterator[Written]]
"""Sees files as they are written, and how many there will be; passes them on."""

Clock = Callable[[str], None]
"""Is told of each phase of a build, by its name, when that is over."""

FIGURES = "figures.json"

MADE = ".wudan"
"""Folder below the root for what builds make besides the site: the bundle, what was written."""

LOCK = "building"
"""File in that folder: whoever builds this root holds a lock on it."""

BUSY = "另一个 build 正在生成这个网站，等它做完……"


def bundle_folder(root: Path) -> Path:
    """Where a build of this root leaves the bundle for the functions."""
    return root / MADE / "bundle"


class Checked(NamedTuple):
    """Content without mistakes: how many pages it makes, and its calendar of deadlines."""

    pages: int
    calendar: workdays.Calendar


def check(root: Path) -> Checked:
    """Check the content.

    Raises:
        ContentError: with all that is wrong.
        DiskError: a file cannot be read.
    """
    from generator.build import maker

    with _disk_told():
        pages, calendar = maker.check(root, root / FIGURES)
    return Checked(
        pages, workdays.Calendar(map(str, calendar.holidays), map(str, calendar.workdays))
    )


def calendar(root: Path) -> workdays.Calendar:
    """The calendar of deadlines that the last build handed to the functions."""
    with _disk_told():
        handed = msgspec.json.decode((bundle_folder(root) / FILE).read_bytes(), type=_Handed)
    return workdays.Calendar(**handed.calendar)


class _Handed(msgspec.Struct):
    calendar: dict[str, list[str]]


@contextmanager
def _disk_told() -> Iterator[None]:
    """What the system refuses, as a sentence."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise DiskError(error) from error


def build(root: Path, out: Path, *args: Any, **more: Any) -> Report:
    """Build the site at ``root`` into ``out`` once; see :meth:`Builder.build`."""
    return Builder(root, out).build(*args, **more)


def _pass_on(done: Iterator[Written], total: int) -> Iterator[Written]:
    return done


def _ignore(said: str) -> None:
    pass


class Seen(NamedTuple):
    """What a build found: the theme, how the content's files look, and a digest of all that the
    site is made from, as it was before anything was made."""

    look: Theme
    looks: Looks
    digest: bytes


class Builder:
    """Builds the site at ``root`` into ``out`` again and again; what was read for one build is at
    hand for the next."""

    def __init__(self, root: Path, out: Path):
        self.root, self.out = root, out
        self._bundle = bundle_folder(root)
        self._last: Seen | None = None
        self._library: Library | None = None

    def build(
        self,
        clean: bool = False,
        watch: Watch = _pass_on,
        figures: Mapping[str, Any] | None = None,
        clock: Clock = _ignore,
        say: Callable[[str], None] = _ignore,
    ) -> Report:
        """Build; ``watch`` sees files go by, ``clock`` phases. ``say`` is told where another
        build of this root has to end first.

        ``figures`` are those of :func:`functions.orders.figures.snapshot`; they are kept in the
        root, so that a build where no store is in reach shows the last ones known.

        Raises:
            ContentError: with all that is wrong; nothing was written.
            WudanError: ``out`` is not a build's folder.
            DiskError: a file cannot be written; what was there is whole, and the next build goes
                on.
        """
        with self._alone(say):
            # A store that never held an order, such as a new one beside content that somebody
            # cloned, says nothing of the figures that are known.
            if figures and (figures["months"] or not (self.root / FIGURES).exists()):
                encoded = msgspec.json.encode(figures, order="sorted")
                keep(self.root / FIGURES, msgspec.json.format(encoded))
            look = theme.load(self.root)
            clock("theme")
            return self._build(look, clean, watch, clock)

    def _build(self, look: Theme, clean: bool, watch: Watch, clock: Clock) -> Report:
        def whole(cache: Cache) -> Report:
            output = Output(self.out, cache, clean)
            surveyed = aside(lambda: msgspec.msgpack.encode(output.survey()))
            self._last = seen = self._see(look, scan(self.root))
            count, lost = msgspec.msgpack.decode(surveyed(), type=tuple[int, list[str]])
            clock("looks")
            made = cache.noted(f"made {output.name}") == seen.digest + _look(self._bundle)
            if made and not lost and not output.stopped:
                return Report(0, count, 0)
            output.lose(lost)
            return self._make(seen, cache, output, watch, clock)

        return self._remembering(look, whole)

    def follow(self, edited: Iterable[Path]) -> Report:
        """Build where these files alone were edited since the last time, as somebody knows who
        watches them: nothing else is looked at.

        Raises:
            ContentError: with all that is wrong; nothing was written.
            DiskError: as for :meth:`build`.
        """
        with self._alone():
            last = self._last
            if last and look_again(self.root, last.looks, edited):
                seen = self._see(last.look, last.looks)
                return self._remembering(
                    seen.look, lambda cache: self._make(seen, cache, Output(self.out, cache))
                )
        return self.build()

    @contextmanager
    def _alone(self, say: Callable[[str], None] = _ignore) -> Iterator[None]:
        """Two builds into one folder would undo each other, so they take turns."""
        with _disk_told(), lock.held(self.root / MADE / LOCK, lambda: say(BUSY)):
            yield

    def _remembering(self, look: Theme, work: Callable[[Cache], Report]) -> Report:
        # A build makes much and drops little: an eighth of its time went into looking for garbage.
        gc.disable()
        try:
            for again in (False, True):
                with closing(Cache(self.root / MADE / "cache.db", look.program)) as cache:
                    try:
                        return work(cache)
                    except DAMAGE as error:
                        if refused(error) or (again and isinstance(error, sqlite3.Error)):
                            raise
                        cache.forget()  # What it had is made again.
                        self._library = None
        finally:
            gc.enable()
        raise WudanError(f"{self.root / MADE} 里的文件坏了，修不好。请删去这个文件夹再试。")

    def _make(
        self,
        seen: Seen,
        cache: Cache,
        output: Output,
        watch: Watch = _pass_on,
        clock: Clock = _ignore,
    ) -> Report:
        # Here, for it takes as long to import as everything else where nothing changed.
        from generator.build.maker import Maker
        from generator.content.library import Library

        self._library = self._library or Library(self.root)
        known = self.root / FIGURES
        maker = Maker(
            self._library, known, self._bundle, seen.look, seen.looks, cache, output, clock
        )
        report = maker.make(watch)
        cache.note(f"made {output.name}", seen.digest + _look(self._bundle))
        cache.commit()
        clock("bundle")
        return report

    def _see(self, look: Theme, looks: Looks) -> Seen:
        seen = blake2b(look.digest, digest_size=16)
        seen.update(msgspec.msgpack.encode(looks))
        for address, path in look.files.items():
            seen.update(f"{address} {stamp(path.stat())}".encode())
        for name in ("site.yaml", "calendar.yaml", FIGURES):
            file = self.root / name
            seen.update(file.read_bytes() if file.exists() else b"-")
        return Seen(look, looks, seen.digest())


def _look(bundle: Path) -> bytes:
    file = bundle / FILE
    return stamp(file.stat()).encode() if file.exists() else b""
