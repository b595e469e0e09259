"""The form of every model: what stands in a file comes back as it was, unless it was changed."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.content.kinds import KINDS
from generator.content.reading import yaml_source
from generator.content.reading.check import check, fields, parts, shapes
from generator.content.reading.codec import Clock, Moment, Part
from generator.content.reading.yaml_source import Document
from generator.content.settings import Calendar, Settings
from generator.editor.model_form import Control, ModelForm, arrange, without_empty
from generator.editor.yaml_edit import Data, read, rewrite
from generator.errors import Problem
from tests.support.drawn import sent
from tests.support.servers import PRODUCT
from tests.support.site import SITE

TEXTS = yaml.safe_load((PRODUCT / "templates/fields.yaml").read_text())
OPTIONS = {"teams": {"barbers": "理发队", "clinic": "义诊队"}, "picture": {"photos/a.jpg": ""}}
MODELS: dict[str, Any] = {name: kind.model for name, kind in KINDS.items()}
MODELS |= {"site": Settings, "calendar": Calendar}
FILES = [
    (name, file)
    for root in (PRODUCT, SITE)
    for name in MODELS
    for file in (*root.glob(f"{name}.yaml"), *root.glob(f"content/{name}/*.yaml"))
]
NEWS: Data = {"title": "题", "date": "2026-04-05", "body": "文"}


def form(name: str) -> ModelForm:
    return ModelForm(MODELS[name], TEXTS, OPTIONS)


def controls(name: str, data: Data, *problems: Problem) -> dict[str, Control]:
    """All of them, by name."""
    found: dict[str, Control] = {}

    def add(several: tuple[Control, ...]) -> None:
        for each in several:
            found[each.name] = each
            for inside in each.inside:
                add(inside)

    add(form(name).controls(data, problems))
    return found


@pytest.mark.parametrize(("name", "file"), FILES)
def test_a_form_that_nobody_changed_changes_nothing(name: str, file: Path) -> None:
    data = read(file.read_text())
    assert data
    drawn = form(name).controls(data)
    assert without_empty(form(name).data(sent(drawn), data)) == data
    assert "fixed" not in {each.widget for each in controls(name, data).values()}


TEXT = st.text("一二三abc019#:'\"-[]{}|&*!%@`,?>~ ", min_size=1).map(str.strip).filter(bool)
CLOCKS = st.times().map(lambda time: f"{time:%H:%M}")
DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1)).map(str)
LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    bool: st.sampled_from(["true", "false"]),
    int: st.integers(1, 28).map(str),
    date: DAYS,
    Moment: st.builds("{} {}".format, DAYS, CLOCKS),
    Clock: CLOCKS,
}


def values(wanted: Any) -> st.SearchStrategy[Any]:
    """What a file may have for a value of this type; a list where one text means the same."""
    every = shapes(wanted)
    return st.one_of(
        [one(each) for each in every if parts(each)[0] is not str or each is every[-1]]
    )


@cache
def one(wanted: Any) -> st.SearchStrategy[Any]:
    kind, origin, args, notes = parts(wanted)
    if origin is Literal:
        return st.sampled_from([each for each in args if each])
    if origin is tuple:
        items = values(args[0])
        inner = parts(args[0])[0]
        if issubclass(inner, Part):
            return st.lists(items, min_size=1, max_size=3)
        lines = items.filter(lambda text: "\n" not in text)
        return st.lists(lines, min_size=1, max_size=3, unique=True)
    if kind in LEAVES:
        return LEAVES[kind]
    if issubclass(kind, Part):
        return content(kind)
    patterns = [found for note in notes if (found := getattr(note, "pattern", None))]
    if patterns:
        pattern = re.compile(patterns[0], re.ASCII)
        matching = st.from_regex(pattern, alphabet="abehilmnoprst019-/:.@$+ 周三每月日")
        return matching.map(str.strip).filter(lambda text: text and pattern.search(text))
    return TEXT | st.builds("{}\n{}\n".format, TEXT, TEXT)


@cache
def content(model: Any) -> st.SearchStrategy[Data]:
    """Data of a file that has the shape of the model."""
    every = {name: field for name, field in fields(model).items() if name != "slug"}
    needed = {name: values(field.type) for name, field in every.items() if field.required}
    others = {name: values(field.type) for name, field in every.items() if not field.required}
    return st.fixed_dictionaries(needed, optional=others).filter(bool)


def verdict(name: str, text: str) -> tuple[list[str], Any]:
    """What ``check`` says of a text, and what it makes of it."""
    document = Document("x.yaml")
    yaml_source.read("", document, text.encode())
    given = {"slug": "x"} if "slug" in fields(MODELS[name]) else {}
    found = check(document, MODELS[name], given, lambda to, named: None)
    return sorted(f"{each.place} {each.what}{each.mend}" for each in document.problems), found


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
@given(data=st.data())
def test_whatever_a_model_allows_goes_through_form_and_file_unharmed(
    name: str, data: st.DataObject
) -> None:
    before = data.draw(content(MODELS[name]))
    text = rewrite("", before)
    drawn = sent(form(name).controls(before))
    typed = without_empty(form(name).data(drawn, before))
    assert typed == before
    complaints, model = verdict(name, text)
    assert verdict(name, rewrite(text, typed)) == (complaints, model)
    anew = without_empty(form(name).data(drawn, {}))
    assert without_empty(form(name).data(sent(form(name).controls(anew)), {})) == anew
    assert verdict(name, rewrite("", anew)) == (complaints, model)


def test_what_was_typed_is_cleaned_of_what_only_a_keyboard_means() -> None:
    typed = {
        "title": ["清明\u2028祭扫 "],
        "date": ["2026-04-05"],
        "body": ["第一段\r\n\r\n第二段 \r\n\r\n"],
        "tags": ["清明\r\n\r\n 活动 \r\n"],
        "featured": ["true"],
    }
    data = without_empty(form("news").data(typed, {}))
    assert data == {
        "title": "清明\n祭扫\n",
        "date": "2026-04-05",
        "body": "第一段\n\n第二段\n",
        "tags": ["清明", "活动"],
        "featured": "true",
    }
    assert "date: 2026-04-05\n" in rewrite("", data)


def test_what_is_left_as_it_is_by_default_is_not_written() -> None:
    typed = form("menu").data({"name": ["理发"], "category": ["便民"], "address": ["true"]}, {})
    assert without_empty(typed) == {"name": "理发", "category": "便民"}
    typed = form("menu").data({"name": ["理发"], "category": ["便民"]}, {})
    assert without_empty(typed)["address"] == "false"


def test_rows_are_added_moved_and_removed() -> None:
    photos = [{"src": "a.jpg", "caption": "甲"}, {"src": "b.jpg", "caption": "乙"}]
    for act, name, after in (
        ("up", "photos.1", "ba"),
        ("down", "photos.0", "ba"),
        ("up", "photos.0", "ab"),
        ("remove", "photos.0", "b"),
        ("remove", "photos.9", "ab"),
        ("down", "photos.x", "ab"),
        ("remove", "title", "ab"),
        ("add", "photos.0.src.2", "ab"),
    ):
        data: Data = {**NEWS, "photos": [*photos]}
        arrange(data, act, name)
        assert "".join(each["src"][0] for each in data["photos"]) == after
    data = {**NEWS, "photos": ""}
    arrange(data, "add", "photos")
    assert data["photos"] == [{}]
    assert "photos.0.caption" in controls("news", data)


def test_a_picture_goes_where_it_was_sent() -> None:
    data: Data = {**NEWS, "photos": [{"src": "a.jpg", "caption": "甲"}]}
    for name in ("photos", "cover", "photos.0.src", "title", "none", "photos.7.src", "photos.0"):
        form("news").attach(data, name, f"to/{name}.jpg")
    assert data["cover"] == "to/cover.jpg"
    assert [each["src"] for each in data["photos"]] == ["to/photos.0.src.jpg", "to/photos.jpg"]
    assert data["title"] == "题"


def test_a_problem_stands_at_its_field() -> None:
    problems = [
        Problem("a", 1, 1, "缺少", "说明", ("photos", 0, "caption")),
        Problem("a", 1, 1, "标签", "不对", ("tags", 1)),
        Problem("a", 1, 1, "整个", "不对"),
    ]
    found = controls("news", {**NEWS, "photos": [{"src": "a.jpg"}], "tags": ["a", "b"]}, *problems)
    told = {name: each.errors for name, each in found.items() if each.errors}
    assert told == {"photos.0.caption": (problems[0],), "tags": (problems[1],)}


def test_what_a_form_cannot_show_stays_as_it_is() -> None:
    odd: Data = {**NEWS, "photos": "a.jpg", "event": ["x"], "tags": ["a\nb"], "titel": {"x": "y"}}
    drawn = form("news").controls(odd)
    assert without_empty(form("news").data(sent(drawn), odd)) == odd
    widgets = {each.name: each.widget for each in drawn}
    assert [widgets[name] for name in ("photos", "event", "tags")] == ["fixed"] * 3


def test_choices_are_what_there_is_and_keep_what_is_not_there_any_more() -> None:
    data: Data = {"name": "理发", "category": "便民", "teams": ["gone", "barbers"]}
    teams = controls("menu", data)["teams"]
    assert teams.widget == "choices"
    assert teams.choices == {"barbers": "理发队", "clinic": "义诊队", "gone": "gone"}
    typed = form("menu").data({"teams": ["barbers", "clinic", "gone"]}, data)
    assert typed["teams"] == ["gone", "barbers", "clinic"]
    assert controls("news", NEWS)["kind"].choices["notice"] == "通知"
