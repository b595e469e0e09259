"""All files of content as a list: what each is called, how it stands, who changed it last."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from generator.content.models import Entry, Item
from generator.editor.contents import ALONE, Contents, FileName
from generator.editor.versions import Version
from generator.editor.yaml_edit import read


class ListedFile(NamedTuple):
    """A file. ``state`` is a name in ``words.desk.content.states``, ``day`` when it will be
    published if that is planned, ``changed`` its last version, and ``waits`` whether there is an
    edit that is not published."""

    name: FileName
    label: str
    state: str
    day: str
    changed: Version | None
    waits: bool


def rows(contents: Contents, today: date) -> list[ListedFile]:
    """All files: first those with an edit that waits, then by their day, the newest first."""
    found = sorted(_rows(contents, today), key=lambda each: each[0], reverse=True)
    return [row for _, row in sorted(found, key=lambda each: not each[1].waits)]


def _rows(contents: Contents, today: date) -> Iterator[tuple[str, ListedFile]]:
    last, waiting = contents.versions.last(), contents.versions.waiting()
    known: dict[FileName, Entry | None] = dict.fromkeys(FileName("", slug) for slug in ALONE)
    for folder, files in contents.entries().items():
        known |= {FileName(folder, slug): entry for slug, entry in files.items()}
    new = (FileName.parse(file.removeprefix("content/").removesuffix(".yaml")) for file in waiting)
    for name in {**known, **dict.fromkeys(each for each in new if each)}:
        entry = known.get(name)
        edit = waiting.get(name.file)
        label = getattr(entry, "label", getattr(entry, "title", ""))
        if not label and edit:
            data = read(edit.text) or {}
            label = str(data.get("title") or data.get("name") or "")
        state, day = _state(entry, today) if name in known else ("new", "")
        if not name.folder:
            state = "shown"
        order = str(getattr(entry, "date", ""))
        yield order, ListedFile(name, label, state, day, last.get(name.file), edit is not None)


def _state(entry: Entry | None, today: date) -> tuple[str, str]:
    if entry is None:
        return "wrong", ""
    if not isinstance(entry, Item):
        return "shown", ""
    stage = entry.stage(today)
    if stage != "withheld":
        return stage, ""
    return ("draft", "") if entry.draft else ("planned", str(entry.publish_on))
