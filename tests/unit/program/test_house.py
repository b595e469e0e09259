"""The house rules of both halves: one name for one concept, and nothing that is too long."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import PRODUCT

PARTICIPLES = {"asked", "said", "told", "drawn", "look", "looks"}
"""Names that say how something came and not what it is."""
LINES, OF_FUNCTION, MODULES = 400, 40, 14
"""The most lines of a module and of a function, and the most modules of a folder."""


@pytest.fixture(params=["functions", "generator"])
def half(request: pytest.FixtureRequest) -> dict[Path, str]:
    """The modules of a half, and what is in them."""
    files = sorted((PRODUCT / request.param).rglob("*.py"))
    return {file.relative_to(PRODUCT): file.read_text() for file in files}


def repeated(names: Iterator[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def types(text: str) -> Iterator[str]:
    """The classes of a module, and the names that it gives to types."""
    for node in ast.parse(text).body:
        match node:
            case ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                variable = isinstance(value, ast.Call) and ast.unparse(value.func) == "TypeVar"
                if name[0].isupper() and not name.isupper() and not variable:
                    yield name


def test_no_two_modules_of_a_half_have_one_name(half: dict[Path, str]) -> None:
    assert repeated(file.stem for file in half if file.stem != "__init__") == []


def test_no_two_types_of_a_half_have_one_name(half: dict[Path, str]) -> None:
    assert repeated(name for text in half.values() for name in types(text)) == []


def named(text: str) -> Iterator[str]:
    """What a module gives names to: values, parameters, attributes, functions and classes."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def test_names_say_what_something_is(half: dict[Path, str]) -> None:
    found = {str(file): {name.strip("_") for name in named(text)} for file, text in half.items()}
    assert {file: names & PARTICIPLES for file, names in found.items() if names & PARTICIPLES} == {}


def test_no_module_is_too_long(half: dict[Path, str]) -> None:
    assert [str(file) for file, text in half.items() if text.count("\n") > LINES] == []


def test_no_function_is_too_long(half: dict[Path, str]) -> None:
    functions = (
        (f"{file}: {node.name}", node.end_lineno - node.lineno + 1)
        for file, text in half.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    )
    assert [name for name, lines in functions if lines > OF_FUNCTION] == []


def test_no_folder_has_too_many_modules(half: dict[Path, str]) -> None:
    folders = Counter(str(file.parent) for file in half if file.stem != "__init__")
    assert [folder for folder, modules in folders.items() if modules > MODULES] == []
