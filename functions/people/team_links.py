"""The private link of each team: signed, ending by itself, replaced or taken back by the desk.

A team's links are a history (``issued``, ``revoked``, ``asked``). The number of links issued so
far is part of what is signed, so a new link ends the one before.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from functions.context.clock import Clock
from functions.errors import Conflict
from functions.orders.names import Names
from functions.storage.history import Change, Event, Head
from functions.storage.port import Histories
from functions.storage.vault import Vault

KIND = "link"
LASTS = timedelta(days=180)
SOON = timedelta(days=14)
"""How long before its end a team is told."""
VERSION = 2
"""How the keys of new links are made: by the key of teams; before, by the whole secret, in two ways
(see :meth:`Vault.key`)."""
Signed = tuple[int, str, str, int]
"""How a key is made, and of what: ``team``, which one, and how many links it has had."""
SLACK = timedelta(days=1)
"""How far the clock may be put back after a link was issued."""


class TeamLinks(NamedTuple):
    """The links of all teams. Of two who change one at the same moment the second gets a
    ``Conflict``."""

    store: Histories
    vault: Vault
    names: Names
    clock: Clock

    def address(self, head: Head) -> str:
        """Where the team does its work."""
        signed = _signed(head)
        return f"/team/?team={_team(head)}&key={self._by(signed).key(*signed)}"

    def of(self, team: str) -> Head | None:
        """The team's link as it is now; ``state`` is ``issued`` or ``revoked``. A name that another
        team had before leads to nothing."""
        return next(self._all(team), None) if self.names.now("team", team) == team else None

    def _all(self, team: str) -> Iterator[Head]:
        """The team's link, or those of the names that it had before, until a new one is issued."""
        if own := self.store.head(f"{KIND}:{team}"):
            yield own
            return
        olds = (self.store.head(f"{KIND}:{name}") for name in self.names.before("team", team))
        yield from filter(None, olds)

    def issue(self, team: str, who: str, once: str = "") -> Head:
        """Make a new link for a team; the one before ends. ``once`` names the submission."""
        no, now = f"{KIND}:{team}", self.clock.now
        old = self.store.head(no) or Head(no, KIND, 0, "", now.isoformat(), {})
        return self._write(old, "issued", who, (now + LASTS).isoformat(), 1, once)

    def revoke(self, team: str, who: str) -> None:
        """End a team's link."""
        for old in [*self._all(team)]:
            if old.state == "issued":
                self._write(old, "revoked", who, "", 0)

    def ask(self, team: str) -> None:
        """Remember that somebody with an old link of the team asked for a new one, once a day."""
        old, at = self.of(team), self.clock.now.isoformat()
        if old and old.data.get("asked", "")[:10] != at[:10]:
            head = old.followed(data=old.data | {"asked": at})
            with suppress(Conflict):  # Somebody else asked just now, or there is a new link.
                self.store.commit(Change(head, [Event("asked", "team", at)]))

    def requested(self, teams: Iterable[str]) -> list[str]:
        """Those of the teams that asked for a new link and have not got one."""
        links = ((team, self.of(team)) for team in teams)
        return [team for team, head in links if head and head.data.get("asked")]

    def ends(self, team: str) -> str:
        """The day on which the team's link ends, if that is soon."""
        until = next((h.data["until"] for h in self._all(team) if self.lives(h)), "")
        soon = (self.clock.now + SOON).isoformat()
        return until[:10] if until and until < soon else ""

    def lives(self, head: Head) -> bool:
        """Whether the link can be used now; not if a clock that was ahead has issued it."""
        until, now = head.data.get("until", ""), self.clock.now
        if head.state != "issued" or not until:
            return False
        return now < datetime.fromisoformat(until) <= now + LASTS + SLACK

    def opens(self, team: str, key: str) -> bool:
        """Whether this key opens the team's page now."""
        heads = filter(self.lives, self._all(team))
        return any(self._is_key(key, _signed(head)) for head in heads)

    def opened_once(self, team: str, key: str) -> bool:
        """Whether this key opens the team's page, or did before it ended or was replaced."""
        names = (team, *self.names.before("team", team))
        heads = filter(None, [self.store.head(f"{KIND}:{name}") for name in names])
        signed = (
            (version, "team", _team(head), count)
            for head in heads
            for count in range(1, head.data.get("count", 0) + 1)
            for version in range(VERSION + 1)
        )
        return any(self._is_key(key, each) for each in signed)

    def _is_key(self, key: str, signed: Signed) -> bool:
        return self._by(signed).is_key(key, *signed)

    def _by(self, signed: Signed) -> Vault:
        return self.vault.team if signed[0] == VERSION else self.vault

    def _write(
        self, old: Head, state: str, who: str, until: str, more: int, once: str = ""
    ) -> Head:
        """Write how a link stands now, with so many more of them issued."""
        at, count = self.clock.now.isoformat(), old.data.get("count", 0) + more
        version = VERSION if more else old.data.get("version", 0)
        data = {"team": _team(old), "count": count, "until": until, "asked": "", "version": version}
        head = old.followed(state=state, data=data)
        self.store.commit(Change(head, [Event(state, "staff", at, {"who": who})], once=once))
        return head


def _signed(head: Head) -> Signed:
    return head.data.get("version", 0), "team", _team(head), head.data.get("count", 0)


def _team(head: Head) -> str:
    return head.no.removeprefix(f"{KIND}:")
