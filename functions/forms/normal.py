"""Texts as people mean them, whatever keyboard they used: full-width digits are digits (NFKC).

Nothing else may normalise (``TID251`` in ``pyproject.toml``), so that no path forgets the limit:
to put n combining marks in order takes n² steps, which is seconds for a text that fits into a form.
"""

import unicodedata

LONGEST = 100
"""Characters of the longest text that can be a phone, a day, or a number with words around it."""


UNSEEN = {" ", "\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800"}
UNSEEN |= {chr(code) for code in (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10))}
UNSEEN |= {chr(code) for code in range(0xE0100, 0xE01F0)}
"""Printable characters that show nothing: fillers and variation selectors (Unicode's
Default_Ignorable_Code_Point), and the empty pattern of Braille."""


def normal(text: str) -> str:
    """The text in its normal form; empty where it is too long to be what is looked for."""
    return unicodedata.normalize("NFKC", text) if len(text) <= LONGEST else ""


def seen(text: str) -> str:
    """What a short text looks like: without full width, capitals, spaces and what nobody sees, so
    that two names that people cannot tell apart are one."""
    visible = (each for each in normal(text) if each.isprintable() and each not in UNSEEN)
    return "".join(visible).casefold()
