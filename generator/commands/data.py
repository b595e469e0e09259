"""Commands for the orders: staff, demo, doctor, backup, restore, secret, move."""

import json
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator import COMMAND
from generator.commands.terminal import DATA, FOLDER, ROOT, explain, note
from generator.errors import WudanError

if TYPE_CHECKING:
    from functions.app import App
    from functions.ops.consistency import Findings
    from functions.storage.opening import Begin

SHOWN = 20
"""How many faults of a kind are said one by one."""


ACCOUNTS = {
    "known": "没有叫“{name}”的人，或者已经有了。用 staff list 看一看。",
    "last": "{name}是最后一位管理员，停了就没有人能管账号。请先把另一位改为管理员。",
    "name": "名字里没有看得见的字。请写名字，例如：staff add 王芳",
}
"""Why an account was left as it is."""
DONE = {
    "add": "account_added",
    "reset": "account_reset",
    "role": "account_role",
    "disable": "account_disabled",
}
ROLES_SAID = ("add", "role")


@click.command()
@DATA
@ROOT
@click.argument("action", type=click.Choice(["add", "list", "disable", "reset", "role"]))
@click.argument("name", required=False, default="")
@click.option("--administrator", is_flag=True, help="还可以管理工作人员。")
def staff(root: Path, data: Path | None, action: str, name: str, administrator: bool) -> None:
    """工作台的账号：add 新建，reset 重设密码，role 改身份，disable 停用，list 列出来。

    密码只显示一次，本人第一次登录时换掉。role 有 --administrator 是管理员，没有是工作人员。
    """
    from functions.errors import Refused
    from functions.people.accounts import ADMINISTRATOR, STAFF, Accounts

    if action != "list" and not name:
        raise click.UsageError("请写名字，例如：staff add 王芳")
    app = _app(root, data, "nothing" if action == "add" else "never")
    accounts = Accounts(app.store, app.clock)
    role = ADMINISTRATOR if administrator else STAFF
    try:
        match action:
            case "add":
                click.echo(f"{name} 的密码（只显示这一次）：{accounts.add(name, role)}")
            case "reset":
                click.echo(f"{name} 的新密码（只显示这一次）：{accounts.reset(name)}")
            case "disable":
                accounts.disable(name)
                click.echo(f"{name} 停用了，登录着的也退出了。")
            case "role":
                accounts.give_role(name, role)
                title = "管理员" if administrator else "工作人员"
                click.echo(f"{name} 现在是{title}，要重新登录。")
            case "list":
                for head in accounts.everybody():
                    click.echo(f"{head.data['name']}  {head.data['role']}  {head.state}")
    except Refused as refused:
        raise WudanError(ACCOUNTS.get(refused.code, ACCOUNTS["known"]).format(name=name)) from None
    if action != "list":
        app.current().audit.record(
            DONE[action], "", account=name, role=role if action in ROLES_SAID else ""
        )


@click.command()
@DATA
@ROOT
@click.option("--orders", default=500, show_default=True, help="写多少单。")
def demo(root: Path, data: Path | None, orders: int) -> None:
    """写入一年的示例单子，用来看样子、量速度；已经有真单子就不写。"""
    from functions.errors import Refused
    from functions.ops import demo

    try:
        written = demo.fill(_app(root, data), orders)
    except Refused:
        raise WudanError(
            "这里有真的心愿或报名，示例会混进去，数字也不准了，所以什么也没有写。"
            "请用 --data 写一个新的文件夹。"
        ) from None
    click.echo(f"写入了 {written} 单示例。用 staff add 建一个账号，就能在 /desk/ 看到。")


