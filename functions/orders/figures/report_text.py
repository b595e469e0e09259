"""What staff write above the figures of a month, for the street office.

A month's text is a history, which says who wrote it and when. The text is sealed beside the last
event: a new one takes the place of the old.
"""

from typing import NamedTuple

from functions.context.clock import Clock
from functions.orders.privacy import Personal
from functions.storage.history import Change, Event, Head
from functions.storage.port import Store

KIND = "report"
STAFF = "staff"


class ReportDraft(NamedTuple):
    """A text with who wrote it, and when (ISO 8601); ``version`` is that of its history. Where
    ``unreadable``, there is a text that cannot be opened."""

    text: str = ""
    who: str = ""
    at: str = ""
    version: int = 0
    unreadable: bool = False


class ReportTexts(NamedTuple):
    """The texts of all months."""

    store: Store
    personal: Personal
    clock: Clock

    def of(self, month: str) -> ReportDraft:
        """The text of a month, empty where nobody wrote one."""
        no = _no(month)
        events = self.store.events(no)
        if not events:
            return ReportDraft()
        last, version = events[-1], len(events)
        typed = self.personal.of(no).get(version, {})
        who = str(last.data.get("who", ""))
        return ReportDraft(str(typed.get("text", "")), who, last.at, version, "text" not in typed)

    def keep(self, month: str, text: str, who: str, version: int) -> None:
        """Keep a text in place of the one that its writer saw, which had this ``version``.

        Raises:
            Conflict: somebody else has written meanwhile.
        """
        no, at = _no(month), self.clock.now.isoformat()
        old = self.store.head(no) or Head(no, KIND, 0, "", at, {})
        after = old._replace(version=version + 1)
        sealed = {after.version: self.personal.vault.seal(no, {"text": text})}
        event = Event("written", STAFF, at, {"who": who})
        self.store.commit(Change(after, [event], sealed, erase=True))


def _no(month: str) -> str:
    return f"{KIND}:{month}"
