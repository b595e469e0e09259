"""Copies of a SQLite database to put back: made while others write, verified, thinned out."""

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import DatabaseError, OperationalError
from typing import NamedTuple

from functions import scheduled
from functions.app import App
from functions.context.clock import Stopped
from functions.context.workdays import CHINA
from functions.errors import Unusable
from functions.ops import consistency
from functions.orders import corrections, counters, repository
from functions.orders.lifecycle.order import order_of
from functions.people import accounts, audit, second_factor, team_links, volunteers
from functions.storage import opening, sqlite
from functions.storage.connect import connect
from functions.storage.failures import locked
from functions.storage.file_lock import FileLock
from functions.storage.history import Change, Event, Head
from functions.storage.port import Store
from functions.storage.vault import Vault

FACT = "last_backup"
"""The fact of a store that says when a copy of it was last made and verified."""
NAME = "wudan-%Y%m%d-%H%M%S.db"
"""How a copy is named: by the time in China at which it was begun."""
_NAMED = re.compile(r"wudan-\d{8}-\d{6}\.db")
ERASED = "erased"
"""The event with which personal data goes."""
WORKING = ".wudan-working"
"""The folder, beside the result, in which a copy is made and verified."""


class Rule(NamedTuple):
    """For how many days, weeks and months the last copy of each is kept."""

    daily: int
    weekly: int
    monthly: int


class Made(NamedTuple):
    """Where a copy is, and whether :mod:`functions.ops.consistency` finds nothing wrong with it."""

    file: Path
    healthy: bool


def make(app: App, folder: Path, rule: Rule) -> Made:
    """Copy the store into ``folder`` and verify the copy. If it is healthy, remove the copies that
    the rule does not keep; else every older copy stays.

    Raises:
        Unusable: ``not_a_file``, the store is no file; ``store_damaged``, it cannot be copied;
            ``unwritable``, there is no room; ``in_use``, somebody else is making a copy there.
    """
    store = app.store
    if not isinstance(store, sqlite.SQLite):
        raise Unusable("not_a_file")
    scheduled.rederive(app)  # Otherwise the copy would be found to follow other rules.
    began = app.clock.now
    target = folder / began.strftime(NAME)
    with _working(folder) as room:
        copy = room / "wudan.db"
        store.copy(copy)
        with closing(connect(f"sqlite:{copy}")) as copied:
            opening.pair(copied, app.vault)
            healthy = consistency.examine(app.inside(copied)).healthy
        copy.replace(target)
        opening.sync_folder(folder)
        if healthy:
            store.set_fact(FACT, began.isoformat())
            for old in spare(_made(folder), rule):
                file = folder / old.strftime(NAME)
                file.unlink(missing_ok=True)
                secret_of(file).unlink(missing_ok=True)
    return Made(target, healthy)


def secret_of(copy: Path) -> Path:
    """Where the secret is that goes along with a copy, if one does."""
    return copy.with_suffix(".secret")


def lies_in(folder: Path, *others: Path) -> bool:
    """Whether a folder is one of the others or in one of them."""
    return any(folder.resolve().is_relative_to(other.resolve()) for other in others)


def would_be_committed(folder: Path) -> bool:
    """Whether git would commit what is put there. Where there is a repository but no git to ask,
    assume so."""
    there = next(each for each in (folder.resolve(), *folder.resolve().parents) if each.is_dir())
    if not any((each / ".git").exists() for each in (there, *there.parents)):
        return False
    command = ["git", "-C", str(there), "check-ignore", "-q", str(folder.resolve() / "wudan.db")]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode != 0  # noqa: S603
    except FileNotFoundError:
        return True


def spare(made: Iterable[datetime], rule: Rule) -> set[datetime]:
    """Which of the copies made at these times the rule does not keep; never one of the last day."""
    oldest_first = sorted(made)
    kept = {at for at in oldest_first if oldest_first[-1] - at < timedelta(days=1)}
    for count, period in ((rule.daily, "%Y %j"), (rule.weekly, "%G %V"), (rule.monthly, "%Y %m")):
        last = {at.strftime(period): at for at in oldest_first}  # The last one of each period.
        kept |= {*sorted(last.values(), reverse=True)[:count]}
    return {*oldest_first} - kept


