"""Texts as people mean them, whatever keyboard they used: full-width digits are digits (NFKC).

Nothing else may normalise (``TID251`` in ``pyproject.toml``), so that no path forgets the limit:
to put n combining marks in order takes n² steps, which is seconds for a text that fits into a form.
"""

import re
import unicodedata
from collections.abc import Mapping

LONGEST = 100
"""Characters of the longest text that can be a phone, a day, or a number with words around it."""
SHAPELESS = re.compile(
    "[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
"""What comes along from contacts, chats and Word and nobody sees: Unicode's general category Cf
and Default_Ignorable_Code_Point (15.1), and the blank of Braille."""
DIGIT = r"\d〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖⓪①-⑨⓿❶-❾⓵-⓽➀-➈➊-➒⑴-⑼⒈-⒐㊀-㊈㈠-㈨⁰¹²³⁴-⁹₀-₉"
"""One digit, as the inside of a class of a regular expression: what people read as 0 to 9."""
DIRECTION = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
"""Marks that turn the direction of what follows, by which a text can look like another (Unicode
Technical Report 36, section 2.4)."""
NO_CHARACTERS = {
    chr(code)
    for code in (
        *range(0xD800, 0xE000),
        *range(0xFDD0, 0xFDF0),
        *(plane * 0x10000 + last for plane in range(17) for last in (0xFFFE, 0xFFFF)),
    )
}
"""Halves of pairs, and what Unicode never makes a character (section 23.7). XML and UTF-8 cannot
hold all of them, so a workbook with one of them could not be opened."""
UNSEEN = DIRECTION | NO_CHARACTERS
UNSEEN |= {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)}
"""Those, and control characters: general categories Cc, Zl and Zp."""
LINE_ENDS = dict.fromkeys("\n\r\v\f\x85\u2028\u2029", "\n")
TYPED = str.maketrans({**dict.fromkeys(UNSEEN), **LINE_ENDS, "\t": " "})
"""Leaves them out, because contacts and chats put them around what people copy, and nobody can find
them; but for what ends a line or a page elsewhere, such as Word's soft break, and tabs."""

INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What no page or feed can show: XML 1.0, section 2.2, has most of them for mistakes."""


def normal(text: str) -> str:
    """The text in its normal form; empty where it is too long to be what is looked for."""
    return unicodedata.normalize("NFKC", text) if len(text) <= LONGEST else ""


def composed(text: str) -> str:
    """The text with letters and their accents in one character each, as most keyboards type them
    and file systems of other makers do not (NFC); itself where it is too long to be a name."""
    return unicodedata.normalize("NFC", text) if len(text) <= LONGEST else text


def visible(text: str) -> str:
    """The same without what nobody sees."""
    return SHAPELESS.sub("", normal(text))


def seen(text: str) -> str:
    """What a short text looks like: without full width, capitals, spaces and what nobody sees, so
    that two names that people cannot tell apart are one."""
    return _bare(text).casefold()


def shaped(text: str) -> str:
    """Its letters and digits alone, because among signs and marks are those that are drawn as
    nothing, with one letter for all that have its shape (:data:`SHAPES`). No name is kept like
    that: it is only compared."""
    letters = _bare(text).translate(SHAPES)
    return "".join(each for each in letters if unicodedata.category(each)[0] in "LN").casefold()


def _bare(text: str) -> str:
    return "".join(each for each in visible(text) if each.isprintable() and each != " ")


SHAPES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХҮԌԚԜаеѕіјкморстухһԁԛԝѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχϳ1|0ıɑɡɩI",
    "ABESlJKMHOPCTYXYGQWaesijkmopctyxhdqwvABEZHlKMNOPTYXaikvopuxjllOiagil",
)
"""Letters of Cyrillic and Greek, and digits, that look like a letter of Latin (the most common of
Unicode Technical Standard 39, section 4): some of them people cannot tell apart in any typeface."""


DECORATION = r"[^\w]|志愿|服务|队"
"""What people leave out of a label, or add to it: 理发服务 is 理发."""
ADDED = (
    r"(?:上门|需要|想要|要|请人?|帮忙?|做|一次|的|小?组|第?[一二三四五六七八九十\d]+"
    "|[^已退原曾离除]{0,6}社区)*"
)
"""What people add to the name of a service or a team without meaning another thing, besides."""
NEGATION, NO = "没有|尚未|[没未不无非]", "没"
"""What makes the opposite of a word, and as what it is compared: 未解决 is 没有解决."""
DONE = "[已了]"
"""What says that something is over, and may be left out where the rest is the same."""


def meant(text: str, labels: Mapping[str, str], names: bool = False) -> str:
    """The value of the label that a text means: of this one, or of the only one that has the same
    core, or of which the core is part, or that has all its characters, as 解决了一部分 has those of
    部分解决. Of labels that are ``names`` also the one that is part of the text: 上门理发 is 理发.
    What is added to others may change them, as in 解决了一半. Empty if there is no such one."""
    if text in labels:
        return labels[text]
    core = _core(text)
    cores = [(_core(label), value) for label, value in labels.items()]
    same = {
        value for each, value in cores if each and re.sub(DONE, "", each) == re.sub(DONE, "", core)
    }
    near = same or {value for each, value in cores if _is_near(core, each, names)}
    found = near or {value for each, value in cores if len(core) > 2 and {*core} <= {*each}}
    return found.pop() if len(found) == 1 else ""


def _core(text: str) -> str:
    return re.sub(NEGATION, NO, re.sub(DECORATION, "", text))


def _is_near(core: str, label: str, names: bool) -> bool:
    """Whether one is part of the other, and not its opposite."""
    part = min(core, label, key=len) if names else core
    near = core in label
    if names and label in core:
        near = bool(re.fullmatch(ADDED, core.replace(label, "", 1)))
    return len(part) > 1 and near and (NO in core) == (NO in label)
