"""A store is opened with the secret that belongs to it, or not at all.

What is sealed in a store opens with one secret only, so the two are begun together and known to
each other: the store keeps a fingerprint of the secret. Where one of them is missing, empty or
another community's, nothing is read, written or made anew.
"""

import os
import time
from pathlib import Path

from functions.store import Store, Unusable, connect
from functions.vault import SHORTEST, Vault

SECRET = "secret"  # noqa: S105 - The name of a file.
"""The file beside the database that holds the secret, where the environment does not."""

FACT = "secret"
"""The fact of a store that has the fingerprint of its secret."""

SAMPLE = 50
"""How many histories of an older store are looked into, which has no fingerprint yet."""

PATIENCE = 10
"""Seconds in which another program that begins the same store should have begun it."""


def secret_for(address: str, given: str, begin: bool = False) -> bytes:
    """The secret for the store at ``address``: the one that is ``given``, else the one that lies
    beside the database. Where there is neither secret nor database, both are begun; ``begin``
    begins a database also for a secret that has none.

    Raises:
        Unusable: the secret is missing or too short, or its database is missing or empty.
    """
    engine, _, place = address.partition(":")
    if engine != "sqlite":
        return _long_enough(given.encode(), "WUDAN_SECRET")
    database = Path(place)
    file = database.with_name(SECRET)
    blank = _is_blank(database)
    if blank and not begin and (file.exists() or _has_log(database)):
        code = "store_empty" if database.exists() else "store_missing"
        raise Unusable(code, place=database)
    if given:
        return _long_enough(given.encode(), "WUDAN_SECRET")
    if not file.exists():
        if not blank:
            raise Unusable("secret_missing", place=file)
        _begin(address, file)
    return _long_enough(file.read_bytes(), str(file))


def pair(store: Store, vault: Vault) -> None:
    """Make sure that the two belong together.

    A store of before there were fingerprints gets one here on one machine; over a network the
    schedule sees to it, because it may read lists.

    Raises:
        Unusable: ``secret_foreign``, they do not.
    """
    known = store.fact(FACT)
    if known and known not in vault.fingerprints:
        raise Unusable("secret_foreign")
    if not known and store.local:
        adopt(store, vault)


def adopt(store: Store, vault: Vault) -> None:
    """Keep the secret's fingerprint in a store that has none, if what is sealed there opens.

    Raises:
        Unusable: ``secret_foreign``, most of it does not open.
    """
    if store.fact(FACT):
        return
    opened = [
        vault.opens(head.no, sealed)
        for kind in ("order", "volunteer")
        for head in store.find(kind, limit=SAMPLE)
        for sealed in store.personal(head.no).values()
    ]
    if sum(opened) * 2 < len(opened):
        raise Unusable("secret_foreign")
    store.set_fact(FACT, vault.fingerprints[0], seen="")


def write_secret(file: Path, secret: str) -> None:
    """Put the secret in its place, whole and on the disk before this returns."""
    new = file.with_name(f"{file.name}-new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600, exist_ok=False)
    with new.open("w") as written:
        written.write(secret)
        written.flush()
        os.fsync(written.fileno())
    new.replace(file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Make sure that names in a folder are on the disk too."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def new_line() -> str:
    """A line for a secret."""
    return os.urandom(32).hex()


def _begin(address: str, file: Path) -> None:
    """Make an empty database, and after it the secret, so that whenever this is broken off it can
    be begun again; of many who begin at once one makes the secret, and all use it."""
    store = connect(address)
    try:
        until = time.monotonic() + PATIENCE
        while not file.exists():
            try:
                with store.exclusive():
                    if not file.exists():
                        write_secret(file, new_line())
            except Unusable:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
    except OSError as error:
        raise Unusable("unwritable", place=file.parent, error=error) from error
    finally:
        store.close()


def _is_blank(database: Path) -> bool:
    """Whether there is no database, or one that never held anything.

    Raises:
        Unusable: ``store_damaged``, it cannot be read.
    """
    from functions.store.sqlite import holds_nothing

    return not database.exists() or database.stat().st_size == 0 or holds_nothing(database)


def _has_log(database: Path) -> bool:
    """Whether what was written last still lies beside a database that is gone or empty."""
    log = database.with_name(f"{database.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _long_enough(secret: bytes, place: str) -> bytes:
    line = secret.strip().split(b"\n")[0].strip()
    if not line:
        raise Unusable("secret_missing", place=place)
    if len(line) < SHORTEST:
        raise Unusable("secret_short", place=place, shortest=SHORTEST)
    return secret
