"""The copy of an index in a bucket follows it, and stays where there is nothing newer to be had."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.response import StreamingBody

from functions.index.place import FRESH, Copy, NoIndex


class Bucket:
    """Answers as S3 does. ``ends`` breaks an answer off after so many bytes."""

    def __init__(self) -> None:
        self.body, self.error, self.ends = b"first", "", 0
        self.asked: list[Mapping[str, str]] = []

    def get_object(self, **sent: str) -> Mapping[str, Any]:
        self.asked.append(sent)
        if self.error == "gone":
            raise EndpointConnectionError(endpoint_url="https://s3")
        etag = f'"{self.body.decode()}"'
        code = self.error or ("304" if sent.get("IfNoneMatch") == etag else "")
        if code:
            raise ClientError({"Error": {"Code": code}}, "GetObject")
        raw = io.BytesIO(self.body[: self.ends or None])
        return {"Body": StreamingBody(raw, len(self.body)), "ETag": etag}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def copy(bucket: Bucket, clock: Clock) -> Copy:
    return Copy(bucket, "site", ".wudan/search.db", clock)


def test_a_newer_object_is_fetched_within_a_minute(
    copy: Copy, bucket: Bucket, clock: Clock
) -> None:
    assert copy.newest().read_bytes() == b"first"
    bucket.body = b"second"
    assert copy.newest().read_bytes() == b"first"
    assert len(bucket.asked) == 1
    clock.now += FRESH
    assert copy.newest().read_bytes() == b"second"
    clock.now += FRESH
    assert copy.newest().read_bytes() == b"second"
    assert [each.get("IfNoneMatch", "") for each in bucket.asked] == ["", '"first"', '"second"']
    assert bucket.asked[0]["Bucket"] == "site"


@pytest.mark.parametrize("error", ["gone", "AccessDenied", "SlowDown"])
def test_while_the_bucket_gives_nothing_the_copy_stays(
    copy: Copy, bucket: Bucket, clock: Clock, error: str
) -> None:
    bucket.error = error
    with pytest.raises(NoIndex):
        copy.newest()
    bucket.error = ""
    assert copy.newest().read_bytes() == b"first", "asked again at once"
    bucket.error = error
    clock.now += FRESH
    assert copy.newest().read_bytes() == b"first"


def test_an_object_that_breaks_off_replaces_nothing(
    copy: Copy, bucket: Bucket, clock: Clock
) -> None:
    copy.newest()
    bucket.body, bucket.ends = b"second", 3
    clock.now += FRESH
    assert copy.newest().read_bytes() == b"first"
    bucket.ends = 0
    clock.now += FRESH
    assert copy.newest().read_bytes() == b"second"
