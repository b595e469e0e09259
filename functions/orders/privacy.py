"""What people typed: how it is read, found and left out of lists."""

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import starmap
from typing import Any, NamedTuple

from functions.forms.definition import Form, sensitive
from functions.forms.kinds import KINDS
from functions.forms.normal import LONGEST, normal
from functions.orders.lifecycle.states import STAFF
from functions.storage.history import Event
from functions.storage.port import Histories
from functions.storage.vault import Vault

FIGURE = r"[\d〇零一二三四五六七八九十]"
LONG_NUMBER = rf"{FIGURE}(?:{FIGURE}|[\s\-]){{5,}}{FIGURE}"
COUNT = r"[\d〇零一二三四五六七八九十百]"
DOOR = rf"(?:\d+\s*(?:栋|幢|号|单元|室|座)|{COUNT}+\s*(?:栋|幢|单元|号楼|号院)|{COUNT}{{2,}}[室房])"
"""Numbers that are spelled out count only where they can be nothing else: 二号 may be a day, and
一室 a small flat."""
NUMBER = r"[\d〇零一二三四五六七八九]{2,}"
ALIKE = ("0０〇零", "1１一", "2２二", "3３三", "4４四", "5５五", "6６六", "7７七", "8８八", "9９九")
"""How each digit may be written."""
ONES = "一二三四五六七八九"
HUNDREDS = re.compile(rf"([{ONES}])百(?:[零〇]([{ONES}])|([{ONES}])十([{ONES}])?)?")
"""A number of three digits as it is said: 四百零一 is 401."""
COUNTED = r"\s*[年月日点时分秒岁元块个位人次天周]"
"""What follows a number that is a date, a time or a count, whatever else it could be."""

HIDDEN = "＊＊"
"""Stands in lists for a phone, a door or an address."""


class Piece(NamedTuple):
    """The parts of an answer that have traces of their own: runs of ``size`` characters, of which
    the last ``most`` count."""

    question: str
    size: int
    most: int


PIECES = {
    "digits": Piece("phone", 4, 9),
    "given": Piece("name", 2, 4),
    "place": Piece("address", 2, 16),
}
"""By the name of the trace. Whoever looks for something longer looks for all parts of it together.
There are few enough for a transaction of every engine, and enough to find an address by its estate,
not only by its door. :data:`functions.orders.upkeep.TRACED` has to change with them."""

CORRECTED = "corrected"
"""The name under which the answers to a corrected form are sealed; no question of a form has it. An
answer that was taken back is empty."""
Typed = Mapping[str, Any]
"""Answers by the name of their question."""


class Unreadable(dict[str, Any]):
    """Stands in place of what was typed where its sealed part cannot be opened. It is empty, and
    whoever shows it says so."""


class Personal:
    """What was typed with the events of a history, which is sealed."""

    def __init__(self, store: Histories, vault: Vault):
        self.store, self.vault = store, vault

    def of(self, no: str) -> dict[int, dict[str, Any]]:
        """All that was typed in a history, by the number of the event (from 1)."""
        return {seq: self._opened(no, sealed) for seq, sealed in self.store.personal(no).items()}

    def contact(self, no: str) -> dict[str, Any]:
        """What was typed when a history began (name, phone, address, wish), as it was corrected
        since; empty once it was erased."""
        return contact(self.of(no))

    def contacts(self, corrected: Mapping[str, Collection[int]]) -> dict[str, dict[str, Any]]:
        """The same of many histories, read at once, given the events that corrected each."""
        return {no: contact(typed) for no, typed in self.of_many(corrected).items()}

    def of_many(self, corrected: Mapping[str, Collection[int]]) -> dict[str, dict[int, Any]]:
        """What was typed when each of many histories began and was corrected, read at once."""
        parts = [(no, seq) for no, seqs in corrected.items() for seq in (1, *seqs)]
        found: dict[str, dict[int, Any]] = {no: {} for no in corrected}
        for (no, seq), sealed in self.store.sealed(parts).items():
            found[no][seq] = self._opened(no, sealed)
        return found

    def without(self, no: str, names: Collection[str]) -> dict[int, bytes]:
        """All that is sealed of a history, but for the answers to these questions."""
        sealed = dict(self.store.personal(no))
        for seq, typed in self.of(no).items():
            answers = typed.get(CORRECTED, typed)
            if not answers.keys().isdisjoint(names):
                left = {name: each for name, each in answers.items() if name not in names}
                left = {**typed, CORRECTED: left} if CORRECTED in typed else left
                sealed[seq] = self.vault.seal(no, left)
        return sealed

    def traces(self, typed: Typed) -> list[str]:
        """Keyed marks by which what identifies a person can be found."""
        return [*starmap(self.trace, identifying(typed).items())]

    def fine_traces(self, typed: Typed) -> list[str]:
        """Keyed marks of the parts of a phone, a name and an address."""
        return [*starmap(self.trace, sorted(pieces(typed)))]

    def all_traces(self, typed: Mapping[int, Typed]) -> list[str]:
        """The marks of a whole history, also of what was corrected since."""
        return [*starmap(self.trace, everything_identifying(typed))]

    def trace(self, name: str, value: str) -> str:
        """One such mark: ``phone``, ``last4``, ``address``, or one of :data:`PIECES`."""
        return f"{name}:{self.vault.stamp('trace', name, value)[:32]}"

    def _opened(self, no: str, sealed: bytes) -> dict[str, Any]:
        from cryptography.exceptions import InvalidTag

        try:
            return self.vault.open(no, sealed)
        except (InvalidTag, ValueError, TypeError):
            # Another secret, damage, or too little to be a nonce; or no bytes at all.
            return Unreadable()


