"""New files for staff to fill in, and what editors need to help with them."""

import json
from datetime import datetime
from pathlib import Path

from functions.context.workdays import CHINA
from generator import PRODUCT
from generator.content.kinds import KINDS
from generator.content.schemas import FOLDER, first_line
from generator.content.schemas import schemas as described
from generator.errors import WudanError
from generator.files.atomic import update
from generator.files.cache import Cache
from generator.intake.file_names import file_name
from generator.operator_messages import NAME_TAKEN, NAMELESS
from generator.site import theme


def new(root: Path, kind: str, title: str, now: datetime) -> Path:
    """Write a valid file of this kind with this title and return where it is. It is named by the
    title's pinyin, because a file's name is its address, and dated by China's day ``now``.

    Raises:
        WudanError: there is such a file already, or no name can be made from the title.
    """
    from jinja2 import Environment, FileSystemLoader  # Only this command and drawing need it.

    folder = next(name for name, each in KINDS.items() if each.skeleton == kind)
    name = file_name(title)
    if not name:
        raise WudanError(NAMELESS.format(title=title))
    path = root / "content" / folder / f"{name}.yaml"
    skeletons = [str(base / "templates" / "new") for base in (root, PRODUCT)]
    env = Environment(  # noqa: S701 (YAML, not HTML: what is written in is quoted by tojson)
        loader=FileSystemLoader(skeletons), keep_trailing_newline=True
    )
    env.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    text = env.get_template(f"{kind}.yaml").render(title=title, today=now.astimezone(CHINA).date())
    text = first_line(folder) + text
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise WudanError(NAME_TAKEN.format(path=path)) from None
    return path


def schemas(root: Path) -> list[Path]:
    """Write the schemas of all files of content, where they are not there yet as they should be,
    and return where they are."""
    written = []
    for name, schema in described(theme.load(root).data("fields.yaml", Cache())).items():
        file = root / FOLDER / name
        file.parent.mkdir(parents=True, exist_ok=True)
        update(file, f"{json.dumps(schema, ensure_ascii=False, indent=1)}\n".encode())
        written.append(file)
    return written
