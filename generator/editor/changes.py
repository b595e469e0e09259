"""What is different between two versions of a file, as people read it: by the names of fields."""

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from generator.editor.model_form import TRUE, Control, ModelForm
from generator.editor.yaml_edit import Data

FINE = 400
"""Characters of a text that is compared character by character; longer ones are by lines."""
ALIKE = 0.7
"""How much of two such texts is the same where it helps to see what is not."""
DiffPiece = tuple[Literal["kept", "gone", "new"], str]


class Change(NamedTuple):
    """A field, by the names of what it is in, and its text in pieces."""

    label: str
    pieces: list[DiffPiece]


def between(form: ModelForm, before: Data, after: Data) -> list[Change]:
    """The fields that are different, in the order of the form."""
    old, new = (dict(_texts(form.controls(data))) for data in (before, after))
    names = {**dict.fromkeys(new), **dict.fromkeys(old)}
    pairs = ((name, old.get(name, ""), new.get(name, "")) for name in names)
    return [Change(name, [*_pieces(a, b)]) for name, a, b in pairs if a != b]


def _texts(controls: Iterable[Control], within: str = "") -> Iterator[tuple[str, str]]:
    for each in controls:
        label = f"{within}{each.label}"
        for number, inside in enumerate(each.inside, 1):
            count = f" {number}" if each.widget == "rows" else ""
            yield from _texts(inside, f"{label}{count} · ")
        if not each.inside:
            yield label, _text(each)


def _text(control: Control) -> str:
    value = control.value
    if control.widget == "tick":
        return "✓" if value == TRUE else ""
    texts = value if isinstance(value, list) else [value]
    return "\n".join(control.choices.get(str(each), str(each)) for each in texts).rstrip()


def _pieces(before: str, after: str) -> Iterator[DiffPiece]:
    is_fine = len(before) + len(after) < FINE
    a, b = ([*text] if is_fine else text.splitlines(keepends=True) for text in (before, after))
    compared = SequenceMatcher(None, a, b, autojunk=False)
    codes = compared.get_opcodes()
    if is_fine and compared.ratio() < ALIKE:
        codes = [("replace", 0, len(a), 0, len(b))]
    for what, a1, a2, b1, b2 in codes:
        if what == "equal":
            yield "kept", "".join(a[a1:a2]) if is_fine else "…\n"
            continue
        if gone := "".join(a[a1:a2]):
            yield "gone", gone
        if new := "".join(b[b1:b2]):
            yield "new", new
