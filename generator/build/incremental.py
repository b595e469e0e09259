"""Builds a site as often as needed: one build at a time, and none where nothing changed."""

import gc
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from functions.context import workdays
from functions.context.bundle import FILE, INDEX
from generator.errors import DiskError, Problem, WudanError
from generator.files import lock
from generator.files.atomic import update
from generator.files.cache import DAMAGE, Cache, refused
from generator.files.file_stamps import Stamps, refresh, scan, stamp, stamp_of_own
from generator.files.output import Output, Report, Written
from generator.files.parallel import aside
from generator.site import theme
from generator.site.theme import Theme

# `generator.build.build` is imported lazily: that doubles the time of a build that changes nothing.
if TYPE_CHECKING:
    from generator.build.build import Phase, Progress
    from generator.build.preview import Reading
    from generator.content.library import Library

T = TypeVar("T")
FIGURES = "figures.json"
MADE = ".wudan"
"""The folder below the root for what builds make besides the site: the bundle and the cache."""
LOCK = "building"
"""The file in that folder that whoever builds this root holds a lock on."""
BUSY = "另一个 build 正在生成这个网站，等它做完……"


def bundle_folder(root: Path) -> Path:
    """Where a build of this root leaves the bundle for the functions."""
    return root / MADE / "bundle"


class Checked(NamedTuple):
    """Content without mistakes: how many pages it makes, what to look at in it, its days, and the
    names of it, as in a bundle."""

    pages: int
    advice: list[Problem]
    days: "KnownDays"
    names: Mapping[str, Mapping[str, str]]
    renamed: Mapping[str, Mapping[str, str]]


class KnownDays(NamedTuple):
    """The calendar of deadlines, and what is said of the service day, as in a bundle."""

    calendar: workdays.Calendar
    service_day: Mapping[str, Any]


def check(root: Path) -> Checked:
    """Check the content.

    Raises:
        ContentError: with all that is wrong.
        DiskError: a file cannot be read.
    """
    from functions.forms.kinds import KINDS
    from generator.build.advice import advise
    from generator.build.render import Renderer
    from generator.content import figures_file, names
    from generator.content.library import Library
    from generator.site.plan import pages, plan

    with _disk_errors():
        figures, problems = figures_file.read(root / FIGURES)
        cache = Cache()
        kept = figures.get("renamed", {})
        site = Library(root).load(cache, scan(root), workdays.today(), problems, kept)
        loaded = theme.load(root)
        theme.check_widgets(loaded.templates, KINDS)
        planned = pages(plan(site, figures))
        renderer = Renderer(site.settings, loaded, cache)
        advice = advise(root, site, planned, renderer)
    listed = (map(str, each) for each in (site.calendar.holidays, site.calendar.workdays))
    rule = msgspec.to_builtins(site.settings.service_day, enc_hook=str)
    days = KnownDays(workdays.Calendar(*listed), rule)
    named, renamed = names.labels(site), names.in_orders(site.renamed)
    named |= names.questions(site.forms, renderer.actions)
    return Checked(len(planned), advice, days, named, renamed)


def days(root: Path) -> KnownDays:
    """What the last build handed to the functions."""
    with _disk_errors():
        bundle = msgspec.json.decode((bundle_folder(root) / FILE).read_bytes())
    return KnownDays(workdays.Calendar(**bundle["calendar"]), bundle["site"]["service_day"])


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Turn the system's errors into one with a sentence for staff."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise DiskError(error) from error


def build(root: Path, out: Path, *args: Any, **more: Any) -> Report:
    """Build the site at ``root`` into ``out`` once; see :meth:`Builder.build`."""
    return Builder(root, out).build(*args, **more)


def _no_progress(written: Iterator[Written], total: int) -> Iterator[Written]:
    return written


def _ignore(message: str) -> None:
    pass


class Inputs(NamedTuple):
    """What a build starts from: the theme, the stamps of the content's files, the day, and a digest
    of all that the site is made from, taken before anything was made."""

    theme: Theme
    stamps: Stamps
    today: date
    digest: bytes


