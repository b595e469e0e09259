"""The command line of Wudan: build the site, check it, serve it, begin a new file."""

import gc
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.errors import ContentError, WudanError

if TYPE_CHECKING:
    from functions.storage.opening import Begin

ROOT = click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="The folder with site.yaml and content/.",
)
OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the site goes; public/ in the root by default.",
)
DATA = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where orders are kept; else WUDAN_STORE, else var/ in the root.",
)


MANY = 500
SHOWN = 20
"""How many faults of a kind are told one by one."""

PHASES = {
    "import": "载入程序",
    "figures": "从订单取数",
    "theme": "读模板和静态文件",
    "looks": "看哪些文件变了",
    "content": "读内容，转换 Markdown",
    "plan": "安排页面",
    "fingerprints": "比较页面",
    "pages": "写出页面",
    "bundle": "交给函数，记下结果",
}


class Main(click.Group):
    """Shows the errors that staff can mend as sentences, and exits with 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ContentError as error:
            click.echo(error, err=True)
            click.echo(f"{len(error.problems)} 处要改，没有写出任何文件。", err=True)
        except WudanError as error:
            click.echo(error, err=True)
        except Exception as error:
            click.echo(_of_store(error), err=True)
        ctx.exit(1)


def _of_store(error: Exception) -> str:
    """What to say of a store that cannot be used; any other error is raised again."""
    # Imported here, because a build that changes nothing needs neither.
    from functions.errors import Unusable
    from functions.storage.failures import unwritten
    from generator.messages import STORE

    if isinstance(error, Unusable):
        return STORE[error.code].format(**error.names)
    if code := unwritten(error):
        return STORE[code].format(place="数据库", error=error)
    raise error


@click.group(cls=Main)
def main() -> None:
    """五单 Wudan: a community's volunteering, run in public."""


@main.command()
@ROOT
@OUT
@click.option("--clean", is_flag=True, help="Write everything anew.")
@click.option("--profile", is_flag=True, help="Show where the time goes.")
def build(root: Path, out: Path | None, clean: bool, profile: bool) -> None:
    """Build the site; write what changed."""
    began = time.perf_counter()
    times = {"": began}
    from generator.build import incremental
    from generator.serve import local_app

    def clock(phase: str) -> None:
        times[phase] = time.perf_counter()

    clock("import")
    figures = local_app.figures(root)
    clock("figures")
    report = incremental.build(
        root, out or root / "public", clean, _progress, figures, clock, _note
    )
    gc.freeze()  # Lest the end look for garbage in all of it.
    took = time.perf_counter() - began
    for (_, before), (phase, after) in pairwise(times.items() if profile else ()):
        click.echo(f"{1000 * (after - before):8.0f} ms  {PHASES[phase]}")
    click.echo(
        f"写出 {report.written} 个文件，{report.skipped} 个没有变，"
        f"删去 {report.removed} 个，用时 {took:.2f} 秒。"
    )
    _remind(incremental.calendar(root))


def _note(sentence: str) -> None:
    """Say what is beside the result."""
    click.echo(sentence, err=True)


def _remind(calendar: Any) -> None:
    """Say which years' holidays the calendar should list by now."""
    from functions.context.workdays import CHINA

    for year in calendar.missing(datetime.now(CHINA).date()):
        _note(
            f"calendar.yaml 里还没有 {year} 年的节假日，到那时的期限只按周一到周五算。"
            "国务院办公厅每年秋天公布，请照着添上。"
        )


def _progress(done: Iterator[Any], total: int, label: str = "生成网站") -> Iterator[Any]:
    """The files as they are written, with a bar on the terminal where there are many."""
    if total < MANY or not sys.stderr.isatty():
        yield from done
    else:
        with click.progressbar(done, total, label=label, file=sys.stderr) as bar:
            yield from bar


@main.command()
@ROOT
@DATA
def check(root: Path, data: Path | None) -> None:
    """Check site.yaml and content/, and say whether the orders can be opened; write nothing."""
    from generator.build import incremental
    from generator.serve import local_app

    checked = incremental.check(root)
    click.echo(f"内容没有问题，可以生成 {checked.pages} 个页面。")
    _remind(checked.calendar)
    try:
        local_app.look(root, data)
    except Exception as error:
        _note(_of_store(error))


@main.command()
@ROOT
@OUT
@DATA
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--watch", is_flag=True, help="Rebuild when a file changes, and reload open pages.")
@click.option("--new", is_flag=True, help="Begin a database for a secret that has lost its own.")
@click.option(
    "--log",
    is_flag=True,
    envvar="WUDAN_LOG",
    help="A line on stderr for each request: method, path, status, time.",
)
def serve(
    root: Path,
    out: Path | None,
    data: Path | None,
    host: str,
    port: int,
    watch: bool,
    new: bool,
    log: bool,
) -> None:
    """Build the site and serve it with its forms, on one port."""
    from generator.serve.server import serve

    begin: Begin = "secret" if new else "nothing"
    serve(root, out or root / "public", data, (host, port), watch, click.echo, begin, log)


