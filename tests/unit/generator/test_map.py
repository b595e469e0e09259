"""The documents for whoever changes the program: what they name is there."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.support.servers import PRODUCT

MAPS = ("ARCHITECTURE.md", "CONTRIBUTING.md")
DECISIONS = sorted((PRODUCT / "docs/decisions").iterdir())
DOCUMENTS = [*sorted(PRODUCT.glob("*.md")), *sorted(PRODUCT.glob("docs/*.md")), *DECISIONS]
MADE = ("var/", ".wudan/", "public/")
"""Folders that a run of the program makes."""


def code(document: str) -> list[str]:
    """What stands in a document as inline code."""
    text = (PRODUCT / document).read_text()
    return re.findall(
        r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    )


def paths(document: str) -> list[str]:
    """The files and folders that a document names, without placeholders (``NNNN``)."""
    named = [word for each in code(document) for word in each.split()]
    return [
        word
        for word in named
        if re.fullmatch(r"[\w.\-]+(/[\w.\-]+)*/?", word)
        and ("/" in word or re.search(r"\.(py|md|yaml|toml|html|css)$", word))
        and "NNNN" not in word
        and not word.startswith(MADE)
    ]


@pytest.mark.parametrize("document", MAPS)
def test_every_path_that_the_map_names_is_there(document: str) -> None:
    named = paths(document)
    assert len(named) > 20
    rooms = (PRODUCT, PRODUCT / "functions", PRODUCT / "generator", PRODUCT / "tests")
    assert [path for path in named if not any((room / path).exists() for room in rooms)] == []


@pytest.mark.parametrize("half", ["functions", "generator"])
def test_the_map_names_every_room(half: str) -> None:
    named = {*paths("ARCHITECTURE.md")}
    rooms = [room.name for room in (PRODUCT / half).iterdir() if (room / "__init__.py").exists()]
    assert [room for room in rooms if f"{room}/" not in named] == []


@pytest.mark.parametrize("half", ["functions", "generator"])
def test_no_two_modules_of_a_half_have_one_name_and_no_room_is_crowded(half: str) -> None:
    modules = [path for path in (PRODUCT / half).rglob("*.py") if path.name != "__init__.py"]
    names = Counter(path.name for path in modules)
    assert [name for name, count in names.items() if count > 1] == []
    assert max(Counter(path.parent for path in modules).values()) <= 14


@pytest.mark.parametrize("document", MAPS)
def test_every_target_of_make_that_the_map_names_is_one(document: str) -> None:
    targets = re.findall(r"^([a-z]+):.*## ", (PRODUCT / "Makefile").read_text(), re.MULTILINE)
    named = [each.split()[1] for each in code(document) if each.startswith("make ")]
    assert named
    assert {*named} <= {*targets}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_every_link_leads_to_a_file(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", document.read_text())
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []


def test_the_numbers_of_decisions_are_their_own() -> None:
    numbers = [file.name[:4] for file in DECISIONS]
    assert len({*numbers}) == len(numbers)


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.stem)
def test_a_decision_says_its_context_and_consequences(file: Path) -> None:
    heads = re.findall(r"^#+ (.+)", file.read_text(), re.MULTILINE)
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", file.name)
    assert heads[0].startswith(f"{int(file.name[:4])}. ")
    assert heads[1:4] == ["Context", "Decision", "Consequences"]


def test_every_test_that_the_threat_model_names_is_there() -> None:
    text = (PRODUCT / "docs/security.md").read_text()
    named = {*re.findall(r"`(test_\w+)`", text)}
    files = (PRODUCT / "tests").rglob("test_*.py")
    there = {name for f in files for name in re.findall(r"def (test_\w+)", f.read_text())}
    assert len(named) > 40
    assert named <= there


def test_no_row_of_the_threat_model_is_met_without_a_test_or_a_reason() -> None:
    text = (PRODUCT / "docs/security.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    for row in rows:
        if len(row) == 4 and row[1] == "yes":
            assert "test_" in row[3] or "make " in row[2], row
        if len(row) == 5 and not row[4].startswith(("shown", "-")):
            assert "test_" in row[4] or "open" in row[3], row
