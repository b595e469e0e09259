"""The private link of each team: signed, ending by itself, replaced or taken back by the desk.

A team's links are a history (``issued``, ``revoked``, ``asked``). The number of links issued so
far is part of what is signed, so a new link ends the one before.
"""

import hmac
from datetime import datetime, timedelta
from typing import NamedTuple

from functions.context.clock import Clock
from functions.storage.history import Change, Event, Head
from functions.storage.port import Store
from functions.storage.vault import Vault

KIND = "link"
LASTS = timedelta(days=180)
SLACK = timedelta(days=1)
"""How far the clock may be put back after a link was issued."""
KEY = 22
"""Characters of the key in a link."""


class TeamLinks(NamedTuple):
    """The links of all teams."""

    store: Store
    vault: Vault
    clock: Clock

    def address(self, head: Head) -> str:
        """Where the team does its work."""
        team = head.data["team"]
        return f"/team/?team={team}&key={self.vault.stamp(*_signed(head))[:KEY]}"

    def of(self, team: str) -> Head | None:
        """The team's link as it stands; ``state`` is ``issued`` or ``revoked``."""
        return self.store.head(f"{KIND}:{team}")

    def issue(self, team: str, who: str) -> Head:
        """Make a new link for a team; the one before ends.

        Raises:
            Conflict: somebody else does it at this moment.
        """
        until = (self.clock.now + LASTS).isoformat()
        return self._write(team, "issued", who, until, 1)

    def revoke(self, team: str, who: str) -> None:
        """End a team's link.

        Raises:
            Conflict: somebody else does it at this moment.
        """
        if (old := self.of(team)) and old.state == "issued":
            self._write(team, "revoked", who, "", 0)

    def ask(self, team: str) -> None:
        """Remember that somebody with an old link of the team asked for a new one, once a day."""
        old, now = self.of(team), self.clock.now
        if old and old.data["asked"][:10] != now.date().isoformat():
            data = old.data | {"asked": now.isoformat()}
            head = old._replace(version=old.version + 1, data=data)
            self.store.commit(Change(head, [Event("asked", "team", now.isoformat())]))

    def lives(self, head: Head) -> bool:
        """Whether the link can be used now. One that would last longer than links do was issued
        by a clock that was ahead, and cannot."""
        if head.state != "issued":
            return False
        now = self.clock.now
        return now < datetime.fromisoformat(head.data["until"]) <= now + LASTS + SLACK

    def opens(self, team: str, key: str) -> bool:
        """Whether this key opens the team's page now."""
        head = self.of(team)
        if head is None or not self.lives(head):
            return False
        keys = self.vault.stamps(*_signed(head))
        return any(hmac.compare_digest(each[:KEY].encode(), key.encode()) for each in keys)

    def _write(self, team: str, state: str, who: str, until: str, more: int) -> Head:
        """Write how the link stands now, with so many more of them issued."""
        at, old = self.clock.now.isoformat(), self.of(team)
        count = (old.data["count"] if old else 0) + more
        version, begun = (old.version + 1, old.begun) if old else (1, at)
        data = {"team": team, "count": count, "until": until, "asked": ""}
        head = Head(f"{KIND}:{team}", KIND, version, state, begun, data)
        self.store.commit(Change(head, [Event(state, "staff", at, {"who": who})]))
        return head


def _signed(head: Head) -> tuple[str, str, int]:
    return "team", head.data["team"], head.data["count"]
