"""Publishers of one bucket take turns, by an object in it that only one of them can create.

The holder writes the object anew several times a minute. Who finds it unchanged for longer than it
:data:`LASTS`, by the service's own clock, takes it over: the turn of a publisher that was killed
ends by itself, and no machine's clock matters.

This takes conditional writes (``If-None-Match``, ``If-Match``), which AWS S3 has had since 2024;
SeaweedFS has them too. A service that refuses them is published to without turns; on one that
ignores them nobody waits either. Two at once may leave a mixture there, which the next publication
puts right.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from generator.errors import WudanError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

KEY = ".wudan/publishing"
LASTS = 60.0
"""Seconds after which a turn that was not renewed is over."""
RENEWALS = 4
"""How often it is renewed in that time."""
PAUSE = 1.0
"""Seconds between two looks at the turn of somebody else."""

TAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")
"""What a service answers where the object is not as the condition says."""
UNKNOWN = (400, 405, 501)
"""How services answer that do not know conditional writes."""

WAITING = "另一处正在发布（或者刚才中断了），等它结束，最多一分钟……"
LOST = "发布停得太久，另一处已经接着发布了。网上的网站是完整的，请再运行一次。"


class _Found(NamedTuple):
    """The turn as the bucket has it; ``age`` is in seconds."""

    mark: str
    etag: str
    age: float


class Turn:
    """The turn to publish to ``bucket``; to be taken, and then held while a ``with`` block runs."""

    def __init__(self, s3: "S3Client", bucket: str, lasts: float = LASTS):
        self._s3: Any = s3
        self._object = {"Bucket": bucket, "Key": KEY}
        self._lasts = lasts
        self._name = uuid4().hex
        self._marks: set[str] = set()
        self._etag = ""
        self._lost = False
        self._over = threading.Event()
        self._renewing = threading.Thread(target=self._renew, daemon=True)

    def take(self, say: Callable[[str], None]) -> None:
        """Wait for the turn; ``say`` is told once, if it is somebody else's.

        Raises:
            BotoCoreError, ClientError: the bucket is out of reach.
        """
        # Some services make a bucket for whoever writes to it, and a name may be mistyped.
        self._s3.list_objects_v2(Bucket=self._object["Bucket"], MaxKeys=1)
        condition, told = {"IfNoneMatch": "*"}, False
        while not self._write(**condition):
            found = self._look()
            condition = {"IfNoneMatch": "*"}
            if found and found.mark in self._marks:
                self._etag = found.etag  # The answer to our own write was lost on the way.
                return
            if found and found.age > self._lasts:
                condition = {"IfMatch": found.etag}
            elif found:
                if not told:
                    say(WAITING)
                told = True
                self._over.wait(PAUSE)

    def __enter__(self) -> "Turn":
        if self._etag:
            self._renewing.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._over.set()
        if not self._etag:
            return
        self._renewing.join()
        if not self._lost:
            with suppress(BotoCoreError, ClientError):  # It ends by itself.
                self._s3.delete_object(**self._object)

    def kept(self, done: Iterator[str]) -> Iterator[str]:
        """What is done, as long as the turn is ours.

        Raises:
            WudanError: it was not renewed in time, and somebody else has it.
        """
        for each in done:
            yield each
            if self._lost:
                raise WudanError(LOST)

    def _write(self, **condition: str) -> bool:
        """Write the object anew under this condition; whether the turn is ours then."""
        # Never the same twice, so that each has an ETag of its own.
        mark = f"{self._name} {len(self._marks)}"
        self._marks.add(mark)
        try:
            answer = self._s3.put_object(
                **self._object, **condition, Body=mark.encode(), CacheControl="no-store"
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in UNKNOWN:
                return True
            if error.response["Error"]["Code"] in TAKEN:
                return False
            raise
        self._etag = answer["ETag"]
        return True

    def _look(self) -> _Found | None:
        try:
            answer = self._s3.get_object(**self._object)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise
        date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        now = parsedate_to_datetime(date) if date else datetime.now(UTC)
        age = (now - answer["LastModified"]).total_seconds()
        return _Found(answer["Body"].read().decode(errors="replace"), answer["ETag"], age)

    def _renew(self) -> None:
        while not self._over.wait(self._lasts / RENEWALS):
            with suppress(BotoCoreError, ClientError):  # The next time may go well.
                if not self._write(IfMatch=self._etag):
                    found = self._look()
                    if found is None or found.mark not in self._marks:
                        self._lost = True
                        return
                    self._etag = found.etag
