"""What people typed: how it is read and found, and whether words for the public give it away."""

import re
from collections.abc import Mapping
from typing import Any

from functions.storage.port import Histories
from functions.storage.vault import Vault

LONG_NUMBER = r"\d[\d\s\-]{5,}\d"
DOOR = r"\d+\s*(?:栋|幢|号|单元|室|座)"

HIDDEN = "＊＊"
"""Stands in lists for a phone, a door or an address."""
CORRECTED = "corrected"
"""What the answers to a corrected form are sealed under, which no question of a form is called;
one that was taken back is empty."""
Typed = Mapping[str, Any]
"""Answers by the name of their question."""


class Unreadable(dict[str, Any]):
    """Stands, empty, for what was typed where its sealed part cannot be opened; whoever shows it
    says so."""


class Personal:
    """What was typed with the events of a history, which is sealed."""

    def __init__(self, store: Histories, vault: Vault):
        self.store, self.vault = store, vault

    def of(self, no: str) -> dict[int, dict[str, Any]]:
        """All that was typed in a history, by the number of the event (from 1)."""
        return {seq: self._opened(no, sealed) for seq, sealed in self.store.personal(no).items()}

    def contact(self, no: str) -> dict[str, Any]:
        """What was typed when a history began: name, phone, address, wish; as it was corrected
        since, and empty once erased."""
        return contact(self.of(no))

    def traces(self, typed: Typed) -> list[str]:
        """Keyed marks by which what identifies a person can be found."""
        return [self.trace(name, value) for name, value in identifying(typed).items()]

    def all_traces(self, typed: Mapping[int, Typed]) -> list[str]:
        """The marks of a whole history, also of what was corrected since."""
        return [self.trace(name, value) for name, value in everything_identifying(typed)]

    def trace(self, name: str, value: str) -> str:
        """One such mark: ``phone``, ``last4`` or ``address``."""
        return f"{name}:{self.vault.stamp('trace', name, value)[:32]}"

    def _opened(self, no: str, sealed: bytes) -> dict[str, Any]:
        from cryptography.exceptions import InvalidTag

        try:
            return self.vault.open(no, sealed)
        except (InvalidTag, ValueError, TypeError):
            # Another secret, damage, or too little to be a nonce; or no bytes at all.
            return Unreadable()


def contact(typed: Mapping[int, Typed]) -> dict[str, Any]:
    """What was typed with the first event, as later ones corrected it. In all that was typed it
    stays beside its event, and is erased with the rest."""
    first = typed.get(1, {})
    if isinstance(first, Unreadable):
        return first
    known = dict(first)
    for seq in sorted(typed):
        known |= typed[seq].get(CORRECTED, {})
    return {name: value for name, value in known.items() if value != ""}


def unreadable(typed: Mapping[int, Typed]) -> set[int]:
    """The numbers of the events whose sealed part cannot be opened."""
    return {seq for seq, answers in typed.items() if isinstance(answers, Unreadable)}


def identifying(typed: Typed) -> dict[str, str]:
    """Which of the answers identify a person, by the name of their trace."""
    phone = typed.get("phone", "")
    values = {"phone": phone, "last4": phone[-4:], "address": plain(typed.get("address", ""))}
    return {name: value for name, value in values.items() if value}


def everything_identifying(typed: Mapping[int, Typed]) -> set[tuple[str, str]]:
    """The same for all that was typed in a history, before and after it was corrected."""
    parts = [typed.get(1, {}), *[answers.get(CORRECTED, {}) for answers in typed.values()]]
    return {each for answers in parts for each in identifying(answers).items()}


def plain(address: str) -> str:
    """An address without what people write differently each time."""
    return "".join(filter(str.isalnum, address))


def reveals(text: str, contact: Typed) -> bool:
    """Whether words for the public would give a resident away: phone, door, name or address."""
    names = [str(contact.get(name, "")) for name in ("name", "address")]
    named = any(len(name) > 1 and name in text for name in names)
    return bool(named or re.search(f"{LONG_NUMBER}|{DOOR}", text))


def masked(text: str, contact: Typed) -> str:
    """Words without the phone, the door and the address that they may hold."""
    known = [plain(str(contact.get(name, ""))) for name in ("phone", "address")]
    # However each is spaced and punctuated.
    spelled = [r"\W*".join(map(re.escape, value)) for value in known if len(value) > 1]
    # A room's number may follow a door's without a word of its own.
    return re.sub("|".join([*spelled, LONG_NUMBER, rf"(?:{DOOR}\s*)+\d*"]), HIDDEN, text)
