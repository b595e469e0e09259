"""What people probably meant where YAML cannot be read: the line that is wrong, and why.

A parser complains where it gives up, which is often the line after the mistake, and in its own
terms. So the lines from there upwards are compared with the mistakes that people make."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import yaml

MOST = 10
"""Mistakes of one file that are told together."""

KEY = r"(?P<lead>\s*(?:- +)?)(?P<key>[^\W\d][\w-]{0,23})"
FULL_COLON = re.compile(rf"{KEY}\s*(?P<at>：)\s*(?P<rest>.*)")
NO_SPACE = re.compile(rf"{KEY}(?P<at>:)(?P<rest>[^\s/:].*)")
ODD_SPACE = re.compile(rf"{KEY}:(?P<at>[^\S\r\n\t ])\s*(?P<rest>.*)")
PAIR = re.compile(rf"{KEY} *:(?:[ \t]+(?P<rest>.*))?$")
ITEM = re.compile(r"(?P<lead>\s*)(?P<key>-) +(?P<rest>.*)")
"""A line with a key, or an item of a list, and what stands behind it."""
BLOCK = re.compile(r"[|>](?:[+-]?\d?|\d[+-])\s*(?:#.*)?$")
"""What may follow a key whose text begins on the next line."""
QUOTES = '""'
COLONS = (("full_colon", FULL_COLON), ("no_space", NO_SPACE), ("odd_space", ODD_SPACE))
WHOLE = re.compile(r'"[^"]*"\s*')
"""A value that is quoted from its beginning to its end."""
SIGNS = "[]{}*&!%@`?,"
"""A value that begins with one of these is not text for YAML."""


class YamlMistake(NamedTuple):
    """Where the mistake is (from 0), its code in :mod:`generator.content.reading.messages` and the
    names for that; and the line without the mistake, if the rest of the file can be read then."""

    code: str
    line: int
    column: int
    names: Mapping[str, str] = {}
    mended: str | None = None


def find(lines: list[str], error: yaml.MarkedYAMLError, loader: Any) -> list[YamlMistake]:
    """What is wrong with the lines of a file that raised this error, as far as one can see behind
    the first mistake."""
    found: dict[int, YamlMistake] = {}
    while len(found) < MOST:
        mistake = _mistake(lines, error)
        if mistake.line in found:  # It follows from the one before.
            break
        found[mistake.line] = mistake
        if mistake.mended is None:
            break
        lines[mistake.line] = mistake.mended
        try:
            yaml.compose("\n".join(lines), Loader=loader)
            break  # The rest is right.
        except yaml.reader.ReaderError:
            break  # It has a character that no file may have, which is told once the rest is right.
        except yaml.MarkedYAMLError as following:
            error = following
    return [*found.values()]


def _mistake(lines: list[str], error: yaml.MarkedYAMLError) -> YamlMistake:
    """The probable cause of what the parser complains of."""
    problem, last = error.problem or "", len(lines) - 1
    mark = error.problem_mark or error.context_mark
    line, column = (min(mark.line, last), mark.column) if mark else (0, 0)
    began = min(error.context_mark.line, last) if error.context_mark else line
    if "another document" in problem:
        return YamlMistake("document", line, 0)
    for find in (_tab, _colon, _value, _indent):
        if mistake := find(lines, line, began, problem):
            return mistake
    if "alias" in problem:
        return YamlMistake("anchor", line, column)
    if "expected ':'" in problem:
        return YamlMistake("no_colon", began, 0)
    return YamlMistake("syntax", line, column)


def _tab(lines: list[str], line: int, began: int, problem: str) -> YamlMistake | None:
    """A tab at the beginning of a line nearby, or one that the parser names."""
    for number, text in enumerate(lines):
        tab = text.find("\t", 0, len(text) - len(text.lstrip()))
        if tab >= 0 and (abs(number - line) <= 1 or "tab" in problem or "\\t" in problem):
            return YamlMistake("tab", number, tab)
    return None


def _colon(lines: list[str], line: int, began: int, problem: str) -> YamlMistake | None:
    """A key without a proper colon, in the line or in those above it that are read with it."""
    level = _level(lines[line])
    for number in range(line, -1, -1):
        text = lines[number]
        if _level(text) != level:
            continue
        for code, pattern in COLONS:
            if found := pattern.match(text):
                lead, key, rest = found["lead"], found["key"], found["rest"]
                return YamlMistake(
                    code, number, found.start("at"), {"key": key}, f"{lead}{key}: {rest}"
                )
        if number < line and PAIR.match(text):
            return None
    return None


def _value(lines: list[str], line: int, began: int, problem: str) -> YamlMistake | None:
    """A value that begins with a character that YAML reserves, or has one in it."""
    for number in dict.fromkeys((line, began)):
        found = PAIR.match(lines[number]) or ITEM.match(lines[number])
        if not found or not (value := found["rest"] or ""):
            continue
        opening = "- " if found.re is ITEM else f"{found['key']}: "
        code = _code(value, problem)
        if code:
            text = value.strip('"') if code == "backslash" else value
            example = f"{opening}'{text}'" if "'" not in text else f'{opening}"…"'
            names = {"sign": value[0], "example": example}
            mended = f"{found['lead']}{opening}{'|' if code == 'block_text' else QUOTES}"
            return YamlMistake(code, number, found.start("rest"), names, mended)
    return None


def _code(value: str, problem: str) -> str:
    """Why YAML does not take a value for a text; empty where it would."""
    if "alias" in problem:
        return ""
    if value[0] in "|>" and not BLOCK.match(value):
        return "block_text"
    if value[0] in "\"'":
        if WHOLE.fullmatch(value):
            return "backslash"  # Nothing else can be wrong with it.
        return "open_quote" if value.count(value[0]) == 1 else "part_quoted"
    if value[0] in SIGNS:
        return "sign"
    return "colon" if "mapping values" in problem and re.search(r":(\s|$)", value) else ""


def _indent(lines: list[str], line: int, began: int, problem: str) -> YamlMistake | None:
    """A line that is indented more, or less, than the lines above it allow."""
    if "expected ':'" in problem:
        above = next((text for text in reversed(lines[:began]) if text.strip()), "")
        opened = (found := PAIR.match(above)) and BLOCK.match(found["rest"] or "")
        return YamlMistake("unindented", began, 0) if opened else None
    here = _level(lines[line])
    above = next((text for text in reversed(lines[:line]) if text.strip()), "")
    if "mapping values" in problem and here > _level(above):
        return YamlMistake("indented", line, 0)
    if "expected key" in problem and here:
        return YamlMistake("uneven", line, 0)
    return None


def _level(line: str) -> int:
    """How far a line is indented."""
    return len(line) - len(line.lstrip(" "))