class Restored(NamedTuple):
    """The folder with what was there before, if anything was; and how many histories were erased
    again because they had been erased since the copy was made, and how many more were brought to
    where they were because somebody had taken something back."""

    kept: Path | None
    erased: int
    followed: int


def restore(copy: Path, address: str, given: str, now: datetime) -> Restored:
    """Put a copy in the place of the store at ``address``. At every moment the database is the
    whole old one or the whole new one. What was taken back since the copy was made (:data:`TAKEN`,
    :data:`WHOLE`), as far as the old one or a newer copy beside this one knows, does not come back;
    what was recorded stays recorded, this as well; and everybody has to sign in again.

    The secret, which is ``given`` or beside the database, must be that of the copy. Where there is
    none, the one that went along with the copy is put there.

    Raises:
        Unusable: the store is no file (``not_a_file``), the copy cannot be used (``no_store``,
            ``store_damaged``, ``store_newer``, ``secret_foreign``), somebody has the database open
            (``in_use``), or there is no room (``unwritable``).
    """
    engine, _, place = address.partition(":")
    if engine != "sqlite":
        raise Unusable("not_a_file")
    if not copy.is_file():
        raise Unusable("no_copy", place=copy)
    database = Path(place)
    beside, along = opening.beside(address), secret_of(copy)
    own = next((file for file in (beside, along) if file.exists()), None)
    secret = given.encode() or (opening.read_secret(own) if own else b"")
    with _working(database.parent) as room, _alone(database.with_name("wudan.lock")):
        new = room / "wudan.db"
        _fetch(copy, new, secret)
        followed = Counter[bool]()
        for known in _knowing(copy, database, room):
            followed += _follow_all(new, known)
        _close(new, secret, now)
        kept = _keep(database, now)
        new.replace(database)
        opening.sync_folder(database.parent)
        if own == along and not given:
            opening.write_secret(beside, secret.decode())
    return Restored(kept, followed[True], followed[False])


def _knowing(copy: Path, database: Path, room: Path) -> Iterator[Path]:
    """The databases that may know of what was taken away since a copy was made: what it replaces,
    and the newest copy beside it. They are read from copies, because reading leaves traces."""
    newest = max((f for f in copy.parent.iterdir() if _NAMED.fullmatch(f.name)), default=copy)
    # What it replaces comes last, because that is how things stood.
    for place in [p for p in dict.fromkeys((newest, database)) if p.resolve() != copy.resolve()]:
        known = room / "known" / "wudan.db"
        known.parent.mkdir(mode=0o700)
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                _copy(place.with_name(place.name + suffix), known.with_name(known.name + suffix))
        if known.exists():
            yield known
        shutil.rmtree(known.parent)


def _follow_all(new: Path, known: Path) -> Counter[bool]:
    """Take back in a database what another knows to be taken back, and return how many histories
    were erased by that (True) and how many were not. One that is damaged, as it may be where a copy
    is put back, tells nothing."""
    followed = Counter[bool]()
    with (
        suppress(Unusable, DatabaseError),
        closing(connect(f"sqlite:{known}")) as later,
        closing(connect(f"sqlite:{new}")) as database,
        database.batch() as restored,
    ):
        for no in [no for kind in (*WHOLE, *COUNTED) for no in later.numbers(kind)]:
            missing = [event.kind for event in _take_over(restored, later, no)]
            followed.update([ERASED in missing] if TAKEN & {*missing} else [])
    return followed


WHOLE = (accounts.KIND, team_links.KIND, second_factor.KIND, audit.KIND)
"""The kinds of histories that go on as they had come: who may come in, and what was recorded."""
TAKEN = {ERASED, "relinked", "linked", "deactivated", *corrections.CHANGING}
"""The events of orders and volunteers by which somebody takes back what they gave, or a link that
others have: their histories go on as they had come, too."""


