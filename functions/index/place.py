"""Where the index is: beside the bundle, or in a bucket, as ``WUDAN_SEARCH`` says."""

import os
import tempfile
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from functions.context import logs
from functions.context.bundle import INDEX
from functions.errors import WudanError

SETTING = "WUDAN_SEARCH"
"""``s3://BUCKET/KEY``; empty where the index lies beside the bundle."""
FRESH = 60.0
"""Seconds for which a copy is taken as it is, as copies of pages are."""
UNCHANGED = "304"


class NoIndex(WudanError):
    """The index is in a bucket that does not give it."""


def file(folder: Path) -> Path:
    """The index, for functions whose bundle is in this folder.

    Raises:
        NoIndex: it is elsewhere, and was not there.
    """
    address = os.environ.get(SETTING, "")
    return _copy(address)() if address else folder / INDEX


@lru_cache(maxsize=1)
def _copy(address: str) -> Callable[[], Path]:
    parts = urlsplit(address)
    return Copy(_client(), parts.netloc, parts.path.removeprefix("/")).newest


class Copy:
    """A copy of an object on this machine, which follows it."""

    def __init__(
        self, client: Any, bucket: str, key: str, clock: Callable[[], float] = time.monotonic
    ):
        self._client, self._object = client, {"Bucket": bucket, "Key": key}
        self._file = Path(tempfile.mkdtemp(prefix="wudan-"), INDEX)
        self._clock, self._until, self._etag = clock, 0.0, ""

    def newest(self) -> Path:
        """The copy, fetched if there is a newer object. While the bucket gives none, it stays.

        Raises:
            NoIndex: there is no copy either.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        if self._clock() >= self._until:
            try:
                self._fetch()
            except (BotoCoreError, ClientError) as error:
                if not self._etag:
                    raise NoIndex(type(error).__name__) from error
                if not isinstance(error, ClientError) or _code(error) != UNCHANGED:
                    logs.failure(error, "fetching the index")
            self._until = self._clock() + FRESH
        return self._file

    def _fetch(self) -> None:
        known = {"IfNoneMatch": self._etag} if self._etag else {}
        answer = self._client.get_object(**self._object, **known)
        new = self._file.with_suffix(".new")
        with new.open("wb") as written:
            for piece in answer["Body"].iter_chunks():
                written.write(piece)
        new.replace(self._file)
        self._etag = answer["ETag"]


def _code(error: Any) -> str:
    return str(error.response["Error"]["Code"])


def _client() -> Any:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 3})
    return boto3.client("s3", config=config)
