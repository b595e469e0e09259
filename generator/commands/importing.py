"""The command import: what people have already, as content."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands.terminal import ROOT, note
from generator.errors import WudanError

if TYPE_CHECKING:
    from generator.intake.drafting import Import, Left

KINDS = ("news", "team", "service", "partner", "fair")
"""What a file can become. A list is one of all but the first."""
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("import")
@ROOT
@click.argument("file", type=FILE, required=False)
@click.option("--as", "kind", type=click.Choice(KINDS), help="当作什么收；Word 文章就是 news。")
@click.option("--title", help="文章、招聘会的标题，不写就照文件里的，或文件名。")
@click.option("--dry-run", is_flag=True, help="只说会写下什么，不写任何文件。")
@click.option(
    "--template", type=click.Choice(KINDS[1:]), help="在当前文件夹里做一张空白的表，填好再导入。"
)
def import_content(
    root: Path,
    file: Path | None,
    kind: str | None,
    title: str | None,
    dry_run: bool,
    template: str | None,
) -> None:
    """把 Word 文章收成新闻草稿，把 Excel 名单收成内容文件。"""
    if template:
        click.echo(f"写好了 {_template(root, template)}，请照第二张表的说明填写。")
    elif file:
        plan = _plan(root, file, kind, title)
        if not dry_run:
            from generator.intake.drafting import write

            write(root, plan)
        _say(plan, file, dry_run)
        if not plan.files:
            raise WudanError("没有可以收的，什么也没有写。")
    else:
        raise click.UsageError("请写要导入的文件，或用 --template 做一张空白的表。")


def _plan(root: Path, file: Path, kind: str | None, title: str | None) -> "Import":
    from functions.context.workdays import today
    from functions.errors import Wrong
    from generator.files.cache import Cache
    from generator.intake import article, table
    from generator.operator_messages import NOT_IMPORTED
    from generator.site import theme

    kind = kind or ("news" if file.suffix.lower() == ".docx" else None)
    if kind is None:
        raise click.UsageError(f"请用 --as 说明当作什么收：{'、'.join(KINDS[1:])}。")
    raw = file.read_bytes()
    try:
        if kind == "news":
            return article.plan(root, raw, title or "", file.stem, today())
        texts = theme.load(root).data("fields.yaml", Cache())
        return table.plan(root, kind, raw, title or file.stem, today(), texts)
    except Wrong as wrong:
        raise WudanError(NOT_IMPORTED[wrong.code].format(file=file.name, **wrong.names)) from wrong


def _template(root: Path, kind: str) -> Path:
    from generator.files.cache import Cache
    from generator.intake import table
    from generator.operator_messages import NAME_TAKEN
    from generator.site import theme

    path = Path(f"{kind}.xlsx")
    texts = theme.load(root).data("fields.yaml", Cache())
    try:
        with table.template(kind, texts) as made, path.open("xb") as written:
            shutil.copyfileobj(made, written)
    except FileExistsError:
        raise WudanError(NAME_TAKEN.format(path=path)) from None
    return path


def _say(plan: "Import", file: Path, dry_run: bool) -> None:
    for name in plan.files:
        click.echo(f"{'会写下' if dry_run else '写下'} {name}")
    if file.suffix.lower() == ".docx":
        note("字体、颜色、字号、对齐和下划线不带过来，由网站统一。")
    if plan.left:
        note(f"下面 {len(plan.left)} 处没有带过来：")
    for sentence in _sentences(plan.left, file):
        note(sentence)


def _sentences(left: "Sequence[Left]", file: Path) -> list[str]:
    from generator.operator_messages import LEFT, PLACES

    sort = "article" if file.suffix.lower() == ".docx" else "table"
    found = []
    for where, code, names in left:
        place = PLACES[sort if where.isdigit() else "picture"] if where else ""
        found.append(place.format(where=where) + LEFT[code].format(**names))
    return found
