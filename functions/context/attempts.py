"""Limits on tries, so that nobody guesses a password or the digits of a phone.

A stranger who tries must not keep out the person whose name or number it is. So everybody has a
limit of their own for each thing that is guessed, and what others tried counts only in a wider one,
which does not hold whoever was right before: from the same address today, or on the same device.

Senders are kept as keyed digests that change every day, and only until their limit ends.
"""

from datetime import timedelta
from typing import NamedTuple

from functions.context.clock import Clock
from functions.context.senders import network
from functions.storage.port import Store
from functions.storage.vault import Vault

KNOWN = timedelta(days=1)
"""For how long an address is known from which somebody was right; its digest changes each day."""


class Limit(NamedTuple):
    """How many tries there may be until the time is over that the first of them began."""

    most: int
    lasts: timedelta


class Attempts(NamedTuple):
    """Tries from an address. ``device`` is the id of one on which the account that is tried was let
    in before, if any."""

    store: Store
    vault: Vault
    clock: Clock
    sender: str
    device: str = ""

    def may(self, what: str, own: Limit, wide: Limit, way: str = "") -> bool:
        """Count a try at something, before anything is compared; return whether it may be made.
        Whoever is over their own limit does not add to that of everybody. Of several ways to the
        same thing each is counted apart."""
        return self._within(own, what, way, self._who) and (
            self._is_known(what) or self._within(wide, what, way, "")
        )

    def may_go_on(self, what: str, most: Limit) -> bool:
        """Count a try at one of many things; return whether this sender may try so many of them,
        besides those that were right: an office shares an address. A device that was let in before
        may."""
        if self.device:
            return True
        now, ends = self.clock.now, self.clock.now + most.lasts
        over = self.store.count(self._name(what, self._who), now, ends) - most.most
        return over <= 0 or over <= self.store.tries(
            self._name(what, self._who, "right"), now, ends
        )

    def was_one(self, what: str, most: Limit) -> None:
        """Count the try at one of many things as one that was right."""
        if not self.device:
            now = self.clock.now
            self.store.count(self._name(what, self._who, "right"), now, now + most.lasts)

    def was_right(self, what: str, way: str = "") -> None:
        """Forget the tries of whoever was right, and know them for a day, whichever way they come
        then."""
        now = self.clock.now
        self.store.reset(self._name(what, way, self._who))
        self.store.count(self._name(what, self._who, "known"), now, now + KNOWN)

    @property
    def _who(self) -> str:
        if self.device:
            return f"device {self.device}"
        return f"{self.clock.now.date()} {network(self.sender)}"

    def _is_known(self, what: str) -> bool:
        now, name = self.clock.now, self._name(what, self._who, "known")
        return bool(self.device) or self.store.tries(name, now, now + KNOWN) > 0

    def _within(self, limit: Limit, *parts: str) -> bool:
        now = self.clock.now
        return self.store.count(self._name(*parts), now, now + limit.lasts) <= limit.most

    def _name(self, *parts: str) -> str:
        # A digest, so that neither names nor addresses stand in the store, however long they are.
        return f"tries {self.vault.stamp('tries', *parts)[:32]}"
