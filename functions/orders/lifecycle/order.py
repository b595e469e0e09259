"""An order as it stands now."""

from typing import NamedTuple

from functions.storage.history import Head


class Order(NamedTuple):
    """What a history amounts to. ``version`` is the number of its events; fields in ``_at`` say
    when a step was reached last; days are ISO 8601, as in ``due``."""

    no: str
    version: int = 0
    state: str = ""
    service: str = ""
    wording: str = ""
    """The version of the form whose wording the resident consented to."""
    key: str = ""
    """SHA-256 of the tracking key, in hexadecimal."""
    issued: int = 0
    """The version of its keys: 0 where it was filed before there were versions."""
    source: str = ""
    """How the wish reached the station: online, by phone, on paper."""
    received: str = ""
    """The day on which the wish came on paper, if that was not the day on which it was entered."""
    wished: str = ""
    """The day that the resident wished for, if any."""
    sms: bool | str = ""
    """Whether the resident agreed to be told by SMS how far it is."""
    level: str = ""
    grid: str = ""
    due: str = ""
    """The day by which the station promised to have it done."""
    triage_by: str = ""
    """The day by which it was to be triaged, where it was called off before that."""
    team: str = ""
    answer_by: str = ""
    """The day by which the team is to accept or decline."""
    volunteer: str = ""
    paused_at: str = ""
    waits_until: str = ""
    """The day until which it waits for the resident; meanwhile no deadline runs."""
    published: str = ""
    """The station's own words for the public wish list."""
    solved: str = ""
    attitude: int = 0
    skill: int = 0
    timeliness: int = 0
    """Stars, 1 to 5; 0 where there are none."""
    problem: str = ""
    """``raised`` or ``answered``, where the resident reported a problem."""
    answer: str = ""
    """The station's public answer to a problem."""
    rated_team: str = ""
    rated_volunteer: str = ""
    rated_by: str = ""
    """The member of staff who entered the last rating, if it was not the resident."""
    done_by: str = ""
    """The member of staff who reported it done, if it was no team."""
    doers: str = ""
    """The numbers of all volunteers who reported a round of it done, with spaces between."""
    merged_into: str = ""
    filed_at: str = ""
    consulted_at: str = ""
    milestone_at: str = ""
    dispatched_at: str = ""
    accepted_at: str = ""
    done_at: str = ""
    rated_at: str = ""
    rating_at: str = ""
    """The same for this round alone: empty again once the order was reopened."""
    reopened_at: str = ""
    ended_at: str = ""
    erased_at: str = ""
    changed_at: str = ""
    handler: str = ""
    """The member of staff who is at it, until it ends."""
    since: str = ""
    """When it came to its state, whatever was added since; empty where an earlier version of the
    program wrote the head."""
    unread: str = ""
    """Since when something that a resident added waits for the station to act on the order."""
    corrected: str = ""
    """The versions after which answers were corrected, with spaces between."""
    signs: str = ""
    """Why it was held, as words with spaces between, until staff let it pass. Until then it counts
    nowhere, nobody is told of it, and only the page of what is held lists it."""

    @property
    def corrections(self) -> list[int]:
        """The numbers of the events that corrected answers."""
        return [int(version) + 1 for version in self.corrected.split()]


def order_of(head: Head) -> Order:
    """The order as a list has it. An older or a newer version of the program may have written the
    head, so unknown keys are ignored, and missing ones have the field's default."""
    known = {name: head.data[name] for name in Order._fields if name in head.data}
    plain = {"no": head.no, "version": head.version, "state": head.state}
    return Order(**{**plain, "filed_at": head.begun, "changed_at": head.begun, **known})
