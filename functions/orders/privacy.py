"""Whether words for the public tell whose wish it is."""

import re
from collections.abc import Mapping
from typing import Any

LONG_NUMBER = re.compile(r"\d[\d\s\-]{5,}\d")
DOOR = re.compile(r"\d+\s*(?:栋|幢|号|单元|室|座)")


def tells_whose(text: str, contact: Mapping[str, Any]) -> bool:
    """Whether words for the public would give a resident away: phone, door, name or address."""
    named = [str(contact.get(name, "")) for name in ("name", "address")]
    return bool(
        LONG_NUMBER.search(text)
        or DOOR.search(text)
        or any(len(name) > 1 and name in text for name in named)
    )