@click.command()
@DATA
@ROOT
@click.option("--mend", is_flag=True, help="能照经过重新算出来的，都改好。")
@click.pass_context
def doctor(ctx: click.Context, root: Path, data: Path | None, mend: bool) -> None:
    """检查数据库的每一件，网站可以开着。

    退出码：0 没有问题；1 有问题，或者改过以后还有；2 没法检查，或者不肯改。
    """
    from functions.errors import Unusable
    from functions.ops import consistency
    from generator.operator_messages import REFUSALS
    from generator.serve import local_app

    local_app.describe(root, data)
    try:
        app, unusable = consistency.from_environment()
        with closing(app):
            _build_once(app, root)
            if unusable:
                note(explain(unusable))
            if mend:
                _report(consistency.mend(app))
                click.echo("能改的已经改好，再查一遍：")
            findings = consistency.examine(app)
            _report(findings)
        ctx.exit(0 if findings.healthy else 1)
    except Unusable as error:
        note(explain(error))
    except consistency.Refusal as refusal:
        _report(refusal.found)
        note(REFUSALS[refusal.code])
    except (click.exceptions.Exit, ModuleNotFoundError):
        raise
    except Exception as error:
        # Whatever it is: who looks after a damaged store should not be left with a traceback.
        note(REFUSALS["broken_off"].format(error=error))
    ctx.exit(2)


def _report(findings: "Findings") -> None:
    """Say each kind of fault with its sentence, the first of them by number."""
    from functions.forms import order_number
    from generator.operator_messages import DOCTOR, PARTS

    kinds: dict[str, list[str]] = {}
    for fault in findings.faults:
        is_number = isinstance(fault.no, str) and order_number.parse(fault.no) == fault.no
        no = order_number.spell(fault.no) if is_number else fault.no
        name, _, step = str(fault.names.get("part", "")).partition(" ")
        names = {**fault.names, "part": PARTS.get(name, name).format(step=step)}
        sentence = DOCTOR[fault.code].format(no=PARTS.get(no, no), **names)
        kinds.setdefault(fault.code, []).append(sentence)
    for sentences in kinds.values():
        note("\n".join(sentences[:SHOWN]))
        if len(sentences) > SHOWN:
            note(f"……这样的还有 {len(sentences) - SHOWN} 处。")
    result = f"{len(findings.faults)} 处不对，见上面。" if findings.faults else "都对得上。"
    click.echo(f"看过 {findings.histories} 件，{result}")


@click.command()
@DATA
@ROOT
@click.argument("folder", required=False, type=FOLDER)
@click.option("--with-secret", is_flag=True, help="连密钥一起备份：这样的备份要锁好。")
@click.pass_context
def backup(
    ctx: click.Context, root: Path, data: Path | None, folder: Path | None, with_secret: bool
) -> None:
    """把数据库备份到 FOLDER（不写就照 site.yaml），网站可以开着；备份会核对，旧的照规矩删。"""
    import msgspec

    from functions.ops import backup
    from functions.storage import opening
    from generator.content.settings import Backup
    from generator.serve import local_app

    app = _app(root, data, "never")
    # The bundle of an earlier version has no such settings.
    settings = msgspec.convert(app.bundle.site.get("backup", {}), Backup)
    target = folder or (settings.folder and root / settings.folder)
    if not target:
        raise click.UsageError("请写备份到哪里，例如：backup /srv/backup/wudan")
    if backup.lies_in(target, *(root / name for name in ("public", *local_app.PUBLIC))):
        raise WudanError(f"{target} 里的文件会发布到网站上，备份里有个人信息。请换一个文件夹。")
    if backup.would_be_committed(target):
        raise WudanError(
            f"{target} 会被 git 收进仓库，备份里有个人信息。请换一个仓库外面的文件夹。"
        )
    rule = backup.Rule(settings.daily, settings.weekly, settings.monthly)
    made = backup.make(app, target, rule)
    click.echo(f"备份好了：{made.file}")
    if with_secret:
        lines = opening.secret_for(local_app.address(root, data), opening.configured())
        opening.write_secret(backup.secret_of(made.file), lines.decode())
        note("密钥也放在旁边了：谁拿到这两个文件，就能读全部个人信息。请锁好。")
    if not made.healthy:
        note(f"但是核对出了问题，旧的备份一份也没有删。请运行 {COMMAND} doctor。")
        ctx.exit(1)


