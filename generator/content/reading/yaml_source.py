"""YAML as staff write it: texts, lists and mappings, each with its place in the file. Its guessing
is switched off, so ``title: no`` is a title: the model says what the text in the file means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from functions.forms.normal import INVISIBLE, composed
from generator.content.reading.messages import SENTENCES
from generator.errors import Problem

Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""libyaml's parser if PyYAML was built with it, because it is about six times faster."""
SEPARATORS = "\x85\u2028\u2029"
"""Characters that end a line in YAML 1.1. For people, and for YAML 1.2, they are soft breaks within
a text, as pasted from Word or a web page."""
SOFT = "\ufdd0"
"""Stands for them while a file is parsed: a code that Unicode will never give to a character."""
LINE_END = re.compile(r"\r\n|\r|\n")
CUT = re.compile(r"\s+(?P<rest>#\S.*)")
"""A comment that was probably meant as text: ``#`` before a number, or the number of a room."""
LONGEST = 200
"""Characters of a text that a problem repeats."""
DEEPEST = 32
"""How deep lists and mappings may be nested. libyaml builds nodes recursively, and a file with a
few thousand brackets crashed the program."""
MAY_BE_DEEP = re.compile(rf"^[ ]{{{DEEPEST}}}|(?:[-?][ \t]+){{{DEEPEST}}}", re.MULTILINE)
"""What stands in every file that nests so deep, if it has not as many brackets."""
MAY_BE_ANCHOR = re.compile(r"(?:^|[\s\[{,])&\S", re.MULTILINE)
ACCENT = re.compile("[\u0300-\u036f\u1160-\u11ff\u3099\u309a]")
"""Characters that some file systems store separately behind a letter (Unicode 15.1: combining
marks, voice marks of kana, and parts of Korean syllables)."""
Place = tuple[str | int, ...]
"""The path to a value: keys and list indexes. The empty path is the whole file."""
Reference = tuple[str, str]
"""The kind of a thing that a value refers to (``teams``, ``static``), and its name."""


@dataclass
class Document:
    """A file's ``data`` (None if it could not be read), the position of each part of it, the texts
    whose lines YAML ``joined``, those that stand as ``blocks`` below their key, those that have
    ``placeholders``, and, after a check, its references to other files."""

    file: str
    data: dict[str, Any] | None = None
    problems: list[Problem] = field(default_factory=list)
    keys: dict[Place, yaml.Mark] = field(default_factory=dict)
    values: dict[Place, yaml.Mark] = field(default_factory=dict)
    joined: set[Place] = field(default_factory=set)
    blocks: set[Place] = field(default_factory=set)
    placeholders: list[Place] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)

    def problem(
        self, what: str, *, value: Place = (), key: Place | None = None, **names: Any
    ) -> None:
        """Note a problem by its code in :mod:`generator.content.reading.messages`, at a value or at
        a key, or at the mapping that lacks the key."""
        mark = (
            self.values.get(value) if key is None else self.keys.get(key, self.values.get(key[:-1]))
        )
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        self.note(what, line, column, key or value, **names)

    def problem_inside(self, value: Place, line: int, what: str, **names: Any) -> None:
        """Note a problem in a line, counted from 0, of a text. One of several lines begins below
        the sign for that."""
        mark = self.values[value]
        lines = mark.line + 1 + line + (1 if value in self.blocks else 0)
        self.note(what, lines, 1, value, **names)

    def note(self, what: str, line: int, column: int, place: Place = (), /, **names: Any) -> None:
        short = {
            name: f"{text[:LONGEST]}…" if isinstance(text, str) and len(text) > LONGEST else text
            for name, text in names.items()
        }
        texts = [text.format(**short) for text in SENTENCES[what]]
        what, mend = map(_printable, texts)
        self.problems.append(Problem(_printable(self.file), line, column, what, mend, place))


