"""What an editor makes of a YAML file by its JSON Schema: YAML 1.2's core schema, and as much of
JSON Schema (draft 7) as ours use. Nothing here comes from the program."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

PLAIN = (
    (r"~|null|Null|NULL|", lambda text: None),
    (r"true|True|TRUE", lambda text: True),
    (r"false|False|FALSE", lambda text: False),
    (r"[-+]?[0-9]+", int),
    (r"0o[0-7]+", lambda text: int(text[2:], 8)),
    (r"0x[0-9a-fA-F]+", lambda text: int(text, 16)),
    (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float),
    (r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", lambda text: float(text.replace(".", ""))),
)
"""How plain texts are read (YAML 1.2.2, chapter 10.3.2)."""
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}
KNOWN = {
    *("$schema", "title", "description", "type", "properties", "required", "items", "anyOf"),
    *("additionalProperties", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum"),
    *("minItems", "maxItems"),
}


def read(text: str) -> Any:
    """The file's content as an editor reads it."""
    node = yaml.compose(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    assert node is not None
    return _value(node)


def _value(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _value(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    assert isinstance(node, yaml.ScalarNode)
    text = str(node.value)
    if node.style:
        return text
    for pattern, made in PLAIN:
        if re.fullmatch(pattern, text):
            return made(text)
    return text


def faults(value: Any, schema: dict[str, Any], place: str = "") -> Iterator[str]:
    """What the schema does not allow, each by its place and keyword."""
    assert {*schema} <= KNOWN, {*schema} - KNOWN
    if "anyOf" in schema and all([*faults(value, each)] for each in schema["anyOf"]):
        yield f"{place} anyOf"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place} enum"
    types = schema.get("type", [*TYPES])
    if not any(_is(value, each) for each in ([types] if isinstance(types, str) else types)):
        yield f"{place} type"
    elif isinstance(value, dict):
        yield from _object(value, schema, place)
    elif isinstance(value, list):
        yield from _array(value, schema, place)
    elif isinstance(value, str):
        yield from _string(value, schema, place)
    elif _is(value, "number") and not (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
    ):
        yield f"{place} bounds"


def _array(value: list[Any], schema: dict[str, Any], place: str) -> Iterator[str]:
    length = len(value)
    if not schema.get("minItems", 0) <= length <= schema.get("maxItems", length):
        yield f"{place} items"
    for index, item in enumerate(value):
        yield from faults(item, schema.get("items", {}), f"{place}/{index}")


def _string(value: str, schema: dict[str, Any], place: str) -> Iterator[str]:
    length = len(value)
    if not schema.get("minLength", 0) <= length <= schema.get("maxLength", length):
        yield f"{place} length"
    if not re.search(schema.get("pattern", ""), value):
        yield f"{place} pattern"


def _object(value: dict[str, Any], schema: dict[str, Any], place: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{place} required {name}"
    for name, item in value.items():
        if name in properties:
            yield from faults(item, properties[name], f"{place}/{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{place} additional {name}"


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])  # type: ignore[arg-type]
