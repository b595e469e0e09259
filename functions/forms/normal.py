"""Texts as people mean them, whatever keyboard they used: full-width digits are digits (NFKC).

Nothing else may normalise (``TID251`` in ``pyproject.toml``), so that no path forgets the limit:
to put n combining marks in order takes n² steps, which is seconds for a text that fits into a form.
"""

import unicodedata

LONGEST = 100
"""Characters of the longest text that can be a phone, a day, or a number with words around it."""


def normal(text: str) -> str:
    """The text in its normal form; empty where it is too long to be what is looked for."""
    return unicodedata.normalize("NFKC", text) if len(text) <= LONGEST else ""
