"""What a browser sends of a form that was drawn for a file of content and is left as it was."""

from collections.abc import Iterable, Iterator

from generator.editor.model_form import TRUE, Control


def sent(controls: Iterable[Control]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, text in _pairs(controls):
        found.setdefault(name, []).append(text.replace("\n", "\r\n"))
    return found


def _pairs(controls: Iterable[Control]) -> Iterator[tuple[str, str]]:
    for each in controls:
        for inside in each.inside:
            yield from _pairs(inside)
        value = each.value
        match each.widget:
            case "group" | "fixed":
                pass
            case "rows":
                if each.choices:
                    yield each.name, value if isinstance(value, str) else ""
            case "tick":
                if value == TRUE:
                    yield each.name, TRUE
            case "choices":
                chosen = [value] if isinstance(value, str) else value
                yield from ((each.name, one) for one in each.choices if one in chosen)
            case "lines":
                yield each.name, value if isinstance(value, str) else "\n".join(value)
            case _:
                yield each.name, value
