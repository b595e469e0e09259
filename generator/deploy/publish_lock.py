"""Publishers of one bucket take turns, by an object in it that only one of them can create.

The holder writes the object anew several times a minute. Whoever finds it unchanged for longer than
:data:`LIFETIME`, by the service's own clock, takes it over: so a killed publisher's turn ends.

This needs conditional writes (``If-None-Match``, ``If-Match``). Where a service has none, two
publishers at once may leave a mixture, which the next publication puts right.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from generator.content.settings import Publish
from generator.deploy.bucket import client, errors_explained
from generator.errors import WudanError

KEY = ".wudan/publishing"
LIFETIME = 60.0
"""Seconds after which a turn ends that its holder did not renew."""
RENEWALS = 4
"""How often the holder renews it in that time."""
PAUSE = 1.0
"""Seconds after which another publisher's turn is read again."""
TAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")
"""Error codes of a service where the object is not as the condition says."""
UNKNOWN = (400, 405, 501)
"""Statuses of services that do not know conditional writes."""
WAITING = "另一处正在发布（或者刚才中断了），等它结束，最多一分钟……"
LOST = "发布停得太久，另一处已经接着发布了。网上的网站是完整的，请再运行一次。"


class _Found(NamedTuple):
    """The object as the bucket has it; ``age`` is in seconds."""

    mark: str
    etag: str
    age: float


class Turn:
    """The turn to publish to a target: a context manager, to be entered before the bucket is read.
    ``say`` gets a sentence, once, if another publisher has the turn.

    Raises:
        WudanError: the bucket is out of reach.
    """

    def __init__(self, target: Publish, say: Callable[[str], None], lifetime: float = LIFETIME):
        self._target, self._say, self._lifetime = target, say, lifetime
        self._object = {"Bucket": target.bucket, "Key": KEY}
        self._name = uuid4().hex
        self._marks: set[str] = set()
        self._etag = ""
        self._lost = False
        self._over = threading.Event()
        self._renewing = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> "Turn":
        with errors_explained(self._target):
            self._s3: Any = client(self._target)
            self._take()
        if self._etag:
            self._renewing.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        if not self._etag:
            return
        self._renewing.join()
        if not self._lost:
            with suppress(BotoCoreError, ClientError):  # The turn ends by itself.
                self._s3.delete_object(**self._object)

    def guard(self, work: Iterator[str]) -> Iterator[str]:
        """Go on with the work as long as the turn is ours.

        Raises:
            WudanError: it was not renewed in time, and another publisher has it.
        """
        for each in work:
            yield each
            if self._lost:
                raise WudanError(LOST)

    def _take(self) -> None:
        # Some services create a bucket on the first write, and a name may be mistyped.
        self._s3.list_objects_v2(Bucket=self._object["Bucket"], MaxKeys=1)
        condition, waiting = {"IfNoneMatch": "*"}, False
        while not self._write(**condition):
            found = self._read()
            condition = {"IfNoneMatch": "*"}
            if found and found.mark in self._marks:
                self._etag = found.etag  # The answer to our own write got lost.
                return
            if found and found.age > self._lifetime:
                condition = {"IfMatch": found.etag}
            elif found:
                if not waiting:
                    self._say(WAITING)
                waiting = True
                self._over.wait(PAUSE)

    def _write(self, **condition: str) -> bool:
        """Write the object under this condition; return whether the turn is ours then."""
        # Each mark is another one, so that each has an ETag of its own.
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

    def _read(self) -> _Found | None:
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
        while not self._over.wait(self._lifetime / RENEWALS):
            with suppress(BotoCoreError, ClientError):  # The next renewal may succeed.
                if not self._write(IfMatch=self._etag):
                    found = self._read()
                    if found is None or found.mark not in self._marks:
                        self._lost = True
                        return
                    self._etag = found.etag
