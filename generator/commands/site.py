"""Commands for the site: build, check, serve, new, schema."""

import gc
import time
from contextlib import closing
from datetime import UTC, date, datetime
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.commands.terminal import DATA, OUT, ROOT, explain, note, progress

if TYPE_CHECKING:
    from generator.build.incremental import KnownDays

PHASES = {
    "import": "载入程序",
    "figures": "从订单取数",
    "theme": "读模板和静态文件",
    "stamps": "看哪些文件变了",
    "load": "读内容，转换 Markdown",
    "plan": "安排页面",
    "pictures": "做图片",
    "compare": "比较页面",
    "write": "写出页面",
    "bundle": "交给函数，记下结果",
}


@click.command()
@ROOT
@OUT
@click.option("--clean", is_flag=True, help="全部重新写。")
@click.option("--profile", is_flag=True, help="说明时间花在哪里。")
def build(root: Path, out: Path | None, clean: bool, profile: bool) -> None:
    """生成网站，只写变了的文件。"""
    began = time.perf_counter()
    times = {"": began}
    from generator.build import incremental
    from generator.serve import local_app

    def clock(phase: str) -> None:
        times[phase] = time.perf_counter()

    clock("import")
    figures = local_app.figures(root)
    last = None if figures is None else local_app.handed_over(root)
    clock("figures")
    report = incremental.build(root, out or root / "public", clean, progress, figures, clock, note)
    gc.freeze()  # Skip the garbage collection at exit, which would look at everything.
    took = time.perf_counter() - began
    for (_, before), (phase, after) in pairwise(times.items() if profile else ()):
        click.echo(f"{1000 * (after - before):8.0f} ms  {PHASES[phase]}")
    click.echo(
        f"写出 {report.written} 个文件，{report.skipped} 个没有变，"
        f"删去 {report.removed} 个，用时 {took:.2f} 秒。"
    )
    _advise_on_days(incremental.days(root))
    if figures is not None:
        with closing(local_app.app(root)) as functions:
            built = functions.current()  # Closing months may have read the bundle of before.
            sentences = local_app.warnings(root, None, built.bundle, last)
            local_app.keep_names(built)  # What was called otherwise is told before.
        for sentence in sentences:
            note(sentence)


@click.command()
@ROOT
@DATA
def check(root: Path, data: Path | None) -> None:
    """检查 site.yaml 和 content/，看看数据库打不打得开；不写任何文件。"""
    from generator.build import incremental
    from generator.serve import local_app

    checked = incremental.check(root)
    click.echo(f"内容没有问题，可以生成 {checked.pages} 个页面。")
    for advice in checked.advice:
        note(f"请看一看 {advice}")
    _advise_on_days(checked.days)
    try:
        if local_app.inspect(root, data):
            last = local_app.handed_over(root)
            for sentence in local_app.warnings(root, data, checked, last):
                note(sentence)
    except Exception as error:
        note(explain(error))


def _advise_on_days(days: "KnownDays") -> None:
    """Say for which years the calendar should list holidays by now and does not, and which service
    days are holidays of which nothing was decided."""
    from functions.context.workdays import today
    from functions.forms.days import shown

    for year in days.calendar.missing(today()):
        note(
            f"calendar.yaml 里还没有 {year} 年的节假日，到那时的期限只按周一到周五算。"
            "国务院办公厅每年秋天公布，请照着添上。"
        )
    for day in days.calendar.undecided(days.service_day, today()):
        note(
            f"{shown(date.fromisoformat(day))}是志愿服务日，可是那天放假，没有写怎么办；"
            "现在算照常，网页上请居民来之前先打电话问。请在 site.yaml 的 service_day 下面写 "
            f"exceptions：date: {day}，reason: 为什么，再写 moved_to: 改到哪天、"
            "cancelled: true（取消）或 as_usual: true（照常）里的一样。"
        )


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise click.BadParameter(
            f"“{text}”不是 IP 地址。请写代理的地址，例如 127.0.0.1。"
        ) from None


@click.command()
@ROOT
@OUT
@DATA
@click.option("--host", default="127.0.0.1", show_default=True, help="开在哪个地址上。")
@click.option("--port", default=8000, show_default=True, help="开在哪个端口上。")
@click.option("--watch", is_flag=True, help="打开着的页面跟着刷新，内容有错就写在页面上。")
@click.option("--new", is_flag=True, help="密钥还在、数据库没有了，从头开始一个。")
@click.option(
    "--log", is_flag=True, envvar="WUDAN_LOG", help="每个请求写一行：方法、路径、状态、时间。"
)
@click.option(
    "--behind",
    metavar="ADDRESS",
    multiple=True,
    envvar="WUDAN_BEHIND",
    callback=lambda context, parameter, value: tuple(map(_address, value)),
    help="前面那台代理的 IP 地址，只信它转来的访客地址和 https；可以写多次。",
)
def serve(root: Path, out: Path | None, new: bool, **options: Any) -> None:
    """生成网站，和表单一起开在一个端口上。"""
    from generator.serve.server import serve

    out = out or root / "public"
    serve(root, out, say=click.echo, begin="secret" if new else "nothing", **options)


class Skeleton(click.ParamType[str]):
    """A kind of content that has a skeleton. Which there are is looked up when it is needed,
    because importing them takes longer than a build that finds nothing changed."""

    name = "kind"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return self._choice().get_metavar(param, ctx)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return self._choice().convert(value, param, ctx)

    @staticmethod
    def _choice() -> click.Choice[str]:
        from generator.content.kinds import KINDS

        return click.Choice([kind.skeleton for kind in KINDS.values() if kind.skeleton])


@click.command()
@ROOT
@click.argument("kind", type=Skeleton())
@click.argument("title")
def new(root: Path, kind: str, title: str) -> None:
    """照标题 TITLE 新建一个内容文件，接着填写。"""
    from generator.commands.scaffold import new

    path = new(root, kind, title, datetime.now(UTC))
    click.echo(f"写好了 {path.relative_to(root)}，请用编辑器打开它接着写。")


@click.command()
@ROOT
def schema(root: Path) -> None:
    """写出内容文件的规格（JSON Schema），编辑器照着它补全、检查。"""
    from generator.commands.scaffold import schemas

    written = schemas(root)
    click.echo(f"{written[0].parent} 里有 {len(written)} 种文件的规格，编辑器会自己找到。")
