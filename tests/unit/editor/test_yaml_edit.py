"""Files of content as the editor writes them: what was not touched stays as a person wrote it."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.forms.normal import composed
from generator.content.reading import yaml_source
from generator.content.reading.yaml_source import SEPARATORS, SOFT, Document, Place
from generator.editor.yaml_edit import Bare, Data, read, rewrite
from tests.support.servers import PRODUCT
from tests.support.site import SITE

FILES = sorted(
    file
    for root in (PRODUCT, SITE)
    for file in (root / "site.yaml", root / "calendar.yaml", *root.glob("content/*/*.yaml"))
)
TEXTS = ("改过：了", "yes", "17", "- 一", "a: b # c", "'\"", "第一行\n\n  第二行\n", "是 #3")
ODD = """# 上面的话
title:   '单引号'   # 为什么
empty:
tags: [ 一,"二" ]  # 标签

photos:
- src: a.jpg   # 第一张
  caption: "甲"

- {src: b.jpg, caption: 乙}
# 活动
event:
    start: 2026-04-05 09:00
    place: |-
       广场
       东门

body: |  # 正文
   第一段

     缩进

last: 完"""


def leaves(data: Any, place: Place = ()) -> Iterator[Place]:
    if isinstance(data, str):
        yield place
    else:
        for step, each in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(each, (*place, step))


def at(data: Any, place: Place) -> Any:
    for step in place:
        data = data[step]
    return data


def copied(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: copied(each) for name, each in data.items()}
    return [copied(each) for each in data] if isinstance(data, list) else data


def with_value(data: Data, place: Place, value: Any) -> Data:
    found: Data = copied(data)
    at(found, place[:-1])[place[-1]] = value
    return found


def changed_lines(before: str, after: str) -> list[int]:
    """The lines of ``before``, counted from 0, that are not there any more, or below which there
    is a new one."""
    sides = before.splitlines(), after.splitlines()
    codes = difflib.SequenceMatcher(None, *sides, autojunk=False).get_opcodes()
    return [
        line
        for what, a, b, *_ in codes
        if what != "equal"
        for line in (range(a, b) if a < b else [a - 1])
    ]


def own_lines(text: str) -> dict[Place, range]:
    """By its place, the lines of each value, up to the next value or key."""
    document = Document("")
    yaml_source.read("", document, text.encode())
    others = sorted(m.line for m in (*document.keys.values(), *document.values.values()))
    starts = {place: mark.line for place, mark in document.values.items()}
    return {
        place: range(line, next((each for each in others if each > line), 10**6))
        for place, line in starts.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PRODUCT).as_posix())
def test_an_edit_of_one_value_changes_the_lines_of_that_value_alone(file: Path) -> None:
    text = file.read_text()
    data = read(text)
    assert data
    assert rewrite(text, data) == text
    lines = own_lines(text)
    for number, place in enumerate(leaves(data)):
        new = TEXTS[number % len(TEXTS)]
        wanted = with_value(data, place, new)
        edited = rewrite(text, wanted)
        assert read(edited) == wanted, place
        assert {*changed_lines(text, edited)} <= {*lines[place]}, (place, new)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("new", TEXTS)
def test_an_odd_layout_stays_around_what_is_edited(new: str, ends: str) -> None:
    text = ODD.replace("\n", ends)
    data, lines = read(text), own_lines(text)
    assert data
    for place in leaves(data):
        wanted = with_value(data, place, new)
        edited = rewrite(text, wanted)
        assert read(edited) == wanted, place
        assert {*changed_lines(text, edited)} <= {*lines[place], 24}, (place, edited)
        for comment in ("# 上面的话", "# 为什么", "# 标签", "# 第一张", "# 活动"):
            assert comment in edited
        assert ends == "\n" or "\n" not in edited.replace("\r\n", "")


def test_what_is_added_stands_in_the_order_of_the_model_and_what_goes_takes_its_lines() -> None:
    text = "# 说明\ntitle: 一 # 好\nbody: |\n  正文\n\n# 结尾\nsample: true\n"
    data: Data = {"title": "一", "date": Bare("2026-04-05"), "body": "正文\n", "tags": ["a", "b"]}
    assert rewrite(text, data) == (
        "# 说明\ntitle: 一 # 好\ndate: 2026-04-05\nbody: |\n  正文\ntags:\n  - a\n  - b\n\n# 结尾\n"
    )
    assert rewrite("# 头\n", data) == (
        "# 头\ntitle: 一\ndate: 2026-04-05\nbody: |\n  正文\ntags:\n  - a\n  - b\n"
    )


def test_items_of_a_list_are_added_moved_and_removed_with_their_own_lines() -> None:
    first, second = (
        "  - src: a.jpg # 甲\n    caption: 一\n",
        "  - src: b.jpg # 乙\n    caption: 二\n",
    )
    text = f"title: 题\nphotos:\n{first}{second}last: 完\n"
    data = read(text)
    assert data
    a, b = data["photos"]
    new = {"src": "c.jpg", "caption": "三: 3"}
    third = '  - src: c.jpg\n    caption: "三: 3"\n'
    for photos, lines in (
        ([b, a], second + first),
        ([a], first),
        ([b], second),
        ([a, b, new], first + second + third),
        ([new, a, b], third + first + second),
        ([a, new, b], first + third + second),
    ):
        edited = rewrite(text, {**data, "photos": photos})
        assert edited == f"title: 题\nphotos:\n{lines}last: 完\n"
    emptied = {"title": "题", "photos": [{"caption": "一"}, b], "last": "完"}
    assert "  - caption: 一\n" in rewrite(text, emptied)
    assert rewrite(text, {"title": "题", "last": "完"}) == "title: 题\nlast: 完\n"


@pytest.mark.parametrize(
    "text", ["no", "~", "17", "1e3", "2026-04-05", "12:30", "0x1f", ".5", "是"]
)
def test_a_text_that_others_would_take_for_something_else_is_quoted(text: str) -> None:
    assert rewrite("", {"k": text}) == (f'k: "{text}"\n' if text != "是" else "k: 是\n")
    assert rewrite("", {"k": Bare(text)}) == f"k: {text}\n"


def plain(text: str) -> str:
    """As a form hands it over: the characters that YAML changes are gone."""
    for separator in (*SEPARATORS, "\r", SOFT, "\ufeff"):
        text = text.replace(separator, "\n")
    return composed(text)


WRITABLE = st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn"), include_characters="\n\t")
TYPED = st.text(WRITABLE, min_size=1).map(plain).filter(bool)
STRUCTURED = st.recursive(
    TYPED,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.sampled_from("abcdef"), inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)
DATA = st.dictionaries(st.sampled_from("klmnop"), STRUCTURED, min_size=1, max_size=4)


@given(DATA, DATA)
@example({"k": " \n a"}, {"k": "\n\n"})
@example({"k": [["a"]]}, {"k": [["b", "c"]]})
def test_whatever_is_written_is_read_again_as_it_was(before: Data, after: Data) -> None:
    text = rewrite("", before)
    assert read(text) == before
    assert read(rewrite(text, after)) == after


def test_a_file_that_cannot_be_read_is_not_edited() -> None:
    with pytest.raises(ValueError, match="a: b: c"):
        rewrite("a: b: c\n", {"a": "b"})
