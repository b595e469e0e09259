"""Names of files by what people call a thing, because a file's name is its address."""

import re

LONGEST = 60
"""Characters of a name."""


def file_name(title: str) -> str:
    """The title in pinyin; empty if there is nothing in it that can be said so."""
    from pypinyin import lazy_pinyin  # Slow to import, and seldom needed.

    words = re.findall(r"[a-z0-9]+", " ".join(lazy_pinyin(title)).lower())
    return "-".join(words)[:LONGEST].strip("-")