def contact(typed: Mapping[int, Typed]) -> dict[str, Any]:
    """What was typed with the first event, with the corrections of later ones. Elsewhere each
    correction stays beside its own event, and is erased with the rest."""
    first = typed.get(1, {})
    if isinstance(first, Unreadable):
        return first
    known = dict(first)
    for seq in sorted(typed):
        known |= typed[seq].get(CORRECTED, {})
    return {name: value for name, value in known.items() if value != ""}


def withdrawn(form: Form, typed: Typed) -> set[str]:
    """The questions with a consent of their own whose answers a correction takes away: they are
    removed from all that was typed before, because nobody may know them any more."""
    gone = {name for name, answer in typed.get(CORRECTED, {}).items() if answer == ""}
    return gone & sensitive(form)


def trusted(events: Sequence[Event], typed: Mapping[int, Typed]) -> dict[int, Typed]:
    """What the resident and the station typed, as far as links can tell: whoever used a link that
    was replaced since may have been somebody else."""
    seqs = [seq for seq, event in enumerate(events, 1) if event.kind == "relinked"]
    replaced = max(seqs, default=1)
    return {
        seq: part
        for seq, part in typed.items()
        if seq == 1 or seq > replaced or events[seq - 1].by == STAFF
    }


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
    return {each for answers in versions(typed) for each in identifying(answers).items()}


def all_pieces(typed: Mapping[int, Typed]) -> set[tuple[str, str]]:
    """The same for the parts by which it can be found."""
    return {each for answers in versions(typed) for each in pieces(answers)}


def versions(typed: Mapping[int, Typed]) -> list[Typed]:
    """What was typed when a history began, and what each correction put in its place."""
    return [typed.get(1, {}), *[answers.get(CORRECTED, {}) for answers in typed.values()]]


def pieces(typed: Typed) -> set[tuple[str, str]]:
    """The parts of the answers by which a person can be found, by the name of their trace."""
    return {
        (name, part)
        for name, piece in PIECES.items()
        for part in windows(even(as_read(typed, piece.question)), piece.size)[-piece.most :]
    }


def as_read(typed: Typed, question: str) -> str:
    """An answer as people read it: a landline has the 0 before it, with which it is dialled."""
    text = str(typed.get(question, ""))
    return KINDS["phone"].show({}, text) if question == "phone" else text


def windows(text: str, size: int) -> list[str]:
    """All runs of ``size`` characters in a text. One that occurs twice stands where it occurs
    last."""
    runs = [text[n : n + size] for n in range(len(text) - size + 1)]
    return [*dict.fromkeys(runs[::-1])][::-1]


def even(text: str) -> str:
    """The letters and digits of a text, each in one way of writing it, to be compared."""
    return plain(normal(text[-LONGEST:])).lower()


def plain(address: str) -> str:
    """An address without spaces and punctuation, which people write differently each time."""
    return "".join(filter(str.isalnum, address))


def gist(contact: Typed, longest: int) -> str:
    """The first words of a wish, without the phone, the door and the address."""
    words = " ".join(masked(str(contact.get("detail", "")), contact).split())
    return words[:longest] + ("…" if words[longest:] else "")


def doors(address: str) -> list[str]:
    """Patterns of the numbers in somebody's own address, in digits or spelled out. Without a word
    such as 室, such a number gives away only this person, and a single digit says too little."""
    readings = [
        "".join(str(ONES.index(each) + 1 if each else 0) for each in (hundreds, tens, ones or one))
        for hundreds, one, tens, ones in HUNDREDS.findall(address)
    ]
    return [_spelled(number) for number in [*re.findall(NUMBER, address), *readings]]


def endings(phone: str) -> list[str]:
    """The pattern of a phone's last four digits, with which its order can be opened."""
    last = phone[-4:]
    return [_spelled(last, r"[\s\-]*")] if re.fullmatch(NUMBER, last) else []


def _spelled(number: str, between: str = "") -> str:
    """The pattern of a number alone, however its digits are written."""
    alike = [each for digit in number for each in ALIKE if digit in each]
    written = between.join(f"[{each}]" for each in alike)
    if len(alike) == 3 and alike[0] != ALIKE[0]:
        written += f"|{_spoken(*alike)}"
    return rf"(?<!{COUNT})(?:{written})(?!{COUNT}|{COUNTED})"


def _spoken(hundreds: str, tens: str, ones: str) -> str:
    """The pattern of a number of three digits as it is said."""
    none = ALIKE[0]
    if tens == none:
        return f"[{hundreds}]百" + ("" if ones == none else f"[{none}][{ones}]")
    return f"[{hundreds}]百[{tens}]十" + ("" if ones == none else f"[{ones}]")


def masked(text: str, contact: Typed) -> str:
    """The text with all phones, doors and addresses in it hidden."""
    known = [plain(str(contact.get(name, ""))) for name in ("phone", "address")]
    # However each is spaced and punctuated.
    spelled = [r"\W*".join(map(re.escape, value)) for value in known if len(value) > 1]
    # A room's number may follow a door's without a word of its own.
    own = doors(str(contact.get("address", "")))
    place = rf"(?:{'|'.join([*spelled, DOOR])}\s*)+\d*"
    return re.sub("|".join([LONG_NUMBER, place, *own]), HIDDEN, text)
