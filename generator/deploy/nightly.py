"""A function that builds and publishes the site each night, so that its figures follow the orders.
Each publication first leaves the sources for it in a private bucket, so it never goes back."""

import io
import logging
import os
import tempfile
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec
from botocore.exceptions import ClientError

from functions.context.bundle import INDEX
from functions.context.clock import in_china
from functions.orders.figures.snapshot import snapshot
from functions.storage.connect import connect
from generator.build import incremental
from generator.content.settings import Publish
from generator.deploy.bucket import client, errors_explained
from generator.deploy.publish import Publication
from generator.deploy.publish_lock import Turn
from generator.errors import WudanError
from generator.files import shown_files
from generator.site import theme

SOURCES = ("site.yaml", "calendar.yaml", "content", "templates", "static", shown_files.FOLDER)
"""What a night's build is made from. Pictures come along as they were made: that takes seconds for
each, and libraries that Lambda's older images cannot load."""
KEY = "sources.zip"
PROGRAM = "wudan-program"


def leave_sources(root: Path, out: Path, target: Publish) -> None:
    """Build the site into ``out``, and put its sources into the target's bucket for these.

    Raises:
        ContentError: the content is wrong.
        WudanError: the bucket is out of reach.
    """
    incremental.build(root, out)
    target = msgspec.structs.replace(target, bucket=target.sources)
    with errors_explained(target):
        program = {PROGRAM: theme.load(root).program}
        client(target).put_object(Bucket=target.bucket, Key=KEY, Body=_pack(root), Metadata=program)


def handler(event: Any, context: object) -> dict[str, int]:
    """Do one night's work, for a schedule; return how many files were written and removed.

    Raises:
        WudanError: another version left the sources, or the bucket is out of reach.
    """
    target = Publish(
        bucket=os.environ["WUDAN_SITE"],
        sources=os.environ["WUDAN_SOURCES"],
        distribution=os.environ["WUDAN_DISTRIBUTION"],
    )
    # Figures hold nothing sealed, so this function does not get the secret.
    store = connect(os.environ["WUDAN_STORE"])
    totals, seen = {"written": 0, "removed": 0}, ""
    # Staff may publish meanwhile; what they published last must stand in the end.
    while (newest := _version(target)) != seen:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            _fetch(target, root)
            counted = snapshot(store, in_china().date())
            incremental.build(root, root / "public", figures=counted)
            with Turn(target, logging.getLogger(__name__).warning) as turn:
                index = incremental.bundle_folder(root) / INDEX
                work = Publication(root / "public", target, index)
                totals["written"] += len(work.new) + len(work.changed)
                totals["removed"] += len(work.gone)
                for _ in turn.guard(work.run()):
                    pass
        seen = newest
    return totals


def _pack(root: Path) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name in SOURCES:
            base = root / name
            for path in sorted([base, *base.rglob("*")]):
                if path.is_file() and not path.name.startswith("."):
                    # Without the file's date, so that the same sources are the same bytes.
                    entry = ZipInfo(path.relative_to(root).as_posix())
                    archive.writestr(entry, path.read_bytes(), ZIP_DEFLATED)
    return buffer.getvalue()


def _version(target: Publish) -> str:
    """The version of the sources in the bucket; empty until there are some."""
    try:
        return client(target).head_object(Bucket=target.sources, Key=KEY)["ETag"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return ""
        raise


def _fetch(target: Publish, root: Path) -> None:
    answer = client(target).get_object(Bucket=target.sources, Key=KEY)
    with ZipFile(io.BytesIO(answer["Body"].read())) as archive:
        archive.extractall(root)
    if answer["Metadata"][PROGRAM] != theme.load(root).program:
        raise WudanError("The sources are another version's: deploy the functions again.")
