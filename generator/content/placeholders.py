"""What content takes from ``site.yaml``: ``${station}`` in a text stands for the station's name.
Whoever wants to show ``${station}`` itself writes ``$${station}``."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from generator.content.reading.check import nearest
from generator.content.reading.messages import PLACEHOLDER
from generator.content.reading.yaml_source import Document, Place
from generator.content.settings import Settings

REFERENCE = "site"
"""The kind of the references that :func:`fill` notes: each is a name with its value."""
_TYPED = re.compile(r"(\$?)\$\{([^}\n]*)(}?)")


def values(settings: Settings | None) -> dict[str, str]:
    """The names that may stand in content, and their values. Without settings that can be read,
    each name stands for itself, because it is no mistake of the content."""
    if settings is None:
        fields = msgspec.structs.fields(Settings)
        return {field.name: PLACEHOLDER.format(name=field.name) for field in fields}
    given = msgspec.structs.asdict(settings).items()
    return {name: " ".join(text.split()) for name, text in given if text and isinstance(text, str)}


def reference(name: str, known: Mapping[str, str]) -> str:
    """The reference to a name and its present value. An entry that has it is read again when the
    value changes."""
    return f"{name}={known.get(name, '')}"


def fill(document: Document, known: Mapping[str, str]) -> None:
    """Put the values into the texts of a document, and note names that nobody knows."""
    for place in document.placeholders:
        *path, last = place
        holder: Any = document.data
        for step in path:
            holder = holder[step]
        holder[last] = _filled(document, place, holder[last], known)


def _filled(document: Document, place: Place, text: str, known: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        doubled, name, closed = found.groups()
        if doubled:
            return found[0][1:]
        if name in known and closed:
            document.references.append((REFERENCE, reference(name, known)))
            return known[name]
        line = text.count("\n", 0, found.start())
        mend = nearest(name.strip(), known)
        document.problem_inside(place, line, "placeholder", name=found[0], mend=mend)
        return found[0]

    return _TYPED.sub(value, text)
