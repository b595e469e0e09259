"""The site built and published again each night by a function, so that its figures follow the
orders even where nobody runs a build.

What it builds the site from lies in a private bucket, where each publication leaves it. It goes
there before the site does: a night between the two then publishes what staff are about to, and
never what was there before.
"""

import io
import logging
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import boto3
import msgspec
from botocore.exceptions import ClientError

from functions.context.clock import in_china
from functions.orders import figures
from functions.storage.connect import connect
from generator.build import incremental
from generator.content.models import Publish
from generator.deploy.publish import Publication, client, told, turn
from generator.errors import WudanError
from generator.site import theme

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

SOURCES = ("site.yaml", "calendar.yaml", "content", "templates", "static")
KEY = "sources.zip"
PROGRAM = "wudan-program"


def keep(root: Path, out: Path, place: Publish) -> None:
    """Leave what the site is built from in the place's bucket for sources, and build it from that
    into ``out``: what is published now and what the night publishes are to be the same.

    Raises:
        ContentError: something is wrong in it.
        WudanError: the bucket is out of reach.
    """
    incremental.build(root, out)
    place = msgspec.structs.replace(place, bucket=place.sources)
    with told(place):
        s3 = client(place, boto3.Session(profile_name=place.profile or None))
        program = {PROGRAM: theme.load(root).program}
        s3.put_object(Bucket=place.bucket, Key=KEY, Body=_packed(root), Metadata=program)


def handler(event: Any, context: object) -> dict[str, int]:
    """One night's work, for a schedule: how many files it wrote and removed.

    Raises:
        WudanError: the sources were left by another version of the program, or see
            :class:`generator.deploy.publish.Publication`.
    """
    place = Publish(
        bucket=os.environ["WUDAN_SITE"],
        sources=os.environ["WUDAN_SOURCES"],
        distribution=os.environ["WUDAN_DISTRIBUTION"],
    )
    # Figures hold nothing sealed, so this function is not trusted with the secret.
    store = connect(os.environ["WUDAN_STORE"])
    done, seen = {"written": 0, "removed": 0}, ""
    # Staff may publish meanwhile; what they did last is to stand in the end.
    while (newest := _newest(place)) != seen:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            _fetch(place, root)
            counted = figures.snapshot(store, in_china().date())
            incremental.build(root, root / "public", figures=counted)
            with turn(place, logging.getLogger(__name__).warning) as mine:
                work = Publication(root / "public", place)
                done["written"] += len(work.new) + len(work.changed)
                done["removed"] += len(work.gone)
                for _ in mine.kept(work.run()):
                    pass
        seen = newest
    return done


def _packed(root: Path) -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        for name in SOURCES:
            base = root / name
            for path in sorted([base, *base.rglob("*")]):
                if path.is_file() and not path.name.startswith("."):
                    # Without the file's date, so that the same sources are the same bytes.
                    entry = ZipInfo(path.relative_to(root).as_posix())
                    archive.writestr(entry, path.read_bytes(), ZIP_DEFLATED)
    return packed.getvalue()


def _newest(place: Publish) -> str:
    """What stands for the sources as they are; nothing, until there are some."""
    try:
        return _s3(place).head_object(Bucket=place.sources, Key=KEY)["ETag"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return ""
        raise


def _fetch(place: Publish, root: Path) -> None:
    answer = _s3(place).get_object(Bucket=place.sources, Key=KEY)
    with ZipFile(io.BytesIO(answer["Body"].read())) as archive:
        archive.extractall(root)
    if answer["Metadata"][PROGRAM] != theme.load(root).program:
        raise WudanError("The sources are another version's: deploy the functions again.")


def _s3(place: Publish) -> "S3Client":
    return client(place, boto3.Session())
