"""YAML as staff write it: texts, lists and mappings, each with its place in the file. Its guessing
is switched off, so ``title: no`` is a title: the model says what the text in the file means."""

from dataclasses import dataclass, field
from typing import Any

import yaml

from generator.content.messages import SENTENCES
from generator.errors import Problem

Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""libyaml's parser if PyYAML was built with it, because it is about six times faster."""
Place = tuple[str | int, ...]
"""The path to a value: keys and list indexes. The empty path is the whole file."""
Reference = tuple[str, str]
"""The kind of a thing that a value refers to (``teams``, ``static``), and its name."""


@dataclass
class Document:
    """A file's ``data`` (None if it could not be read), the position of each part of it, and, after
    a check, its references to other files."""

    file: str
    data: dict[str, Any] | None = None
    problems: list[Problem] = field(default_factory=list)
    keys: dict[Place, yaml.Mark] = field(default_factory=dict)
    values: dict[Place, yaml.Mark] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)

    def problem(
        self, what: str, *, value: Place = (), key: Place | None = None, **names: Any
    ) -> None:
        """Note a problem by its code in :mod:`generator.content.messages`, at a value or at a key,
        or at the mapping that lacks the key."""
        mark = (
            self.values.get(value) if key is None else self.keys.get(key, self.values.get(key[:-1]))
        )
        self.note(what, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, **names)

    def note(self, what: str, line: int, column: int, **names: Any) -> None:
        sentence, mend = SENTENCES[what]
        self.problems.append(
            Problem(self.file, line, column, sentence.format(**names), mend.format(**names))
        )


def read(path: str, document: Document) -> None:
    """Fill the document from a file. Mistakes in the file are noted and never raise.

    Raises:
        OSError: where the file cannot be read.
    """
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - Half the time of a Path.
        raw = file.read()
    try:
        text = raw.decode("utf-8-sig")
        node = yaml.compose(text, Loader=Loader)
    except UnicodeDecodeError as error:
        document.note("not_utf8", *_place(raw[: error.start].decode("latin-1")))
    except yaml.reader.ReaderError:
        found = yaml.reader.Reader.NON_PRINTABLE.search(text)
        document.note("control_character", *_place(text[: found.start() if found else 0]))
    except yaml.MarkedYAMLError as error:
        _syntax(document, text, error)
    else:
        if node is None:
            document.note("empty", 1, 1)
        elif not isinstance(node, yaml.MappingNode):
            document.note("not_mapping", 1, 1)
        else:
            document.data = _plain(node, (), document, set())


def _place(before: str) -> tuple[int, int]:
    """The line and column, from 1, of the character after this text."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _plain(node: yaml.Node, place: Place, document: Document, seen: set[int]) -> Any:
    """The node as text, list or dict. A key without a value counts as missing."""
    document.values[place] = node.start_mark
    if id(node) in seen:  # An alias refers to an earlier node.
        document.problem("anchor", value=place)
        return ""
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(item, (*place, index), document, seen) for index, item in enumerate(node.value)
        ]
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key, mark = key_node.value, key_node.start_mark
        if not isinstance(key_node, yaml.ScalarNode):
            document.note("key_not_text", mark.line + 1, mark.column + 1)
        elif (*place, key) in document.keys:
            first = document.keys[*place, key].line + 1
            document.note("duplicate_key", mark.line + 1, mark.column + 1, key=key, first=first)
        else:
            document.keys[*place, key] = mark
            value = _plain(value_node, (*place, key), document, seen)
            if value != "":
                data[key] = value
    return data


def _syntax(document: Document, text: str, error: yaml.MarkedYAMLError) -> None:
    """Note the usual cause of a parser's complaint, at the place that the parser names."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines() or [""]
    here = lines[min(line, len(lines) - 1)]
    problem = error.problem or ""
    tabbed = next(
        (n for n, row in enumerate(lines) if row[: len(row) - len(row.lstrip())].count("\t")), None
    )
    if tabbed is not None and ("\\t" in problem or "tab" in problem or abs(tabbed - line) <= 1):
        document.note("tab", tabbed + 1, lines[tabbed].index("\t") + 1)
    elif "mapping values" in problem:
        document.note("colon", line + 1, column + 1)
    elif "alias" in problem:
        document.note("anchor", line + 1, column + 1)
    elif (":" in here and "：" in here) or "could not find expected ':'" in problem:
        document.note("no_colon", line + 1, column + 1)
    else:
        document.note("syntax", line + 1, column + 1, detail=problem)
