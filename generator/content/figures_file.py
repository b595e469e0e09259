"""``figures.json``: the community's figures, written by a build for later builds without a store.
Staff commit it beside the content, so its shape is checked before a page is made from it."""

import json
import re
from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec
import yaml
from msgspec import Meta, Struct

from functions.orders.lifecycle.states import STATES
from generator.content.reading.codec import Count
from generator.content.reading.messages import SENTENCES
from generator.content.reading.yaml_source import Loader
from generator.errors import Problem

CONFLICT = re.compile(r"^(<{7}|={7}|>{7}|\|{7})( |$)", re.MULTILINE)
"""The conflict markers that Git leaves when it cannot merge two versions of a file."""
IsoDay = Annotated[str, Meta(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
Month = Annotated[str, Meta(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Name = Annotated[str, Meta(pattern=r"^(?!.* hours:).* .+$|^all hours:[a-z]+:-?\d+$")]
"""A counter's name (:data:`functions.orders.counters.Tally`); hours carry their number."""
State = Annotated[str, Meta(pattern=f"^({'|'.join(STATES)})$")]


class Wish(Struct, frozen=True):
    """A wish in the words that the station wrote for the public."""

    text: str
    service: str
    state: State
    date: IsoDay


class Answer(Struct, frozen=True):
    """The station's public answer to a problem in a rating; ``month`` is the rating's, or its year
    alone."""

    text: str
    service: str
    month: Annotated[str, Meta(pattern=r"^\d{4}(-(0[1-9]|1[0-2]))?$")]


class Figures(Struct, frozen=True, omit_defaults=True):
    """The shape of :func:`functions.orders.figures.snapshot.snapshot`; other keys are ignored."""

    made: IsoDay
    months: dict[Month, dict[Name, Count]]
    wishes: list[Wish]
    answers: list[Answer]
    names: dict[str, dict[str, str]] = {}
    renamed: dict[str, dict[str, str]] = {}
    began: str = ""


def read(file: Path) -> tuple[dict[str, Any], list[Problem]]:
    """The figures in a file, and what is wrong with them; both empty if there is no file."""
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return {}, []
    try:
        figures: dict[str, Any] = msgspec.to_builtins(msgspec.json.decode(raw, type=Figures))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}, [Problem(file.name, *_wrong(raw.decode("utf-8", "replace")))]
    return figures, []


def _wrong(text: str) -> tuple[int, int, str, str]:
    """Line and column of the mistake, what it is, and how to mend it."""
    if conflict := CONFLICT.search(text):
        return text.count("\n", 0, conflict.start()) + 1, 1, *SENTENCES["figures_conflict"]
    line, column = 1, 1
    try:
        json.loads(text)
        node: Any = yaml.compose(text, Loader=Loader)
        mark = _innermost(text, node, Figures).start_mark
        line, column = mark.line + 1, mark.column + 1
    except json.JSONDecodeError as error:
        return error.lineno, error.colno, *SENTENCES["figures_syntax"]
    except (yaml.YAMLError, RecursionError):
        pass  # Not every JSON is YAML: then the place is the whole file.
    return line, column, *SENTENCES["figures_shape"]


def _innermost(text: str, node: yaml.Node, kind: Any) -> yaml.Node:
    """The innermost part of the node that does not fit the type ``kind``. JSON is read as YAML
    here, because only the YAML parser reports the position of each part."""
    parts: list[tuple[yaml.Node, Any]] = []
    if isinstance(node, yaml.MappingNode) and isinstance(kind, type) and issubclass(kind, Struct):
        types = {field.name: field.type for field in msgspec.structs.fields(kind)}
        parts = [(each, types[key.value]) for key, each in node.value if key.value in types]
    elif isinstance(node, yaml.MappingNode) and get_args(kind):
        key_kind, value_kind = get_args(kind)
        parts = [part for k, v in node.value for part in ((k, key_kind), (v, value_kind))]
    elif isinstance(node, yaml.SequenceNode) and get_args(kind):
        parts = [(each, get_args(kind)[0]) for each in node.value]
    for part, wanted in parts:
        try:
            msgspec.json.decode(text[part.start_mark.index : part.end_mark.index], type=wanted)
        except msgspec.DecodeError:
            return _innermost(text, part, wanted)
    return node