class Builder:
    """Builds the site at ``root`` into ``out`` again and again, and remembers what it read. It asks
    ``today`` for the day, because items come and go by days."""

    def __init__(self, root: Path, out: Path, today: Callable[[], date] = workdays.today):
        self.root, self.out, self._today = root, out, today
        self._last: Inputs | None = None
        self._library: Library | None = None

    def build(
        self,
        clean: bool = False,
        progress: "Progress" = _no_progress,
        figures: Mapping[str, Any] | None = None,
        phase: "Phase" = _ignore,
        say: Callable[[str], None] = _ignore,
    ) -> Report:
        """Build; ``say`` is called with a sentence if another build of this root has to end first.

        ``figures`` (:func:`functions.orders.figures.snapshot.snapshot`) are kept in the root, so
        that a build without access to the store shows the last ones known.

        Raises:
            ContentError: with all that is wrong; nothing was written.
            WudanError: ``out`` is not a build's folder.
            DiskError: a file cannot be written; what is there is whole, and the next build goes on.
        """
        with self._alone(say):
            # A store without orders, such as one beside a new clone, knows no better figures.
            known = figures and (figures["months"] or figures.get("began"))
            if figures and (known or not (self.root / FIGURES).exists()):
                encoded = msgspec.json.encode(figures, order="sorted")
                update(self.root / FIGURES, msgspec.json.format(encoded))
            loaded = theme.load(self.root)
            phase("theme")

            def work(cache: Cache) -> Report:
                output = Output(self.out, cache, clean)
                survey = aside(lambda: msgspec.msgpack.encode(output.survey()))
                self._last = inputs = self._inputs(loaded, scan(self.root))
                count, lost = msgspec.msgpack.decode(survey(), type=tuple[int, list[str]])
                phase("stamps")
                is_made = cache.noted(f"made {output.name}") == self._made(inputs)
                if is_made and not lost and not output.interrupted:
                    return Report(0, count, 0)
                output.lose(lost)
                return self._make(inputs, cache, output, progress, phase)

            return self._with_cache(loaded, work)

    def follow(self, edited: Iterable[Path]) -> Report:
        """Build, where these files alone were edited since the last build: nothing else is checked.

        Raises:
            ContentError, DiskError: as for :meth:`build`.
        """
        with self._alone():
            last = self._last
            if last and refresh(self.root, last.stamps, edited):
                inputs = self._inputs(last.theme, last.stamps)
                return self._with_cache(
                    inputs.theme, lambda cache: self._make(inputs, cache, Output(self.out, cache))
                )
        return self.build()

    def read(self, work: "Callable[[Reading], T]") -> T:
        """What this makes of the content as it is today, to look at before it is published.

        Raises:
            ContentError, DiskError: as for :meth:`build`.
        """
        from generator.build.preview import Reading

        loaded, today = theme.load(self.root), self._today()

        def reading(cache: Cache) -> T:
            figures, stamps = self.root / FIGURES, scan(self.root)
            return work(Reading(self._read(), loaded, figures, stamps, today, cache))

        with self._alone():
            return self._with_cache(loaded, reading)

    def _read(self) -> "Library":
        """The library, which keeps in memory what was read before."""
        from generator.content.library import Library

        self._library = self._library or Library(self.root)
        return self._library

    @contextmanager
    def _alone(self, say: Callable[[str], None] = _ignore) -> Iterator[None]:
        """Take turns with other builds: two into one folder would undo each other."""
        with _disk_errors(), lock.held(self.root / MADE / LOCK, lambda: say(BUSY)):
            yield

    def _with_cache(self, loaded: Theme, work: Callable[[Cache], T]) -> T:
        """Do this with the cache; once more without what it remembered, if that is damaged."""
        # A build creates much and drops little: looking for garbage took an eighth of its time.
        gc.disable()
        try:
            for is_second in (False, True):
                with closing(Cache(self.root / MADE / "cache.db", loaded.program)) as cache:
                    try:
                        return work(cache)
                    except DAMAGE as error:
                        if refused(error) or (is_second and isinstance(error, sqlite3.Error)):
                            raise
                        cache.forget()
                        self._library = None
        finally:
            gc.enable()
        raise WudanError(f"{self.root / MADE} 里的文件坏了，修不好。请删去这个文件夹再试。")

    def _make(
        self,
        inputs: Inputs,
        cache: Cache,
        output: Output,
        progress: "Progress" = _no_progress,
        phase: "Phase" = _ignore,
    ) -> Report:
        from functions.forms.kinds import KINDS
        from generator.build.build import build

        theme.check_widgets(inputs.theme.templates, KINDS)
        library = self._read()
        loaded, stamps, today, _ = inputs
        figures, folder = self.root / FIGURES, bundle_folder(self.root)
        report = build(
            library, loaded, figures, folder, stamps, today, cache, output, progress, phase
        )
        cache.note(f"made {output.name}", self._made(inputs))
        cache.commit()
        phase("bundle")
        return report

    def _made(self, inputs: Inputs) -> bytes:
        """What the last build noted, if it was made from the same, and its bundle and index are in
        place."""
        folder = bundle_folder(self.root)
        stamps = [stamp_of_own(folder / each) for each in (FILE, INDEX)]
        return inputs.digest + " ".join(stamps).encode()

    def _inputs(self, loaded: Theme, stamps: Stamps) -> Inputs:
        today = self._today()
        digest = blake2b(loaded.digest + today.isoformat().encode(), digest_size=16)
        digest.update(msgspec.msgpack.encode(stamps))
        for path in (*loaded.files.values(), *loaded.originals):
            digest.update(f"{path} {stamp(path.stat())}".encode())
        for name in ("site.yaml", "calendar.yaml", FIGURES):
            file = self.root / name
            digest.update(file.read_bytes() if file.exists() else b"-")
        return Inputs(loaded, stamps, today, digest.digest())