@main.command()
@ROOT
@click.argument("kind", type=click.Choice(["news", "team", "service", "fair"]))
@click.argument("title")
def new(root: Path, kind: str, title: str) -> None:
    """Begin a file for staff to fill in, named after its TITLE."""
    from generator.content.scaffold import new

    path = new(root, kind, title, datetime.now(UTC))
    click.echo(f"写好了 {path.relative_to(root)}，请用编辑器打开它接着写。")


@main.command()
@DATA
@ROOT
@click.argument("action", type=click.Choice(["add", "list", "disable", "reset"]))
@click.argument("name", required=False, default="")
@click.option("--administrator", is_flag=True, help="May also manage the station's people.")
def staff(root: Path, data: Path | None, action: str, name: str, administrator: bool) -> None:
    """Desk accounts: add NAME, disable it, reset its password (told once), or list all."""
    from functions.errors import Refused
    from functions.people.accounts import ADMINISTRATOR, STAFF, Accounts

    if action != "list" and not name:
        raise click.UsageError("请写名字，例如：staff add 王芳")
    app = _app(root, data, "nothing" if action == "add" else "never")
    accounts = Accounts(app.store, app.clock)
    try:
        match action:
            case "add":
                role = ADMINISTRATOR if administrator else STAFF
                click.echo(f"{name} 的密码（只显示这一次）：{accounts.add(name, role)}")
            case "reset":
                click.echo(f"{name} 的新密码（只显示这一次）：{accounts.reset(name)}")
            case "disable":
                accounts.disable(name)
                click.echo(f"{name} 停用了，登录着的也退出了。")
            case "list":
                for head in accounts.everybody():
                    click.echo(f"{head.data['name']}  {head.data['role']}  {head.state}")
    except Refused:
        raise WudanError(f"没有叫“{name}”的人，或者已经有了。用 staff list 看一看。") from None


@main.command()
@DATA
@ROOT
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--with-secret", is_flag=True, help="Copy the secret, too: keep such a copy safe.")
@click.pass_context
def backup(
    ctx: click.Context, root: Path, data: Path | None, folder: Path | None, with_secret: bool
) -> None:
    """Copy the database to FOLDER (else where site.yaml says), while everything runs; verify the
    copy, and remove older ones by the rule in site.yaml."""
    import msgspec

    from functions.ops import backup as copies
    from functions.storage import opening
    from generator.content.models import Backup
    from generator.serve import local_app

    app = _app(root, data, "never")
    # A bundle of an earlier version has no such settings yet.
    settings = {**msgspec.to_builtins(Backup()), **app.bundle.site.get("backup", {})}
    place = folder or (settings["folder"] and root / settings["folder"])
    if not place:
        raise click.UsageError("请写备份到哪里，例如：backup /srv/backup/wudan")
    if copies.lies_in(place, *(root / name for name in ("public", *local_app.PUBLIC))):
        raise WudanError(f"{place} 里的文件会发布到网站上，备份里有个人信息。请换一个文件夹。")
    if copies.would_be_committed(place):
        raise WudanError(f"{place} 会被 git 收进仓库，备份里有个人信息。请换一个仓库外面的文件夹。")
    rule = copies.Rule(settings["daily"], settings["weekly"], settings["monthly"])
    made = copies.make(app, place, rule)
    click.echo(f"备份好了：{made.file}")
    if with_secret:
        lines = opening.secret_for(
            local_app.address(root, data), os.environ.get("WUDAN_SECRET", "")
        )
        opening.write_secret(copies.secret_of(made.file), lines.decode())
        click.echo("密钥也放在旁边了：谁拿到这两个文件，就能读全部个人信息。请锁好。", err=True)
    if not made.healthy:
        click.echo("但是核对出了问题，旧的备份一份也没有删。请运行 build.py doctor。", err=True)
        ctx.exit(1)


