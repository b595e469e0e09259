"""The composition root: from a bundle, a store, a secret, a clock and chance to every service.

Handlers take an :class:`App`; what stands below them takes only the parts that it needs.
"""

import os
import secrets
from collections.abc import Callable
from copy import copy
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.context.bundle import Bundle, Latest
from functions.context.clock import Clock, Going, Reference, Stopped, in_china
from functions.context.frequency import Frequency
from functions.context.workdays import Calendar
from functions.orders.deadlines import Deadlines
from functions.orders.names import Names
from functions.orders.privacy import Personal
from functions.orders.repository import Orders
from functions.orders.steps import Steps
from functions.storage import opening
from functions.storage.connect import connect
from functions.storage.opening import Begin
from functions.storage.port import Store
from functions.storage.vault import Vault

if TYPE_CHECKING:
    from functions.context.drafts import Drafts
    from functions.messages.outbox import Outbox
    from functions.orders.ranking import Ranking
    from functions.people.access_log import AccessLog
    from functions.people.audit import Audit
    from functions.people.retention import Retention
    from functions.people.team_links import TeamLinks
    from functions.people.volunteers import Volunteers


class App:
    """The services of one community, each made at its first use. Services that filing a wish does
    not need are imported only then.

    A process has one app and answers each request, or group of requests, by its :meth:`current`.
    Whoever also builds the site sets ``drafts``.
    """

    drafts: "Drafts | None" = None

    def __init__(
        self,
        folder: Path,
        store: Callable[[], Store],
        secret: bytes,
        clock: Callable[[], datetime] = in_china,
        below: Callable[[int], int] = secrets.randbelow,
    ):
        self.below = below
        self.clock: Clock = Going(clock)
        self.vault = Vault(secret)
        self.frequency = Frequency()
        self._folder, self._latest = folder, Latest(folder)
        self._open: Callable[[], Store] = lambda: opening.pair(store(), self.vault)

    def current(self) -> "App":
        """This app for one request: its time stands still, its bundle is the one that was built
        last, and its store is this one's."""
        app = self._with(clock=Stopped(self.clock.now), _open=lambda: self.store)
        vars(app).pop("bundle", None)
        return app

    def inside(self, store: Store) -> "App":
        """This app with another store, such as one inside a transaction."""
        return self._with(store=store)

    def under(self, secret: bytes) -> "App":
        """This app with another secret."""
        return self._with(vault=Vault(secret))

    def close(self) -> None:
        """Close the store; its next use opens it again."""
        if store := vars(self).pop("store", None):
            store.close()

    @cached_property
    def bundle(self) -> Bundle:
        """What a build handed over last.

        Raises:
            OSError, ValueError, TypeError: none could be read so far.
        """
        return self._latest.bundle()

    @cached_property
    def store(self) -> Store:
        """The store, opened at its first use.

        Raises:
            Unusable: the secret does not belong to it, or it cannot be opened.
        """
        return self._open()

    @cached_property
    def reference(self) -> Reference:
        return Reference(self.store, self.clock)

    @cached_property
    def deadlines(self) -> Deadlines:
        return Deadlines(self.bundle.site["desk"], Calendar(**self.bundle.calendar))

    @cached_property
    def personal(self) -> Personal:
        return Personal(self.store, self.vault)

    @cached_property
    def names(self) -> Names:
        return Names(lambda: self.store, self.bundle)

    @cached_property
    def orders(self) -> Orders:
        return Orders(
            self.store,
            self.vault,
            self.bundle,
            self.names,
            self.reference,
            self.deadlines,
            self.personal,
        )

    @cached_property
    def steps(self) -> Steps:
        return Steps(self.orders, self.bundle, self.clock)

    @cached_property
    def index(self) -> Path:
        """The file of the index of the public pages.

        Raises:
            NoIndex: it cannot be had.
        """
        from functions.index import place

        return place.file(self._folder)

    @cached_property
    def ranking(self) -> "Ranking":
        from functions.orders.ranking import Ranking

        return Ranking(self.store, self.bundle, self.clock)

    @cached_property
    def volunteers(self) -> "Volunteers":
        from functions.people.volunteers import Volunteers

        return Volunteers(
            self.store, self.vault, self.names, self.reference, self.deadlines, self.personal
        )

    @cached_property
    def team_links(self) -> "TeamLinks":
        from functions.people.team_links import TeamLinks

        return TeamLinks(self.store, self.vault, self.names, self.clock)

    @cached_property
    def access_log(self) -> "AccessLog":
        from functions.people.access_log import AccessLog

        return AccessLog(self.audit)

    @cached_property
    def audit(self) -> "Audit":
        from functions.people.audit import Audit

        return Audit(self.store, self.vault, self.clock)

    @cached_property
    def retention(self) -> "Retention":
        from functions.people.retention import Retention

        return Retention(self.store, self.deadlines, self.clock)

    @cached_property
    def outbox(self) -> "Outbox":
        from functions.messages.outbox import Outbox
        from functions.messages.sms import Residents

        words, site = self.bundle.words["undelivered"], self.bundle.site
        to_resident = Residents(self.orders, site["url"]).text
        return Outbox(self.store, site["notify"], words, self.names, self.clock, to_resident)

    def _with(self, **parts: Any) -> "App":
        """This app with other parts, and without the services that were made of its own."""
        app = copy(self)
        for name in vars(app).keys() - _PARTS:
            delattr(app, name)
        vars(app).update(parts)
        return app


_PARTS = {
    *("below", "clock", "drafts", "vault", "frequency", "bundle", "store"),
    *("_folder", "_latest", "_open"),
}
"""What an app hands on to those that are made of it."""


def of_bundle() -> App:
    """The app that ``WUDAN_BUNDLE`` describes, for functions that have no store and no secret."""
    return _reading(_folder())


def from_environment(begin: Begin = "nothing") -> App:
    """The app that ``WUDAN_BUNDLE``, ``WUDAN_STORE`` and ``WUDAN_SECRET`` describe; for ``begin``
    see :func:`functions.storage.opening.secret_for`. A secret that is only named is fetched once.

    Raises:
        Unusable: the secret is missing, or its store is.
    """
    return _app(
        _folder(),
        os.environ.get("WUDAN_STORE", "sqlite:var/wudan.db"),
        os.environ.get("WUDAN_SECRET", ""),
        begin,
    )


def _folder() -> str:
    return os.environ.get("WUDAN_BUNDLE", ".wudan/bundle")


@lru_cache(maxsize=1)
def _reading(folder: str) -> App:
    return App(Path(folder), lambda: connect(""), b"")


@lru_cache(maxsize=8)
def _app(folder: str, store: str, secret: str, begin: Begin) -> App:
    return App(
        Path(folder),
        lambda: connect(store),
        opening.secret_for(store, opening.resolved(secret), begin),
    )
