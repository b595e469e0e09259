"""A store is opened with the secret that belongs to it, or not at all.

What is sealed in a store opens with one secret only, so the two are created together, and the store
keeps a fingerprint of the secret. Where one is missing, empty or another community's, nothing is
read, written or created.
"""

import os
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from functions.errors import Unusable
from functions.storage.connect import connect
from functions.storage.file_lock import FileLock
from functions.storage.port import Store
from functions.storage.vault import SHORTEST, Vault

if TYPE_CHECKING:
    from functions.storage.sqlite import Inspection

SECRET = "secret"  # noqa: S105 - The name of a file.
"""The file beside the database that holds the secret, where the environment does not."""
FACT = "secret"
"""The fact with the fingerprint of the store's secret."""
GIVEN_UP = "secret_given_up"
"""The fact with the time at which a lost secret was given up; what was sealed earlier is lost."""
SAMPLE = 50
"""How many histories of a store without a fingerprint are tried with the secret."""
PATIENCE = 10
"""Seconds in which another program should have created the same store."""

Begin = Literal["never", "nothing", "secret"]
"""When a new store may be created: never; where there is nothing; also where there is a secret
without its database."""


def secret_for(address: str, given: str, begin: Begin = "nothing") -> bytes:
    """The secret for the store at ``address``: the one that is ``given``, else the one in the file
    beside the database. Where there is neither secret nor database, both are created.

    Raises:
        Unusable: the secret is missing or too short, or its database is missing or empty.
    """
    database, file = _database(address), beside(address)
    if database is None:
        return _long_enough(given.encode(), "WUDAN_SECRET")
    with _nobody_begins(file.parent):
        kept = _inspected(database)
        left = kept is None and (_has_log(database) or (file.exists() and begin != "secret"))
    if left:
        raise Unusable("store_empty" if database.exists() else "store_missing", place=database)
    if kept is None and begin == "never":
        raise Unusable("no_store", place=database.parent)
    if given:
        return _long_enough(given.encode(), "WUDAN_SECRET")
    if not file.is_file():
        if kept and any(kept):
            raise Unusable("secret_missing", place=file)
        _begin(address, file)
    return _long_enough(read_secret(file), str(file))


def configured() -> str:
    """The secret that ``WUDAN_SECRET`` says or names; empty where there is none."""
    return resolved(os.environ.get("WUDAN_SECRET", ""))


def resolved(reference: str) -> str:
    """The secret that a reference names: ``file:PATH``, or the ARN of one in AWS Secrets Manager,
    or of several that are its lines together. Anything else is the secret itself.

    Raises:
        Unusable: ``secret_missing``, there is no such file; ``secret_unreachable``.
    """
    scheme, _, place = reference.partition(":")
    if scheme == "arn":
        return "\n".join(map(_fetched, reference.split()))
    if scheme != "file":
        return reference
    try:
        return read_secret(Path(place)).decode()
    except OSError as error:
        raise Unusable("secret_missing", place=place) from error


def _fetched(arn: str) -> str:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    config = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 3})
    try:
        client = boto3.client("secretsmanager", region_name=arn.split(":")[3], config=config)
        return str(client.get_secret_value(SecretId=arn)["SecretString"])
    except (BotoCoreError, ClientError, IndexError) as error:
        raise Unusable("secret_unreachable", place=arn, error=type(error).__name__) from error


def inspect(address: str, given: str) -> bool:
    """Whether the store can be read without an upgrade, as far as this machine can tell without
    changing anything.

    Raises:
        Unusable: store or secret are missing, or do not belong together.
    """
    vault = Vault(secret_for(address, given, "never"))
    database = _database(address)
    seen = _inspected(database) if database else None
    if seen and seen.facts.get(FACT, "") not in ("", *vault.fingerprints):
        raise Unusable("secret_foreign")
    return seen is None or not seen.older


def existing(address: str) -> Store:
    """The store at an address; ``Unusable`` (``no_store``) if there is none, or an empty file."""
    database = _database(address)
    if database and _inspected(database) is None:
        raise Unusable("no_store", place=database)
    store = connect(address)
    if not store.local:
        store.fact(FACT)  # Only a request shows whether there is a table.
    return store


def beside(address: str) -> Path:
    """The file of the secret of a database on this machine."""
    return Path(address.partition(":")[2]).with_name(SECRET)


def pair(store: Store, vault: Vault) -> Store:
    """The store, once it is certain that the secret belongs to it.

    On one machine a store that is older than fingerprints gets one here; over a network the
    schedule does it, because it may read lists.

    Raises:
        Unusable: ``secret_foreign``, it does not.
    """
    known = store.fact(FACT)
    if known and known not in vault.fingerprints:
        raise Unusable("secret_foreign")
    if not known and store.local:
        adopt(store, vault)
    return store


def adopt(store: Store, vault: Vault) -> None:
    """Write the secret's fingerprint into a store without one; ``Unusable`` (``secret_foreign``) if
    most of what is sealed there does not open."""
    opened = [
        vault.opens(head.no, sealed)
        for kind in ("order", "volunteer")
        for head in store.find(kind, limit=SAMPLE)
        for sealed in store.personal(head.no).values()
    ]
    if sum(opened) * 2 < len(opened):
        raise Unusable("secret_foreign")
    store.set_fact(FACT, vault.fingerprints[0], seen="")


def read_secret(file: Path) -> bytes:
    """The secret in a file, without the mark (BOM) that editors on Windows put first."""
    return file.read_bytes().removeprefix(BOM_UTF8)


def write_secret(file: Path, secret: str) -> None:
    """Write a secret whole; it is on the disk when this returns."""
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
    """Make sure that the names of a folder's files are on the disk too."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def new_line() -> str:
    """A line for a secret."""
    return os.urandom(32).hex()


def _begin(address: str, file: Path) -> None:
    """Create an empty database and then the secret, so that this can be repeated if interrupted.
    Of several programs at once one makes the secret, and all use it."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(FileLock(file.parent)) as lock:
            lock.claim(PATIENCE)
            if not file.exists():
                connect(address).close()
                write_secret(file, new_line())
    except OSError as error:
        raise Unusable("unwritable", place=file.parent, error=error) from error


@contextmanager
def _nobody_begins(folder: Path) -> Iterator[None]:
    """Wait until no other program is beginning a store there: a half begun one would be refused."""
    if not folder.is_dir():
        yield
        return
    with closing(FileLock(folder)) as lock:
        lock.share(PATIENCE)
        yield


def _database(address: str) -> Path | None:
    """The file of a store on this machine; None for one over a network."""
    engine, _, place = address.partition(":")
    return Path(place) if engine == "sqlite" else None


def _inspected(database: Path) -> "Inspection | None":
    """What a database shows without being opened; None where there is none, or an empty file."""
    from functions.storage import sqlite

    return sqlite.inspect(database) if database.exists() and database.stat().st_size else None


def _has_log(database: Path) -> bool:
    """Whether a log with the last writes remains beside a database that is missing or empty."""
    log = database.with_name(f"{database.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _long_enough(secret: bytes, place: str) -> bytes:
    line = secret.strip().split(b"\n")[0].strip()
    if not line:
        raise Unusable("secret_missing", place=place)
    if len(line) < SHORTEST:
        raise Unusable("secret_short", place=place, shortest=SHORTEST)
    return secret
