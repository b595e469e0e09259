"""Sentences that staff write are text with names in braces, and never a program."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.context.sentences import fill
from tests.support.servers import PRODUCT


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("“{label}”最多 {max} 个字", "“电话”最多 40 个字"),
        ("请写 {x}", "请写 {x}"),
        ("100%{", "100%{"),
        ("{}{0}{label", "{}{0}{label"),
        ("{label.__class__.__mro__}", "{label.__class__.__mro__}"),
        ("{label!r:>99999999}", "{label!r:>99999999}"),
        ("{{label}}", "{电话}"),
        ("%s %(label)s $label", "%s %(label)s $label"),
    ],
)
def test_only_names_with_a_value_are_filled_in(sentence: str, said: str) -> None:
    assert fill(sentence, label="电话", max=40) == said


def test_what_is_filled_in_is_not_filled_in_again() -> None:
    assert fill("{a}{b}", a="{b}", b="{a}") == "{b}{a}"


@given(st.text("{}%$\\!:.[]abc_0 ", max_size=40), st.text())
def test_no_sentence_at_all_raises(sentence: str, value: str) -> None:
    assert isinstance(fill(sentence, a=value, b=1, label=value), str)


@pytest.mark.slow
def test_no_function_formats_what_is_not_written_in_the_program() -> None:
    """Constants of a module are its own texts; what is formatted elsewhere must be one of them."""
    for file in (PRODUCT / "functions").rglob("*.py"):
        tree = ast.parse(file.read_text())
        constants = [node for node in tree.body if isinstance(node, ast.Assign)]
        own = {t.id for n in constants for t in n.targets if isinstance(t, ast.Name)}
        inside = (node for part in tree.body if part not in constants for node in ast.walk(part))
        for node in inside:
            if isinstance(node, ast.Attribute) and node.attr in ("format", "format_map"):
                assert getattr(node.value, "id", "") in own, f"{file}:{node.lineno}"
