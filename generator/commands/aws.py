"""Commands for AWS and other clouds: bundle, publish."""

from pathlib import Path

import click

from generator.commands.terminal import FOLDER, OUT, ROOT, note, progress

ARCHITECTURE = click.Choice(["x86_64", "arm64"])


@click.command()
@ROOT
@click.option("--out", type=FOLDER, required=True, help="包写到哪个文件夹。")
@click.option("--architecture", type=ARCHITECTURE, default="x86_64", help="不写就是 x86_64。")
def bundle(root: Path, out: Path, architecture: str) -> None:
    """生成网站，把每个函数打包给 Lambda：OUT/wish.zip 等等。"""
    from generator.build import incremental
    from generator.deploy import package

    incremental.build(root, root / "public")
    data, wheels = incremental.bundle_folder(root), root / incremental.MADE / "wheels"
    for name, packed in package.bundle(data, out, architecture, wheels):
        click.echo(f"{name}  {len(packed):,} 字节")


@click.command()
@ROOT
@OUT
@click.option("--bucket", help="存储桶的名字。这一项和下面四项不写，就照 site.yaml。")
@click.option("--endpoint", help="AWS 以外的存储服务的网址。")
@click.option("--profile", help="用 ~/.aws/ 里谁的密钥。")
@click.option("--distribution", help="要更新的 CloudFront 分配。")
@click.option("--sources", help="不公开的存储桶，夜里的函数从那里取内容。")
@click.option("--dry-run", is_flag=True, help="只说要做什么，不写。")
def publish(root: Path, out: Path | None, dry_run: bool, **options: str | None) -> None:
    """把生成好的网站发布到存储桶：只传变了的，每个链接一直能用。"""
    from functions.context.bundle import INDEX
    from generator.build import incremental
    from generator.deploy import bucket, nightly
    from generator.deploy.publish import Publication
    from generator.deploy.publish_lock import Turn

    out, target = out or root / "public", bucket.target(root, options)
    index = incremental.bundle_folder(root) / INDEX
    if dry_run:
        work = Publication(out, target, index)
        for verb, keys in (("上传", [*work.new, *work.changed]), ("删去", work.gone)):
            click.echo("".join(f"{verb} {key}\n" for key in keys), nl=False)
    else:
        with Turn(target, note) as turn:
            if target.sources:
                nightly.leave_sources(root, out, target)
            work = Publication(out, target, index)
            number = len(work.new) + len(work.changed) + len(work.gone)
            for _ in progress(turn.guard(work.run()), number, "发布网站"):
                pass
    would = "要" if dry_run else ""
    click.echo(
        f"{would}上传 {len(work.new) + len(work.changed)} 个文件，"
        f"{would}删去 {len(work.gone)} 个，{work.same} 个没有变。"
    )
