"""How files of content are called."""

import re

LONGEST = 60
"""Characters of a name, which is an address as well."""


def file_name(title: str) -> str:
    """A name that every keyboard and phone can type, made of the title's pinyin; empty if there is
    nothing in the title to make one of."""
    from pypinyin import lazy_pinyin  # Slow to import, and few commands need it.

    words = re.findall(r"[a-z0-9]+", " ".join(lazy_pinyin(title)).lower())
    return "-".join(words)[:LONGEST].strip("-")
