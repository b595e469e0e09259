"""Which encoding to send, of those that a browser accepts (RFC 9110, 12.5.3)."""

import re
from collections.abc import Iterable

REFUSED = re.compile(r"q=0(\.0*)?")


def preferred(accepted: str, offered: Iterable[str]) -> str:
    """The first of the encodings offered that this Accept-Encoding allows; empty for none."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.replace(" ", "").partition(";")
        weights[name] = not REFUSED.fullmatch(weight)
    return next((name for name in offered if weights.get(name, weights.get("*", False))), "")
