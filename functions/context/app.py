"""What every function works with, gathered once per process from the environment."""

import os
import secrets
from collections.abc import Callable
from copy import copy
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path

from functions.context import bundle, logs
from functions.context.bundle import Bundle
from functions.context.workdays import CHINA as CHINA
from functions.context.workdays import Calendar
from functions.storage import opening
from functions.storage.connect import connect
from functions.storage.opening import Begin
from functions.storage.port import Store
from functions.storage.vault import Vault


class App:
    """The edges, where effects are: bundle, store, secret, clock and chance.

    The store is opened at its first use, since most pages are drawn without it.
    """

    def __init__(
        self,
        folder: Path,
        store: Callable[[], Store],
        secret: bytes,
        clock: Callable[[], datetime] = lambda: datetime.now(CHINA),
        below: Callable[[int], int] = secrets.randbelow,
    ):
        self._folder = folder
        self._bundle: Bundle | None = None
        self._connect = store
        self._clock = clock
        self.below = below
        self.vault = Vault(secret)

    def catch_up(self) -> Bundle:
        """Take notice of what was built since the last time. Whoever calls the functions does it
        first, for all that it calls at once: to ask the disk takes as long as to check a form.
        Where it cannot be read, what was built before stays in use.

        Raises:
            OSError, ValueError, TypeError: as :func:`functions.context.bundle.load`, and
                nothing was read before.
        """
        try:
            self._bundle = bundle.load(self._folder)
        except bundle.UNREADABLE as error:
            if self._bundle is None:
                raise
            logs.failure(error, "reading the bundle")
        return self._bundle

    @property
    def bundle(self) -> Bundle:
        """What the last build handed over."""
        return self._bundle or self.catch_up()

    @property
    def calendar(self) -> Calendar:
        """The days on which deadlines run."""
        return Calendar(**self.bundle.calendar)

    @cached_property
    def store(self) -> Store:
        """The store, of which it is certain that the secret belongs to it.

        Raises:
            Unusable: it does not, or the store cannot be opened.
        """
        store = self._connect()
        opening.pair(store, self.vault)
        return store

    def close(self) -> None:
        """Close the store, if it was opened; it is opened again where it is needed."""
        if store := self.__dict__.pop("store", None):
            store.close()

    def under(self, secret: bytes) -> "App":
        """The same with another secret."""
        app = copy(self)
        app.vault = Vault(secret)
        return app

    def inside(self, store: Store) -> "App":
        """The same with another store, such as one inside a transaction."""
        app = copy(self)
        app.store = store
        return app

    @property
    def now(self) -> datetime:
        """The time in China, to the second."""
        return self._clock().astimezone(CHINA).replace(microsecond=0)


def from_environment(begin: Begin = "nothing") -> App:
    """The app that ``WUDAN_BUNDLE``, ``WUDAN_STORE`` and ``WUDAN_SECRET`` describe; for ``begin``
    see :func:`functions.storage.opening.secret_for`.

    Raises:
        Unusable: the secret is missing, or its store is.
    """
    return _app(
        os.environ.get("WUDAN_BUNDLE", ".wudan/bundle"),
        os.environ.get("WUDAN_STORE", "sqlite:var/wudan.db"),
        os.environ.get("WUDAN_SECRET", ""),
        begin,
    )


@lru_cache(maxsize=8)
def _app(folder: str, store: str, secret: str, begin: Begin) -> App:
    return App(Path(folder), lambda: connect(store), opening.secret_for(store, secret, begin))
