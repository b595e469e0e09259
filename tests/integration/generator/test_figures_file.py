"""``figures.json``, which is committed beside the content: whatever happened to it is told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from generator.build import incremental
from generator.content import figures_file
from tests.support.commands import invoke
from tests.support.site import FIGURES


def text(change: Callable[[dict[str, Any]], object]) -> str:
    """The file after this change to a good one."""
    figures = json.loads(json.dumps(FIGURES))
    change(figures)
    return json.dumps(figures, indent=2, ensure_ascii=False)


def run(root: Path, command: str) -> Result:
    return invoke(command, "--root", root)


MERGED = text(lambda f: None).replace(
    '  "wishes"', '<<<<<<< HEAD\n=======\n>>>>>>> theirs\n  "wishes"'
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "place", "said"),
    [
        (MERGED, "10:1", "合并"),
        ("", "1:1", "JSON"),
        (text(lambda f: None)[:40], "4:1", "JSON"),
        ("[]", "1:1", "统计数字"),
        ("null", "1:1", "统计数字"),
        ("[" * 100_000, "1:1", "统计数字"),
        (text(lambda f: f.pop("months")), "1:1", "统计数字"),
        (text(lambda f: f.update(months=[])), "3:13", "统计数字"),
        (text(lambda f: f["months"]["2026-11"].update({"all wishes": -5})), "5:21", "统计数字"),
        (text(lambda f: f["months"]["2026-11"].update({"all wishes": "5"})), "5:21", "统计数字"),
        (text(lambda f: f["months"].update({"2026-13": {}})), "9:5", "统计数字"),
        (
            text(lambda f: f["months"]["2026-11"].update({"all hours:done:soon": 1})),
            "8:7",
            "统计数字",
        ),
        (text(lambda f: f["wishes"][0].update(state="lost")), "14:16", "统计数字"),
        (text(lambda f: f["answers"].append(None)), "24:5", "统计数字"),
        (text(lambda f: f.update(made="today")), "2:11", "统计数字"),
    ],
)
@pytest.mark.parametrize("command", ["check", "build"])
def test_damage_is_told_with_its_place_and_how_to_mend_it(
    root: Path, command: str, broken: str, place: str, said: str
) -> None:
    (root / incremental.FIGURES).write_text(broken)
    result = run(root, command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"figures.json:{place}")
    assert said in result.stderr
    assert "运行 build" in result.stderr
    assert not (root / "public").exists()


def test_bytes_that_are_no_text_are_told(root: Path) -> None:
    (root / incremental.FIGURES).write_bytes(b'{"made":"\xff\xfe"}')
    assert run(root, "build").stderr.startswith("figures.json:1:9")


def test_it_is_told_together_with_the_mistakes_of_other_files(root: Path) -> None:
    (root / incremental.FIGURES).write_text("[]")
    (root / "content/news/spring.yaml").write_text("titel: x\n")
    said = run(root, "check").stderr
    assert "figures.json:1:1" in said
    assert "content/news/spring.yaml:1:1" in said


def test_a_later_version_may_have_added_something(root: Path) -> None:
    (root / incremental.FIGURES).write_text(text(lambda f: f.update(more={"any": [1]})))
    assert figures_file.read(root / incremental.FIGURES) == (FIGURES, [])


@pytest.mark.slow
def test_what_a_store_gives_takes_the_place_of_a_broken_file(root: Path) -> None:
    (root / incremental.FIGURES).write_text("<<<<<<< HEAD\n")
    incremental.build(root, root / "public", figures=FIGURES)
    assert "想理发" in (root / "public/wishes/index.html").read_text()
    assert figures_file.read(root / incremental.FIGURES) == (FIGURES, [])


@pytest.mark.slow
def test_a_store_that_never_held_anything_leaves_known_figures_alone(root: Path) -> None:
    """As where somebody clones a community's content and looks at it on a machine of their own."""
    known = text(lambda f: None)
    (root / "figures.json").write_text(known)
    nothing: dict[str, Any] = {"made": "2026-11-25", "months": {}}
    incremental.build(root, root / "public", figures={**nothing, "wishes": [], "answers": []})
    assert (root / "figures.json").read_text() == known
