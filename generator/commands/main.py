"""All commands, and how an error ends them. Commands import what they need when they run, because
importing everything takes longer than a build that finds nothing changed."""

import click

from generator.commands import aws, data, importing, site
from generator.commands.terminal import explain
from generator.errors import ContentError, WudanError


class CommandLine(click.Group):
    """Says errors that staff can mend as sentences on stderr, and exits with 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ContentError as error:
            click.echo(error, err=True)
            click.echo(f"{len(error.problems)} 处要改，没有写出任何文件。", err=True)
        except WudanError as error:
            click.echo(error, err=True)
        except Exception as error:
            click.echo(explain(error), err=True)
        ctx.exit(1)


@click.group(
    cls=CommandLine,
    help="五单 Wudan：社区志愿服务公开办理。",
    commands=[
        *(site.build, site.check, site.serve, site.new, site.schema),
        importing.import_content,
        *(data.staff, data.demo, data.doctor, data.backup, data.restore, data.secret, data.move),
        *(aws.publish, aws.bundle),
    ],
)
def main() -> None:
    """Read what was typed and run the command that it names."""