@main.command()
@DATA
@ROOT
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def restore(ctx: click.Context, root: Path, data: Path | None, file: Path) -> None:
    """Put the copy FILE in the database's place, with the server stopped; keep what was there."""
    from functions import scheduled
    from functions.context.workdays import CHINA
    from functions.ops import backup as copies
    from functions.ops import consistency as at_work
    from generator.serve import local_app

    given = os.environ.get("WUDAN_SECRET", "")
    kept = copies.restore(file, local_app.address(root, data), given, datetime.now(CHINA))
    click.echo(f"放回来了：{file}。" + (f"原来的留在 {kept}，确定不要了再删。" if kept else ""))
    app = _app(root, data, "never")
    scheduled.rederive(app)
    found = at_work.examine(app)
    if not found.healthy:
        click.echo("但是核对出了问题，请运行 build.py doctor 看是哪些。", err=True)
        ctx.exit(1)
    click.echo(f"核对了 {found.histories} 件，没有问题，个人信息读得出来。")


@main.command()
@DATA
@ROOT
@click.argument("action", type=click.Choice(["rotate", "lost"]))
def secret(root: Path, data: Path | None, action: str) -> None:
    """Change the secret, with the server stopped: rotate seals anew what older lines of it sealed;
    lost begins another one where it is gone for good, and with it all that it sealed."""
    from functions.ops import rotation
    from functions.storage import opening
    from generator.serve import local_app

    given, address = os.environ.get("WUDAN_SECRET", ""), local_app.address(root, data)
    if action == "lost":
        rotation.give_up(address, datetime.now(UTC))
        click.echo("新的密钥写好了，请另外保管一份。以前的单子还在，里面的个人信息再也读不出来了。")
        return
    app = _app(root, data, "never")
    with app.store.exclusive():
        if not rotation.is_unfinished(app):
            longer = f"{opening.new_line()}\n{opening.secret_for(address, given).decode()}"
            if given:
                click.echo("请把 WUDAN_SECRET 换成下面几行，到处都换好以后，再运行一次这个命令：")
                click.echo(longer)
                return
            opening.write_secret(opening.beside(address), longer)
            app = app.under(longer.encode())
        with click.progressbar(rotation.numbers(app), label="换密钥", file=sys.stderr) as bar:
            changed = rotation.reseal(app, bar)
    click.echo(
        f"密钥换好了，重新加密了 {changed} 件。旧的那一行留在密钥里，居民手里的链接还能用；"
        "大家要重新登录。请重新保管密钥，再做一次备份。"
    )


@main.command()
@DATA
@ROOT
@click.option("--orders", default=500, show_default=True, help="How many.")
def demo(root: Path, data: Path | None, orders: int) -> None:
    """Fill a store with a plausible year of orders, for showing and measuring."""
    from functions.errors import Refused
    from functions.ops import demo as made

    try:
        written = made.fill(_app(root, data), orders)
    except Refused:
        raise WudanError(
            "这里有真的心愿或报名，示例会混进去，数字也不准了，所以什么也没有写。"
            "请用 --data 写一个新的文件夹。"
        ) from None
    click.echo(f"写入了 {written} 单示例。用 staff add 建一个账号，就能在 /desk/ 看到。")


@main.command()
@DATA
@ROOT
@click.option("--mend", is_flag=True, help="Put right what follows from the histories.")
@click.pass_context
def doctor(ctx: click.Context, root: Path, data: Path | None, mend: bool) -> None:
    """Examine a store: its file, every history, what is sealed, lists and figures.

    The server may go on running. Exit codes: 0 healthy; 1 faults were found, or are left after
    mending; 2 it could not be examined, or mending was refused.
    """
    from functions.errors import Unusable
    from functions.ops import consistency as at_work
    from generator.messages import REFUSALS
    from generator.serve import local_app

    local_app.describe(root, data)
    try:
        app, wrong = at_work.from_environment()
        with closing(app):
            _build_once(app, root)
            if wrong:
                click.echo(_of_store(wrong), err=True)
            if mend:
                _tell(at_work.mend(app))
                click.echo("能改的已经改好，再查一遍：")
            found = at_work.examine(app)
            _tell(found)
        ctx.exit(0 if found.healthy else 1)
    except Unusable as unusable:
        click.echo(_of_store(unusable), err=True)
    except at_work.Refusal as refusal:
        _tell(refusal.found)
        click.echo(REFUSALS[refusal.code], err=True)
    except click.exceptions.Exit:
        raise
    except Exception as error:
        # Whatever it was: who looks after a store that is ill should not be left with a traceback.
        click.echo(REFUSALS["broken_off"].format(error=error), err=True)
    ctx.exit(2)