@click.command()
@DATA
@ROOT
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def restore(ctx: click.Context, root: Path, data: Path | None, file: Path) -> None:
    """把备份 FILE 放回来，先停下网站；原来的会留着。"""
    from functions import scheduled
    from functions.context.workdays import CHINA
    from functions.ops import backup, consistency
    from functions.storage import opening
    from generator.serve import local_app

    secret = opening.configured()
    made = backup.restore(file, local_app.address(root, data), secret, datetime.now(CHINA))
    kept = f"原来的留在 {made.kept}，确定不要了再删。" if made.kept else ""
    click.echo(f"放回来了：{file}。{kept}")
    if made.erased:
        click.echo(f"备份以后删去过个人信息的 {made.erased} 件，又删了一遍。")
    if made.followed:
        click.echo(f"备份以后换过链接、改过内容的 {made.followed} 件，照后来的样子。")
    click.echo("工作台的每个人都要重新登录。")
    app = _app(root, data, "never")
    scheduled.rederive(app)
    findings = consistency.examine(app)
    if not findings.healthy:
        note(f"但是核对出了问题，请运行 {COMMAND} doctor 看是哪些。")
        ctx.exit(1)
    click.echo(f"核对了 {findings.histories} 件，没有问题，个人信息读得出来。")


@click.command()
@DATA
@ROOT
@click.argument("action", type=click.Choice(["rotate", "lost", "desk", "team"]))
def secret(root: Path, data: Path | None, action: str) -> None:
    """换密钥，先停下网站。

    rotate 换一把，以前的链接照样能用；lost 另造一把，原来的真找不到了才用。
    desk、team 写出工作台、服务队各自的密钥，搬到 AWS 时用。
    """
    from functions.ops import rotation
    from functions.storage import opening
    from generator.serve import local_app

    given, address = opening.configured(), local_app.address(root, data)
    if action == "lost":
        rotation.give_up(address, datetime.now(UTC))
        click.echo("新的密钥写好了，请另外保管一份。以前的单子还在，里面的个人信息再也读不出来了。")
        return
    app = _app(root, data, "never")
    if action != "rotate":
        for key in app.vault.duty(action):
            click.echo(json.dumps({"duty": action, "key": key}))
        return
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


@click.command()
@click.option("--from", "source", required=True, help="写成 sqlite:var/wudan.db 的样子。")
@click.option("--to", "target", required=True, help="写成 dynamodb:表名 的样子。")
def move(source: str, target: str) -> None:
    """把全部单子从一个数据库搬到另一个，先停下网站。"""
    from functions.errors import Refused
    from functions.ops import transfer
    from functions.storage import opening
    from functions.storage.connect import connect
    from generator.operator_messages import MOVE

    try:
        old, new = opening.existing(source), connect(target)
    except ValueError as error:
        raise WudanError(f"--from 和 --to 要写成 sqlite:路径 或 dynamodb:表名：{error}") from None
    try:
        numbers = transfer.numbers(old)
        with click.progressbar(numbers, label="搬家", file=sys.stderr) as bar:
            written = transfer.move(old, new, bar)
    except Refused as refused:
        raise WudanError(MOVE[refused.code].format(**refused.names)) from None
    if differences := transfer.differences(old, new):
        raise WudanError(
            f"搬完以后有 {len(differences)} 处对不上，例如 {differences[0]}。请再运行一次。"
        )
    click.echo(
        f"{len(numbers)} 件都在新的地方了，这次写了 {written} 件，逐件核对过。"
        "密钥（WUDAN_SECRET 或 var/secret）要跟着用同一个。"
    )


def _app(root: Path, data: Path | None, begin: "Begin" = "nothing") -> "App":
    """The functions as they run for this root, until the command ends. The site is built first if
    it was not yet by this version. For ``begin`` see :mod:`functions.storage.opening`."""
    from generator.serve import local_app

    app = local_app.app(root, data, begin)
    click.get_current_context().call_on_close(app.close)
    _build_once(app, root)
    return app


def _build_once(app: "App", root: Path) -> None:
    from generator.build import incremental

    try:
        _ = app.bundle
    except (FileNotFoundError, TypeError):
        incremental.build(root, root / "public")
