"""Copies of a SQLite database to put back: made while others write, verified, thinned out."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import DatabaseError, OperationalError
from typing import NamedTuple

from functions import scheduled
from functions.app import App
from functions.context.workdays import CHINA
from functions.errors import Unusable
from functions.ops import consistency
from functions.orders import counters, repository
from functions.orders.lifecycle.order import order_of
from functions.people import accounts, team_links, volunteers
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
    again because they had been erased since the copy was made."""

    kept: Path | None
    erased: int


def restore(copy: Path, address: str, given: str, now: datetime) -> Restored:
    """Put a copy in the place of the store at ``address``. At every moment the database is the
    whole old one or the whole new one. What was erased since the copy was made, as far as the old
    one or a newer copy beside this one knows, does not come back, nor do accounts and links of
    teams that were ended since; and everybody has to sign in again.

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
        erased = sum(_follow_all(new, known) for known in _knowing(copy, database, room))
        _end_sessions(new, now)
        kept = _keep(database, now)
        new.replace(database)
        opening.sync_folder(database.parent)
        if own == along and not given:
            opening.write_secret(beside, secret.decode())
    return Restored(kept, erased)


def _knowing(copy: Path, database: Path, room: Path) -> Iterator[Path]:
    """The databases that may know of what was taken away since a copy was made: what it replaces,
    and the newest copy beside it. They are read from copies, because reading leaves traces."""
    newest = max((f for f in copy.parent.iterdir() if _NAMED.fullmatch(f.name)), default=copy)
    for place in {database.resolve(), newest.resolve()} - {copy.resolve()}:
        known = room / "known" / "wudan.db"
        known.parent.mkdir(mode=0o700)
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                _copy(place.with_name(place.name + suffix), known.with_name(known.name + suffix))
        if known.exists():
            yield known
        shutil.rmtree(known.parent)


def _follow_all(new: Path, known: Path) -> int:
    """Erase in a database what another knows to be erased, with what happened to it until then, and
    return how much; and bring accounts and links to where they are there. One that is damaged, as
    it may be where a copy is put back, tells nothing."""
    erased = 0
    with (
        suppress(Unusable, DatabaseError),
        closing(connect(f"sqlite:{known}")) as later,
        closing(connect(f"sqlite:{new}")) as restored,
    ):
        for kind in COUNTED:
            for no in later.numbers(kind):
                erased += _follow(restored, later.head(no), later.events(no))
        for kind in RIGHTS:
            for no in later.numbers(kind):
                _take_over(restored, later.head(no), later.events(no))
    return erased


RIGHTS = (accounts.KIND, team_links.KIND)
"""The kinds of histories that say who may come in."""


def _take_over(restored: Store, head: Head | None, events: Sequence[Event]) -> None:
    """Take a history as far as it had come."""
    old = restored.head(head.no) if head else None
    known = old.version if old else 0
    if head and known < head.version == len(events):
        restored.commit(Change(head, events[known:]))


def _end_sessions(new: Path, now: datetime) -> None:
    """End the sessions of all accounts: which were ended before, the copy does not know."""
    ended = Event("signed_out", "staff", now.isoformat())
    with closing(connect(f"sqlite:{new}")) as restored:
        for no in restored.numbers(accounts.KIND):
            if head := restored.head(no):
                restored.commit(Change(head.followed(), [ended]))


COUNTED: Mapping[str, Callable[[Head], counters.Tally]] = {
    repository.KIND: lambda head: counters.of_order(order_of(head)),
    volunteers.KIND: counters.of_volunteer,
}
"""The kinds of histories that are erased, and what the head of one counts for."""


def _follow(restored: Store, head: Head | None, events: Sequence[Event]) -> bool:
    """Take a history as far as it had come, if it was erased by then and is not here."""
    old = restored.head(head.no) if head else None
    if head is None or old is None or old.version >= head.version:
        return False
    missing = events[old.version :]
    if ERASED not in [event.kind for event in missing]:
        return False
    count = COUNTED[head.kind]
    tally = counters.difference(count(old), count(head))
    restored.commit(Change(head, missing, tally=tally, erase=True))
    return True


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