def read(path: str, document: Document, raw: bytes | None = None) -> None:
    """Fill the document from a file, or from ``raw`` in place of what the file has. Mistakes in the
    file are noted and never raise.

    Raises:
        OSError: where the file cannot be read.
    """
    if raw is None:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - Half the time of a Path.
            raw = file.read()
    try:
        text = raw.decode("utf-8-sig")
        for separator in SEPARATORS:
            text = text.replace(separator, SOFT)
        if unfit := _unfit(text):
            document.note(*unfit)
            return
        node = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        from generator.content.reading import yaml_mistakes  # Not needed where all files are right.

        for mistake in yaml_mistakes.find(LINE_END.split(text), error, Loader):
            document.note(mistake.code, mistake.line + 1, mistake.column + 1, **mistake.names)
        return
    except UnicodeDecodeError as error:
        document.note("not_utf8", *_place(raw[: error.start].decode("latin-1")))
        return
    except yaml.reader.ReaderError:
        found = yaml.reader.Reader.NON_PRINTABLE.search(text)
        document.note("control_character", *_place(text[: found.start() if found else 0]))
        return
    if node is None:
        document.note("empty", 1, 1)
    elif not isinstance(node, yaml.MappingNode):
        document.note("not_mapping", 1, 1)
    else:
        lines = LINE_END.split(text) if " #" in text else []
        document.data = _Tree(document, lines, bool(ACCENT.search(text)), set()).data(node, ())


def _unfit(text: str) -> tuple[str, int, int] | None:
    """What YAML allows and a file of content must not have, with its line and column from 1."""
    if deep := _too_deep(text):
        return "too_deep", *deep
    if anchor := _anchor(text):
        return "anchor", *anchor
    return None


def _too_deep(text: str) -> tuple[int, int] | None:
    """The line and column, from 1, of the first value that is nested too deep."""
    if text.count("[") + text.count("{") <= DEEPEST and not MAY_BE_DEEP.search(text):
        return None
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST and (mark := event.start_mark):
            return mark.line + 1, mark.column + 1
    return None


def _anchor(text: str) -> tuple[int, int] | None:
    """Where the first name of a value stands, which YAML would leave out without a word."""
    if MAY_BE_ANCHOR.search(text):
        for event in yaml.parse(text, Loader=Loader):
            named = not isinstance(event, yaml.AliasEvent) and getattr(event, "anchor", None)
            if named and (mark := event.start_mark):
                return mark.line + 1, mark.column + 1
    return None


def _printable(text: str) -> str:
    """The text, also if it has the name of a file in another encoding than the system's."""
    return text.encode(errors="surrogateescape").decode(errors="replace")


def _place(before: str) -> tuple[int, int]:
    """The line and column, from 1, of the character after this text."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


class _Tree(NamedTuple):
    """Nodes as texts, lists and dicts. ``lines`` are those of the file, if it has comments;
    ``accents`` says whether some may stand apart from their letters."""

    document: Document
    lines: Sequence[str]
    accents: bool
    seen: set[int]

    def data(self, node: yaml.Node, place: Place) -> Any:
        """The node as plain data. A key without a value counts as missing."""
        self.document.values[place] = node.start_mark
        if id(node) in self.seen:  # An alias refers to an earlier node.
            self.document.problem("anchor", value=place)
            return ""
        self.seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            return self.text(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.data(item, (*place, index)) for index, item in enumerate(node.value)]
        return self.mapping(node, place)

    def mapping(self, node: yaml.Node, place: Place) -> dict[str, Any]:
        document, data = self.document, dict[str, Any]()
        for key_node, value_node in node.value:
            key, mark = key_node.value, key_node.start_mark
            if not isinstance(key_node, yaml.ScalarNode):
                document.note("key_not_text", mark.line + 1, mark.column + 1)
            elif (*place, key) in document.keys:
                first = document.keys[*place, key].line + 1
                document.note("duplicate_key", mark.line + 1, mark.column + 1, key=key, first=first)
            else:
                document.keys[*place, key] = mark
                value = self.data(value_node, (*place, key))
                if value != "":
                    data[key] = value
        return data

    def text(self, node: yaml.ScalarNode, place: Place) -> str:
        """The text of a value. What YAML would drop or change without a word is a problem."""
        style, end = node.style, node.end_mark
        text = composed(node.value) if self.accents else node.value
        after = self.lines[end.line] if not style and end.line < len(self.lines) else ""
        if after and (cut := CUT.match(after, end.column)):
            self.document.problem("cut", value=place, found=cut["rest"])
        elif style == '"' and (found := INVISIBLE.search(text)):
            self.document.problem("unseen", value=place, code=f"{ord(found[0]):02X}")
        elif text.startswith("｜"):
            self.document.problem("full_pipe", value=place)
        elif style == ">" or (not style and end.line > node.start_mark.line):
            self.document.joined.add(place)
        if style == "|":
            self.document.blocks.add(place)
        if "${" in text:
            self.document.placeholders.append(place)
        return text.replace(SOFT, "\n" if style == "|" else " ")