def _tell(found: Any) -> None:
    """Say what was found: each kind of fault with its sentence, the first of them by number."""
    from functions.forms import order_number
    from generator.messages import DOCTOR, PARTS

    kinds: dict[str, list[str]] = {}
    for fault in found.faults:
        known = isinstance(fault.no, str) and order_number.parse(fault.no) == fault.no
        no = order_number.spell(fault.no) if known else fault.no
        name, _, step = str(fault.names.get("part", "")).partition(" ")
        part = PARTS.get(name, name).format(step=step)
        told = DOCTOR[fault.code].format(no=PARTS.get(no, no), **{**fault.names, "part": part})
        kinds.setdefault(fault.code, []).append(told)
    for sentences in kinds.values():
        click.echo("\n".join(sentences[:SHOWN]), err=True)
        if len(sentences) > SHOWN:
            click.echo(f"……这样的还有 {len(sentences) - SHOWN} 处。", err=True)
    how = f"{len(found.faults)} 处不对，见上面。" if found.faults else "都对得上。"
    click.echo(f"看过 {found.histories} 件，{how}")


@main.command()
@ROOT
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option(
    "--architecture",
    type=click.Choice(["x86_64", "arm64"]),
    default="x86_64",
    show_default=True,
    help="Of the machines that Lambda runs them on.",
)
def bundle(root: Path, out: Path, architecture: str) -> None:
    """Build the site, and pack each function for Lambda: OUT/wish.zip and its like."""
    from generator.build import incremental
    from generator.deploy import package

    incremental.build(root, root / "public")
    for name, zipped in package.bundle(incremental.bundle_folder(root), out, architecture):
        click.echo(f"{name}  {len(zipped):,} 字节")


@main.command()
@ROOT
@OUT
@click.option("--bucket", help="Its name; else, like the next four, what site.yaml says.")
@click.option("--endpoint", help="The address of a storage service other than AWS's.")
@click.option("--profile", help="Whose keys, of those in ~/.aws/.")
@click.option("--distribution", help="The CloudFront distribution that is to forget its copies.")
@click.option("--sources", help="A private bucket for what the nightly function builds from.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
def publish(root: Path, out: Path | None, dry_run: bool, **given: str | None) -> None:
    """Bring the built site to a bucket: what changed, and in an order in which all links work."""
    from generator.deploy import nightly
    from generator.deploy import publish as publisher

    out, place = out or root / "public", publisher.place(root, given)
    if dry_run:
        work = publisher.Publication(out, place)
        for said, keys in (("上传", [*work.new, *work.changed]), ("删去", work.gone)):
            click.echo("".join(f"{said} {key}\n" for key in keys), nl=False)
    else:
        with publisher.turn(place, _note) as turn:
            if place.sources:
                nightly.keep(root, out, place)
            work = publisher.Publication(out, place)
            number = len(work.new) + len(work.changed) + len(work.gone)
            for _ in _progress(turn.kept(work.run()), number, "发布网站"):
                pass
    would = "要" if dry_run else ""
    click.echo(
        f"{would}上传 {len(work.new) + len(work.changed)} 个文件，"
        f"{would}删去 {len(work.gone)} 个，{work.same} 个没有变。"
    )


@main.command()
@click.option("--from", "source", required=True, help="Like sqlite:var/wudan.db.")
@click.option("--to", "target", required=True, help="Like dynamodb:TABLE.")
def move(source: str, target: str) -> None:
    """Carry all orders from one store to another; stop the server meanwhile."""
    from functions.errors import Refused
    from functions.ops import transfer as mover
    from functions.storage import opening
    from functions.storage.connect import connect
    from generator.messages import MOVE

    try:
        ours, theirs = opening.existing(source), connect(target)
    except ValueError as error:
        raise WudanError(f"--from 和 --to 要写成 sqlite:路径 或 dynamodb:表名：{error}") from None
    try:
        numbers = mover.numbers(ours)
        with click.progressbar(numbers, label="搬家", file=sys.stderr) as bar:
            written = mover.move(ours, theirs, bar)
    except Refused as refused:
        raise WudanError(MOVE[refused.code].format(**refused.names)) from None
    if left := mover.differences(ours, theirs):
        raise WudanError(f"搬完以后有 {len(left)} 处对不上，例如 {left[0]}。请再运行一次。")
    click.echo(
        f"{len(numbers)} 件都在新的地方了，这次写了 {written} 件，逐件核对过。"
        "密钥（WUDAN_SECRET 或 var/secret）要跟着用同一个。"
    )


def _app(root: Path, data: Path | None, begin: "Begin" = "nothing") -> Any:
    """The functions as they run for this root; where it was never built, or by another version
    of the program, the site is built first. For ``begin`` see :mod:`functions.storage.opening`."""
    from generator.serve import local_app

    app = local_app.app(root, data, begin)
    click.get_current_context().call_on_close(app.close)
    _build_once(app, root)
    return app


def _build_once(app: Any, root: Path) -> None:
    from generator.build import incremental

    try:
        _ = app.bundle
    except (FileNotFoundError, TypeError):
        incremental.build(root, root / "public")


if __name__ == "__main__":
    main()
