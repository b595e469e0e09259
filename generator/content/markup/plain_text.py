"""Safe HTML as plain words."""

import re
from html import unescape

TAG = re.compile(r"""<(?:[^">]|"[^"]*")*>""")
"""A tag in safe HTML, in which every other angle bracket is an entity, and the values of attributes
stand in double quotes."""

NO_SPACE = re.compile(r"(?<=[，。；：！？、）》”’】…]) ")
"""A space where Chinese has none: there a line ended."""


def plain(html: str) -> str:
    """What somebody reads of it, on one line."""
    return NO_SPACE.sub("", " ".join(unescape(TAG.sub("", html)).split()))
