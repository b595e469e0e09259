"""Passwords: those that are drawn, and what one that somebody chooses has to be.

As NIST SP 800-63B-4 (3.1.1.2) and ASVS 5 (6.2) ask: a least length, as long as anybody likes, any
characters, no rules of composition and no end by time; and none that is guessed first, which is
what a list, the name and simple patterns are for. NIST asks for 15 where nothing else is asked, and
ASVS for 8 at least; ten, with five tries a quarter of an hour, is what clerks can be asked for.
"""

import re
import secrets
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from functions.forms.normal import DIGIT, seen

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""For passwords that are read from a screen and typed: no two of them look alike."""
SHORTEST, LONGEST = 10, 100
VARIED = 5
"""So many different characters at least."""
RUNS = (
    "01234567890" * 2,
    "abcdefghijklmnopqrstuvwxyz" * 2,
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "!@#$%^&*()_+",
)
RUN = 4
"""So many keys beside each other, forwards or backwards, are a run."""
COMMON = (
    "password", "passw0rd", "p@ssw0rd", "admin", "administrator", "welcome", "iloveyou", "letmein",
    "qwerty", "asdfgh", "zxcvbn", "abc123", "woaini", "5201314", "1314520", "wudan", "shequ",
    "zhiyuan", "juweihui", "dragon", "monkey", "sunshine", "football", "社区", "志愿", "密码",
    "beijing", "changchun", "changsha", "chengdu", "chongqing", "dalian", "fuzhou", "guangzhou",
    "guilin", "guiyang", "haerbin", "haikou", "hangzhou", "hefei", "huhehaote", "jinan",
    "kunming", "lanzhou", "lasa", "liuzhou", "nanchang", "nanjing", "nanning", "ningbo",
    "qingdao", "shanghai", "shenyang", "shenzhen", "shijiazhuang", "suzhou", "taiyuan", "tianjin",
    "wulumuqi", "wuhan", "xiamen", "xian", "xining", "yinchuan", "zhengzhou",
)  # fmt: skip
"""What the passwords that are tried first are made of."""
NUMBERS = re.compile(
    rf"\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?|[{DIGIT}十]{{6,}}|(?:19|20)\d\d(?!\d)"
)
"""Days, phones and other long numbers, and years."""
REST = 4
"""So many other characters beside a common word, a run, a number or the name are not enough."""


def generated() -> str:
    """A new password of 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def context(site: Mapping[str, Any]) -> list[str]:
    """The words of this station that are tried first: its name, and what its address is made of."""
    host = urlsplit(str(site["url"])).hostname or ""
    return [seen(str(site["name"])), *re.findall(r"[a-z]{4,}", host)]


def weakness(password: str, name: str, words: Collection[str] = ()) -> str:
    """The code of what is wrong with a password that somebody of this name chose, where these
    ``words`` are tried first; or nothing."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    plain = seen(password)
    if (mine := seen(name)) and len(plain.replace(mine, "")) <= REST and mine in plain:
        return "own"
    rest = plain
    for word in sorted((*COMMON, *words), key=len, reverse=True):
        rest = rest.replace(word, "")
    rest = NUMBERS.sub("", re.sub(r"(?<=\d)[-\s.]+(?=\d)", "", rest))
    if len(set(plain)) < VARIED or len(_without_runs(rest)) <= REST:
        return "common"
    return ""


def _without_runs(text: str) -> str:
    """The text without the runs in it."""
    ways = [run for each in RUNS for run in (each, each[::-1])]
    kept, at = "", 0
    while at < len(text):
        size = 0
        while at + size < len(text) and any(text[at : at + size + 1] in way for way in ways):
            size += 1
        if size < RUN:
            kept, size = kept + text[at], 1
        at += size
    return kept
