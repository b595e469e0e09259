"""What in words for the public would give a resident away.

Only what can hardly be something else counts, because nothing that counts can be published: a
family name where a person is meant, the parts of the address itself, numbers of doors. Letters are
compared as searches of the site compare them, whatever blanks stand between.
"""

import re

from functions.forms.normal import SHAPELESS
from functions.orders.privacy import DOOR, LONG_NUMBER, Typed, doors, endings

COMPOUND = (
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|"
    "公冶|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|闾丘|亓官|司寇|巫马|公西|颛孙|漆雕|"
    "乐正|谷梁|拓跋|轩辕|令狐|段干|百里|呼延|东郭|南门|羊舌|梁丘|左丘|西门|南荣|即墨|达奚|纳兰"
)
"""Family names of two letters."""
PERSON = (
    "家|奶奶|爷爷|大爷|大妈|大娘|大姐|大哥|大叔|大婶|阿姨|叔叔|伯伯|婆婆|先生|女士|小姐|老师|师傅|"
    "老人|老太|阿婆|阿公|阿伯|大伯|大嫂|老伯|伯母|师母|太太|夫人|同志|一家|姐|哥|嫂|婶|叔|伯|姨|某|氏"
)
"""What follows a family name where a person or a household is meant."""
LETTER = r"[^\W\d_]"
PLACE = (
    rf"{LETTER}+?(?:小区|社区|花园|公寓|大厦|街道|[省市区县镇乡路街巷弄村苑园院])"
    rf"|{LETTER}+"
)
"""A part of an address: it ends with what it is, or where what follows is no letter."""
AREA = "(?:省|市|(?<!.小)区|县|镇|乡|街道)$"
"""How the parts end in which so many people live that they give away nobody."""
GAP = rf"[\s{SHAPELESS.pattern[1:-1]}]*"
"""What may stand between the letters of a word without making another word of it."""


def revealing(text: str, contact: Typed) -> list[str]:
    """The parts of a text that give a resident away: phone, door, name, family name or household,
    address or a part of it."""
    # Imported lazily, because few steps have words for the public, and its table takes a while.
    from functions.index.letters import plain

    name, address, phone = (plain(str(contact.get(n, ""))) for n in ("name", "address", "phone"))
    numbers = [LONG_NUMBER, DOOR, *doors(address), *endings(phone)]
    known = [*_called(name), *_places(address), *numbers]
    found = re.finditer("|".join(known), plain(text))
    return [text[each.start() : each.end()] for each in found]


def _called(name: str) -> list[str]:
    """Patterns of how somebody of this name may be spoken of."""
    bare = name[1:] if name[:1] in "老小" else name
    if not bare:
        return []
    compound = bool(re.match(COMPOUND, bare))
    family = bare[: 1 + compound]
    given = bare.removeprefix(family)
    # One letter alone may be a part of any other word.
    words = [*[name] * (len(name) > 1), *[family] * compound]
    parts = re.findall(r"\w+", name)  # Of names such as 买买提·阿不都, and of other scripts.
    words += [part for part in parts if len(part) > 1 and len(parts) > 1]
    if len(given) > 1 and not re.match(PERSON, given):
        words.append(given)
    family = _spaced(family)
    person = "|".join(map(_spaced, PERSON.split("|")))
    return [*map(_spaced, words), f"{family}{GAP}(?:{person})", f"[老小阿姓]{GAP}{family}"]


def _places(address: str) -> list[str]:
    """Patterns of an address and of its parts, such as an estate or a street."""
    parts = re.findall(PLACE, re.sub(DOOR, " ", address))
    places = [address, *(part for part in parts if not re.search(AREA, part))]
    return [_spaced(part) for part in places if len(part) > 1]


def _spaced(word: str) -> str:
    """The pattern of a word, whatever blanks stand between its letters."""
    return GAP.join(map(re.escape, "".join(word.split())))
