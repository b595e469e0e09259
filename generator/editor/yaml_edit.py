"""YAML as a careful person edits it: only the lines of what changed are touched, so that comments,
order, quotes and blocks stay. The program's own reader judges how a text has to be written."""

import json
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import yaml

from generator.content.reading import yaml_source
from generator.content.reading.yaml_source import SEPARATORS, SOFT, Document, Loader

Data = dict[str, Any]
"""What a file says: texts, lists of such, and dicts."""
STEP = 2
"""Spaces by which a level is indented."""
GUESSES = yaml.resolver.Resolver.yaml_implicit_resolvers
"""By the first letter of a text, patterns of what other programs do not take for a text, if it has
no quotes (YAML 1.1)."""
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0[ox][0-9a-fA-F]+")
"""The same in YAML 1.2 (chapter 10.3.2)."""


class Bare(str):
    """A number, a day or another value that needs no quotes, whatever others take it for."""

    __slots__ = ()


def read(text: str) -> Data | None:
    """What a text says; None if YAML cannot be read from it."""
    document = Document("")
    yaml_source.read("", document, text.encode())
    return document.data


def rewrite(text: str, data: Data) -> str:
    """The text, changed so that it says ``data``, which has no empty texts, lists or dicts. Lines
    of what it said before stay as they are; comments, too, except in what is dropped.

    Raises:
        ValueError: the text is there and cannot be read.
    """
    body = text.removeprefix("\ufeff")
    try:
        node = yaml.compose(_softened(body), Loader=Loader)
    except yaml.YAMLError:
        raise ValueError(text) from None
    old = read(body) if node else {}
    if old is None:
        raise ValueError(text)
    if old == data:
        return text
    if body and not body.endswith("\n"):
        body += "\n"
    edits = _Edits(body, [])
    if node:
        edits.mapping(node, old, data)
    result = edits.applied() if node else body + _entries(data, 0)
    if node and read(result) != data:  # An odd layout: anew, below the comment at the top.
        result = body[: node.start_mark.index] + _entries(data, 0)
    return result.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in text else result


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


class _Edits(NamedTuple):
    """Edits of a text, by positions in it; none overlaps another."""

    text: str
    found: list[_Edit]

    def applied(self) -> str:
        parts, position = list[str](), 0
        for start, end, text in sorted(self.found, key=lambda edit: edit[:2]):
            parts += self.text[position:start], text
            position = max(position, end)
        return "".join([*parts, self.text[position:]])

    def replace(self, start: int, end: int, text: str) -> None:
        self.found.append(_Edit(start, end, text))

    def mapping(self, node: Any, old: Data, new: Data) -> None:
        """A mapping of a node. What is dropped goes with its lines; what is added stands below
        what comes before it in ``new``."""
        pairs = [(key.value, key.start_mark.index, value) for key, value in node.value]
        if node.flow_style:
            values = [new.get(name) for name, *_ in pairs]
            same = {name for name, *_ in pairs} == new.keys()
            return self.flow(node, [value for *_, value in pairs], values if same else None, new)
        kept = next((n for n, (name, *_) in enumerate(pairs) if name in new), None)
        indent, head = node.start_mark.column, pairs[0][1]
        if kept is None:
            return self.replace(head, _end(self.text, node), _entries(new, indent)[indent:])
        if kept and self.text[_line(self.text, head) : head].strip():  # Behind the sign of an item.
            self.replace(head, pairs[kept][1], "")
            del pairs[:kept]
        ends = {name: _end(self.text, value) for name, _, value in pairs}
        for name, start, value in pairs:
            before = old.get(name, "")
            if name in new and before != new[name]:
                anew = _entries({name: new[name]}, indent)[indent:]
                self.value(value, before, new[name], indent, (start, anew))
            elif name not in new and before != "":
                self.replace(_line(self.text, start), ends[name], "")
        place = 0
        for name, value in new.items():
            entry = _entries({name: value}, indent)
            if name in ends:
                place = ends[name]
            elif place:
                self.replace(place, place, entry)
            else:
                first = next(start for each, start, _ in pairs if each in new)
                self.replace(first, first, entry[indent:] + " " * indent)

    def sequence(self, node: Any, old: list[Any], new: list[Any]) -> None:
        if node.flow_style:
            return self.flow(node, node.value, new if len(old) == len(new) else None, new)
        text, indent = self.text, node.start_mark.column
        starts = [_line(text, item.start_mark.index) for item in node.value]
        ends = [_end(text, item) for item in node.value]
        written = {
            json.dumps(item): text[a:b] for item, a, b in zip(old, starts, ends, strict=True)
        }

        def items(values: list[Any]) -> str:
            known = (written.get(json.dumps(each)) for each in values)
            return "".join(
                kept or _item(each, indent) for each, kept in zip(values, known, strict=True)
            )

        sides = [[json.dumps(each) for each in side] for side in (old, new)]
        for what, a, b, c, d in SequenceMatcher(
            None, sides[0], sides[1], autojunk=False
        ).get_opcodes():
            if what == "equal":
                continue
            pairs = min(b - a, d - c)
            for n in range(pairs):
                anew = _item(new[c + n], indent).lstrip(" ")
                start = starts[a + n] + indent
                self.value(node.value[a + n], old[a + n], new[c + n], indent, (start, anew))
            for n in range(a + pairs, b):
                self.replace(starts[n], ends[n], "")
            at = ends[a + pairs - 1] if a + pairs else starts[0]
            self.replace(at, at, items(new[c + pairs : d]))

    def value(
        self, node: yaml.Node, old: Any, new: Any, indent: int, whole: tuple[int, str]
    ) -> None:
        """Edit a value that stands in a level of this indent; ``whole`` is where the entry of it
        begins, and how it would be written anew."""
        if isinstance(new, dict) and isinstance(old, dict):
            self.mapping(node, old, new)
        elif isinstance(new, list) and isinstance(old, list):
            self.sequence(node, old, new)
        elif isinstance(new, str) and isinstance(node, yaml.ScalarNode):
            self.scalar(node, new, indent)
        else:
            start, anew = whole
            self.replace(start, _end(self.text, node), anew)

    def scalar(self, node: yaml.ScalarNode, new: str, indent: int) -> None:
        start, end = node.start_mark.index, node.end_mark.index
        space = "" if self.text[start - 1 : start] in (" ", "") else " "
        is_block = node.style in ("|", ">")
        line = _end(self.text, node)
        if "\n" in new or node.style == "|":
            comment = "" if is_block else self.text[end : line - 1].rstrip()
            was = self.text[start:line].partition("\n")[2].lstrip("\n") if is_block else ""
            deep = len(was) - len(was.lstrip(" "))
            text = _block(new, indent, deep if deep > indent else indent + STEP, comment)
            self.replace(start, line, space + text if text else "")
            if text:
                return
            self.found.pop()
        text = space + _inline(new, str(node.style or ""))
        self.replace(start, line if is_block else end, text + "\n" * is_block)

    def flow(
        self, node: yaml.Node, nodes: list[yaml.Node], values: list[Any] | None, new: Any
    ) -> None:
        """A list or mapping in brackets: the ``values`` in their places, if there are as many as
        before, and all are texts."""
        if values and all(isinstance(each, str) for each in values):
            for each, value in zip(nodes, values, strict=True):
                if each.value != value:
                    text = _inline(value, str(getattr(each, "style", "") or ""), flow=True)
                    self.replace(each.start_mark.index, each.end_mark.index, text)
        else:
            self.replace(node.start_mark.index, node.end_mark.index, _in_brackets(new))