def _take_over(restored: Store, later: Store, no: str) -> Sequence[Event]:
    """Take a history as far as it had come, with what is kept beside it, if that has to be; return
    the events that were missing. One that went on otherwise in the copy, because an older copy was
    put back in between, is replaced."""
    old, head = restored.head(no), later.head(no)
    if head is None or (old is None and head.kind in COUNTED):
        return ()
    here, events = restored.events(no), later.events(no)
    parted = (n for n, event in enumerate(here) if events[n : n + 1] != (event,))
    common = next(parted, len(here))
    missing = events[common:]
    taken = missing and (head.kind in WHOLE or TAKEN & {event.kind for event in missing})
    if not taken or head.version != len(events):
        return ()
    count = COUNTED.get(head.kind)
    tally = counters.difference(count(old), count(head)) if count and old else {}
    if common < len(here):
        restored.remove(no)
    begun = missing if common == len(here) else events
    change = Change(head, begun, later.personal(no), later.traces(no), tally)
    restored.commit(change._replace(erase=begun is missing and old is not None))
    return missing


def _close(new: Path, secret: bytes, now: datetime) -> None:
    """End the sessions of all accounts, because the copy does not know which were ended before, and
    record that it was put back."""
    with closing(connect(f"sqlite:{new}")) as restored:
        accounts.end_all(restored, now)
        restored.set_fact(consistency.RESTORED, now.isoformat())
        if secret:
            audit.Audit(restored, Vault(secret), Stopped(now)).record("restored", "")


COUNTED: Mapping[str, Callable[[Head], counters.Tally]] = {
    repository.KIND: lambda head: counters.of_order(order_of(head)),
    volunteers.KIND: counters.of_volunteer,
}
"""The kinds of histories that are erased, and what the head of one counts for."""


def _fetch(copy: Path, new: Path, secret: bytes) -> None:
    """Copy a copy, and make sure that it is one and belongs to the secret, if there is one."""
    for suffix in ("", "-wal"):  # The log, if somebody has copied the folder as it was.
        with suppress(FileNotFoundError):
            _copy(copy.with_name(copy.name + suffix), new.with_name(new.name + suffix))
    try:
        known = sqlite.inspect(new)
    except Unusable as unusable:
        if unusable.code != "store_damaged":
            raise
        raise Unusable("copy_damaged", place=copy, error=unusable.names["error"]) from unusable
    if known is None:
        raise Unusable("store_unknown", place=copy)
    with closing(connect(f"sqlite:{new}")) as opened:
        if faults := opened.faults():
            raise Unusable("copy_damaged", place=copy, error=faults[0])
        if secret:
            opening.pair(opened, Vault(secret))


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Hold the lock on a file or a folder alone.

    Raises:
        Unusable: ``in_use``, somebody else holds it.
    """
    lock = FileLock(place)
    try:
        lock.claim()
        yield
    finally:
        lock.close()


def _keep(database: Path, now: datetime) -> Path | None:
    """Copy the database and its logs to a folder beside it, and remove the logs, because another
    database in its place would read them.

    Raises:
        Unusable: ``in_use``, a program that is older than the lock has it open.
    """
    logs = [database.with_name(database.name + suffix) for suffix in ("-wal", "-shm")]
    there = [file for file in (database, *logs) if file.exists()]
    if not there:
        return None
    kept = database.with_name(now.strftime("replaced-%Y%m%d-%H%M%S"))
    kept.mkdir(mode=0o700, exist_ok=True)
    for file in there:
        _copy(file, kept / file.name)
    opening.sync_folder(kept)
    if not sqlite.fold(database):
        shutil.rmtree(kept)
        raise Unusable("in_use", place=database.parent)
    for log in logs:
        log.unlink(missing_ok=True)
    return kept


@contextmanager
def _working(folder: Path) -> Iterator[Path]:
    """An empty folder in which to make something; it is removed afterwards.

    Raises:
        Unusable: ``in_use``, somebody else is working there; ``unwritable``, there is no room.
    """
    room = folder / WORKING
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            try:
                shutil.rmtree(room, ignore_errors=True)
                room.mkdir(mode=0o700)
                yield room
            finally:
                shutil.rmtree(room, ignore_errors=True)
    except (OSError, OperationalError) as error:
        if locked(error):
            raise
        raise Unusable("unwritable", place=folder, error=error) from error


def _copy(source: Path, target: Path) -> None:
    target.touch(mode=0o600)
    shutil.copyfile(source, target)
    with target.open("rb") as written:
        os.fsync(written.fileno())


def _made(folder: Path) -> list[datetime]:
    """When the copies in a folder were made, by their names."""
    names = [file.name for file in folder.iterdir() if _NAMED.fullmatch(file.name)]
    return [datetime.strptime(name, NAME).replace(tzinfo=CHINA) for name in names]
