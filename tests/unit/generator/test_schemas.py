"""The schemas by which editors help: current, in Chinese, and of one mind with ``check``."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from functions.context.workdays import CHINA
from generator import PRODUCT
from generator.commands.scaffold import new, schemas
from generator.content.kinds import KINDS
from generator.content.models import Attaching, Entry, Item
from generator.content.reading import yaml_source
from generator.content.reading.check import check, fields, parts, shapes
from generator.content.reading.codec import Part
from generator.content.reading.yaml_source import Document
from generator.content.settings import Calendar, Settings
from generator.files.cache import Cache
from generator.site import theme
from tests.support.editor import faults, read
from tests.support.site import SITE

MODELS: dict[str, Any] = {
    **{folder: kind.model for folder, kind in KINDS.items()},
    "site": Settings,
    "calendar": Calendar,
}
MARK = "# yaml-language-server: $schema="
OF_SHAPE = ("unknown_key", "missing", "wrong_type", "wrong_value")
"""The problems that a schema can see."""
VALUES = (
    *('""', "", "文字", "3", "-1", "0", "1.5", "true", "2026-04-05", "2026-02-3", "09:00", "25:00"),
    *("2026-04-05 14:30", "[]", "[a]", '[""]', "[{a: b}]", "{}", "{a: b}", "周三", "每月 15 日"),
    *("https://a.cn", "activity", "menu", "1000000000", "x" * 501),
)


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((PRODUCT / f"schemas/{name}.schema.json").read_text())
    return loaded


def files(root: Path) -> Iterator[tuple[str, Path]]:
    """Every file of content, with the name of its schema."""
    for name in ("site", "calendar"):
        yield name, root / f"{name}.yaml"
    for folder in KINDS:
        for file in sorted((root / "content" / folder).iterdir()):
            yield folder, file


def test_the_shipped_schemas_are_those_of_the_models(tmp_path: Path) -> None:
    """``build.py schema`` writes them anew."""
    made = {file.name: file.read_text() for file in schemas(tmp_path)}
    assert made == {file.name: file.read_text() for file in (PRODUCT / "schemas").iterdir()}
    assert {*made} == {f"{name}.schema.json" for name in MODELS}


def classes(wanted: Any) -> Iterator[type]:
    """The mappings that a file may have for a value of this type, and those inside them."""
    for shape in shapes(wanted):
        kind, origin, args, _ = parts(shape)
        if origin is tuple:
            yield from classes(args[0])
        elif isinstance(kind, type) and issubclass(kind, Part):
            yield kind
            for field in fields(kind).values():
                yield from classes(field.type)


def test_every_key_has_a_name_and_a_text_in_chinese_and_nothing_else_has() -> None:
    texts = theme.load(PRODUCT).data("fields.yaml", Cache())
    found = {Item, Attaching, *(each for model in MODELS.values() for each in classes(model))}
    wanted = {
        each.__name__: {name for name in fields(each) if name not in fields(each.__mro__[1])}
        for each in found
    }
    assert {name: {*known} for name, known in texts.items()} == wanted
    for title, text, *words in (each for known in texts.values() for each in known.values()):
        assert re.search("[\u4e00-\u9fff]", title)
        assert text
        assert all(all(each.values()) for each in words)


def test_every_shipped_file_names_its_schema_and_fits_it() -> None:
    for name, file in files(PRODUCT):
        text = file.read_text()
        first, _ = text.split("\n", 1)
        assert first.startswith(MARK), file
        named = (file.parent / first.removeprefix(MARK)).resolve()
        assert named == PRODUCT / f"schemas/{name}.schema.json"
        assert [*faults(read(text), schema(name))] == [], file


@pytest.mark.parametrize("kind", [each.skeleton for each in KINDS.values() if each.skeleton])
def test_a_new_file_names_its_schema_and_fits_it(tmp_path: Path, kind: str) -> None:
    file = new(tmp_path, kind, "中秋: 晚会", datetime(2026, 11, 26, tzinfo=CHINA))
    folder = file.parent.name
    assert file.read_text().startswith(f"{MARK}../../schemas/{folder}.schema.json\n")
    assert [*faults(read(file.read_text()), schema(folder))] == []


def refused(path: Path, model: Any) -> list[str]:
    """The problems of shape that ``check`` finds in a file."""
    found: list[str] = []

    class Noting(Document):
        def problem(self, what: str, **more: Any) -> None:
            found.append(what)
            super().problem(what, **more)

    document = Noting(path.name)
    yaml_source.read(str(path), document)
    given = {"slug": "x"} if issubclass(model, Entry) else {}
    check(document, model, given, lambda to, name: None)
    return [code for code in found if code in OF_SHAPE]


def variants(value: Any) -> Iterator[tuple[str, str]]:
    """What was put in, and the file: each of its values replaced by all others, without each key,
    and with one more in each mapping."""
    for holder, key in [*_places(value)]:
        kept = holder[key]
        for other in VALUES:
            if other or isinstance(holder, dict):
                holder[key] = _Raw(other)
                yield other, _dumped(value)
        holder[key] = kept
        if isinstance(holder, dict):
            del holder[key]
            yield "", _dumped(value)
            holder[key] = kept
            holder["odd"] = "x"
            yield "", _dumped(value)
            del holder["odd"]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in [*keys]:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


class _Raw(str):
    """Written as it stands."""


def _dumped(value: Any) -> str:
    """YAML in flow style, in which texts are quoted, except raw ones."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_dumped(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_dumped, value)) + "]"
    return value if isinstance(value, _Raw) else json.dumps(value, ensure_ascii=False)


STRICTER = ('""', "0", "1000000000")
"""What ``check`` takes for nothing, for no and for ten o'clock, and a schema does not."""


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_a_schema_accepts_and_refuses_what_check_does(name: str, tmp_path: Path) -> None:
    """Tried on the longest file of each kind."""
    described, model, path = schema(name), MODELS[name], tmp_path / "x.yaml"
    differ = {}
    for root in (PRODUCT, SITE):
        texts = (file.read_text() for of, file in files(root) if of == name)
        for put, text in variants(read(max(texts, key=len))):
            path.write_text(text)
            told, seen = refused(path, model), [*faults(read(text), described)]
            if bool(told) != bool(seen) and (told or put not in STRICTER):
                differ[*told, *seen] = put
    assert differ == {}
