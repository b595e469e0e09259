"""The errors of the functions are one tree, and every code that is raised has a sentence."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from functions import errors
from functions.errors import WudanError
from generator import operator_messages
from tests.support.servers import PRODUCT

TREE = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, WudanError)
}


def _raised(file: Path) -> Iterator[str]:
    """The codes that stand in the source where a file raises errors of the tree."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = getattr(node.exc.func, "id", "")
            if name in TREE or name == "_refused":
                first = node.exc.args[1:2] if name == "Problem" else node.exc.args[:1]
                for part in (each for arg in first for each in ast.walk(arg)):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value


def _sentences() -> set[str]:
    words = yaml.safe_load((PRODUCT / "templates/words.yaml").read_text())
    places = [
        *(words["http"], words["desk"]["notices"], words["desk"]["sign_in"]),
        words["desk"]["problems"],
        *(words["form"]["answer"], words["form"]["always"], words["imports"]["unreadable"]),
        words["undelivered"],
        *(operator_messages.STORE, operator_messages.REFUSALS, operator_messages.MOVE),
    ]
    return {code for place in places for code in place}


@pytest.mark.slow
def test_every_code_that_is_raised_has_a_sentence() -> None:
    raised = {code for file in (PRODUCT / "functions").rglob("*.py") for code in _raised(file)}
    assert {"moved", "unknown_step", "state", "robot_silent", "store_empty", "full"} <= raised | {
        kind.code for kind in TREE.values()
    }
    assert raised - _sentences() == {"real"}  # The command for examples has one sentence anyway.
    assert {kind.code for kind in TREE.values()} - _sentences() == {""}


def test_every_error_says_its_code_and_what_goes_into_its_sentence() -> None:
    error = errors.Wrong("full", "team", team="理发队")
    assert isinstance(error, WudanError)
    assert (error.status, error.code, error.field, error.names) == (
        *(422, "full", "team"),
        {"team": "理发队"},
    )
    assert str(error) == "full: team=理发队"
    assert (errors.Conflict().code, errors.Conflict().status) == ("moved", 409)
