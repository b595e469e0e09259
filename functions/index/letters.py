"""Letters as a search compares them: it forgives how a word was typed."""

import re

from functions.index.traditional import SIMPLIFIED, TRADITIONAL

_FULL_WIDTH = {chr(code + 0xFEE0): chr(code).lower() for code in range(0x21, 0x7F)}
_CAPITALS = {
    chr(code): small
    for code in range(0x41, 0x590)
    if len(small := chr(code).lower()) == 1 and small != chr(code)
}
PLAIN = {
    **dict(zip(TRADITIONAL, SIMPLIFIED, strict=True)),
    **_CAPITALS,
    **{wide: narrow for wide, narrow in _FULL_WIDTH.items() if narrow.isalnum()},
}
"""What each character becomes."""
_REPLACED = re.compile(f"[{re.escape(''.join(PLAIN))}]")


def plain(text: str) -> str:
    """The text without capitals, full-width letters and traditional characters. Each character
    becomes one: what is found in the result stands at the same place in the text, and a part of a
    text becomes the same part of the result."""
    return _REPLACED.sub(lambda found: PLAIN[found[0]], text)
