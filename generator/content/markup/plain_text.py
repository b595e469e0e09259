"""Safe HTML as plain words."""

import re
from html import unescape

TAG = re.compile(r"""<(?:[^">]|"[^"]*")*>""")
"""A tag in safe HTML, in which every other angle bracket is an entity, and the values of attributes
stand in double quotes."""


def plain(html: str) -> str:
    """What somebody reads of it, on one line."""
    return " ".join(unescape(TAG.sub("", html)).split())