def _softened(text: str) -> str:
    for separator in SEPARATORS:
        text = text.replace(separator, SOFT)
    return text


def _line(text: str, position: int) -> int:
    """Where the line begins."""
    return text.rfind("\n", 0, position) + 1


def _end(text: str, node: yaml.Node) -> int:
    """Where the line after an entry begins: after its comment, before empty lines."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    end = node.end_mark.index
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        if "+" in text[node.start_mark.index : end].partition("\n")[0]:
            return end  # Empty lines belong to it.
        end = len(text[:end].rstrip())
    return text.find("\n", end) + 1 or len(text)


def _entries(data: Data, indent: int) -> str:
    """A mapping, each entry in lines of its own."""
    return "".join(f"{' ' * indent}{key}:{_after(value, indent)}" for key, value in data.items())


def _item(value: Any, indent: int) -> str:
    if isinstance(value, dict):
        inside = indent + STEP
        return f"{' ' * indent}- {_entries(value, inside)[inside:]}"
    return f"{' ' * indent}-{_after(value, indent)}"


def _after(value: Any, indent: int) -> str:
    """A value with the lines that it takes, after the sign of its entry."""
    if isinstance(value, dict):
        return f"\n{_entries(value, indent + STEP)}"
    if isinstance(value, list):
        return "\n" + "".join(_item(each, indent + STEP) for each in value)
    block = _block(value, indent, indent + STEP) if "\n" in value else ""
    return f" {block or _inline(value) + chr(10)}"


def _in_brackets(value: Any) -> str:
    if isinstance(value, dict):
        inside = (f"{key}: {_in_brackets(each)}" for key, each in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_in_brackets, value)) + "]"
    return _inline(value, flow=True)


def _block(text: str, outer: int, indent: int, comment: str = "") -> str:
    """A text of several lines below its sign; empty if it cannot be written so."""
    ends = len(text) - len(text.rstrip("\n"))
    keeps = "-" if ends == 0 else "+" if ends > 1 else ""
    deep = str(indent - outer) if text[:1] in " \n\t" else ""
    lines = text.removesuffix("\n").split("\n")

    def below(indent: int) -> str:
        return "".join(f"{' ' * indent}{line}\n" if line else "\n" for line in lines)

    sign = f"|{deep}{keeps}"
    is_so = _reads(f"k: {sign}\n{below(indent - outer)}", text)
    return f"{sign}{comment}\n{below(indent)}" if is_so else ""


def _inline(text: str, style: str = "", flow: bool = False) -> str:
    """A text within a line, in this style of quotes if it can be written so."""
    ways = sorted(_ways(text), key=lambda way: way[0] != style)
    typed = (f"k: [{way}]" if flow else f"k: {way}\n" for _, way in ways)
    wanted = [text] if flow else text
    found = (way for (_, way), each in zip(ways, typed, strict=True) if _reads(each, wanted))
    return next(found, json.dumps(text, ensure_ascii=False))


def _ways(text: str) -> Iterator[tuple[str, str]]:
    """How a text may be written, the simplest first, each with its style."""
    guessed = (pattern.match(text) for _, pattern in GUESSES.get(text[:1], ()))
    if isinstance(text, Bare) or not (NUMBER.fullmatch(text) or any(guessed)):
        yield "", text
    if "\\" not in text and '"' not in text:
        yield '"', f'"{text}"'
    yield "'", "'{}'".format(text.replace("'", "''"))
    yield '"', json.dumps(text, ensure_ascii=False)


def _reads(written: str, wanted: Any) -> bool:
    """Whether this is read as it is meant, and without any complaint."""
    document = Document("")
    yaml_source.read("", document, written.encode())
    return document.data == {"k": wanted} and not document.problems
