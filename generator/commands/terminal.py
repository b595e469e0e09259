"""What commands share: the options for folders, and what they say on the terminal."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from generator import PRODUCT

FOLDER = click.Path(path_type=Path, file_okay=False)
ROOT = click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="放着 site.yaml 和 content/ 的文件夹，不写就是当前文件夹。",
)
OUT = click.option("--out", type=FOLDER, help="网站在哪个文件夹，不写就是 public/。")
DATA = click.option(
    "--data",
    type=FOLDER,
    help="数据库在哪个文件夹，不写就照 WUDAN_STORE，否则是 var/。",
)

MANY = 500
"""With fewer files to write there is no progress bar."""


def note(sentence: str) -> None:
    """Say on stderr what is not the result."""
    click.echo(sentence, err=True)


def progress(files: Iterator[Any], total: int, label: str = "生成网站") -> Iterator[Any]:
    """Pass on the files as they are written, with a bar on a terminal if there are many."""
    if total < MANY or not sys.stderr.isatty():
        yield from files
    else:
        with click.progressbar(files, total, label=label, file=sys.stderr) as bar:
            yield from bar


def explain(error: Exception) -> str:
    """The sentence for a store that cannot be used, or for a library that is an extra.

    Raises:
        Exception: the error itself, if it is any other.
    """
    # Imported here, because a build that changes nothing needs none of it.
    import shlex

    from functions.errors import Unusable
    from functions.storage.failures import unwritten
    from generator.operator_messages import NO_LIBRARY, STORE

    if isinstance(error, Unusable):
        return STORE[error.code].format(**error.names)
    if isinstance(error, ModuleNotFoundError) and error.name in ("boto3", "botocore"):
        lock = PRODUCT / "requirements-aws.txt"
        mend = shlex.join([sys.executable, "-m", "pip", "install", "-r", str(lock)])
        return NO_LIBRARY.format(name=error.name, mend=mend)
    if code := unwritten(error):
        return STORE[code].format(place="数据库", error=error)
    raise error
