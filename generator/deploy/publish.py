"""Publishes the built site to an S3 bucket: sends only what changed, and no link ever breaks.

**Order.** First come new files that no published page links to yet, then files that replace
published ones; files that are no longer part of the site go last. So a page appears once everything
that it links to is there. New pages may link to each other, because nobody reaches them before a
published page is replaced. The home page comes last of all.

**What the bucket holds.** Each object carries, as metadata, a digest of its bytes and of how it is
served. Listings do not show metadata, so :data:`NOTES` in the bucket keep, by key, the digest and
the ETag that the object had with it. Where the listing shows another ETag, the metadata is read.
Before files are written, the notes name them as ours, with unknown content, and say which of them
nothing links to yet (``loose``). So after a publisher was killed at any moment, the next one goes
on from there, in the same order. Only what the notes call ours is ever deleted.

**Compression.** A bucket cannot choose by what the reader accepts, so texts are stored as gzip.

**Lifetime of copies.** Files named after their content may be cached for ever, all others for a
minute: no correction depends on an invalidation, which may fail or be unknown to the service.
"""

import gzip
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote
from uuid import uuid4

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from whitenoise.media_types import MediaTypes

from functions.context.bundle import INDEX
from generator.content.settings import Publish
from generator.deploy.bucket import CONNECTIONS, client, errors_explained, session
from generator.errors import WudanError
from generator.files.media_types import MEDIA_TYPES, is_compressible
from generator.files.output import MARK, is_hidden
from generator.site.theme import IMMUTABLE

HOME = "index.html"
NOTES = ".wudan/published.json"
SEARCH = f".wudan/{INDEX}"
"""The index for the function that searches, and for nobody else (``SitePolicy`` of the stack)."""
DIGEST = "wudan-digest"
FOR_EVER = "public, max-age=31536000, immutable"
A_MINUTE = "public, max-age=60"
INVALIDATIONS = 1000
"""With more paths, everything is invalidated, which CloudFront counts as one path."""
CHINA = "aws-cn"
"""Where CloudFront runs no program that leads ``/about/`` to ``about/index.html``."""
_types = MediaTypes(extra_types=MEDIA_TYPES)
T = TypeVar("T")


class PublishedFile(NamedTuple):
    """A file of the site, and how it is served."""

    path: Path
    type: str
    lifetime: str
    encoding: str

    def read(self) -> tuple[bytes, str]:
        """Its bytes, and the digest of them and of how they are served."""
        data = self.path.read_bytes()
        how = f"{self.type}\n{self.lifetime}\n{self.encoding}\n"
        return data, blake2b(how.encode() + data, digest_size=16).hexdigest()

    @property
    def headers(self) -> dict[str, str]:
        """How it is served, as arguments for S3."""
        headers = {"ContentType": self.type, "CacheControl": self.lifetime}
        return headers | ({"ContentEncoding": self.encoding} if self.encoding else {})


class Known(NamedTuple):
    """The digest of an object's content while it had this ETag."""

    etag: str
    digest: str


UNSURE = Known("", "")


class Notes(msgspec.Struct, frozen=True):
    """What is kept in the bucket: every object of ours, and those that no page links to."""

    ours: dict[str, Known] = {}
    loose: set[str] = set()


class Publication:
    """What makes the bucket equal to the folder: ``new`` files that nothing there links to, others
    that ``changed``, and those that are ``gone``. The ``index`` goes along to AWS; elsewhere no
    function would read it.

    Raises:
        WudanError: there is no built site, or the bucket is out of reach.
    """

    def __init__(self, out: Path, target: Publish, index: Path | None = None):
        if not (out / MARK).exists() or not (out / HOME).exists():
            raise WudanError(f"{out} 里没有生成好的网站。请先运行 build。")
        self._target = target
        with errors_explained(target):
            self._s3 = client(target)
            by_address = self._s3.meta.partition == CHINA and not target.endpoint
            self._files = dict(_files(out, by_address))
            if index and index.exists() and not target.endpoint:
                self._files[SEARCH] = PublishedFile(
                    index, "application/vnd.sqlite3", "no-store", ""
                )
            self._compare()

    def _compare(self) -> None:
        listed = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._target.bucket)
        etags = {each["Key"]: each["ETag"] for page in listed for each in page.get("Contents", ())}
        self._noted = b""
        if NOTES in etags:
            answer = self._s3.get_object(Bucket=self._target.bucket, Key=NOTES)
            self._noted = answer["Body"].read()
        try:
            notes = msgspec.json.decode(self._noted, type=Notes)
        except msgspec.DecodeError:
            notes = Notes()
        self._ours = {key: known for key, known in notes.ours.items() if key in etags}
        self._loose = notes.loose & etags.keys()
        digests = {key: file.read()[1] for key, file in self._files.items()}
        doubtful = [key for key in digests if key in etags and etags[key] != self._known(key).etag]
        for key, digest in _at_once(self._read_digest, [doubtful]):
            self._ours[key] = Known(etags[key], digest)
        stale = {key for key, digest in digests.items() if self._known(key).digest != digest}
        # People come to the home page from elsewhere, so it never counts as without a link to it.
        self.new = sorted(stale - (etags.keys() - self._loose) - {HOME})
        self.changed = sorted(stale.difference(self.new))
        self.gone = sorted(self._ours.keys() - self._files.keys())

    def _known(self, key: str) -> Known:
        return self._ours.get(key, UNSURE)

    def _read_digest(self, key: str) -> str:
        """The digest that an object carries; empty if it is not ours."""
        answer = self._s3.head_object(Bucket=self._target.bucket, Key=key)
        return answer["Metadata"].get(DIGEST, "")

    @property
    def same(self) -> int:
        """How many files stay as they are."""
        return len(self._files) - len(self.new) - len(self.changed)

    def run(self) -> Iterator[str]:
        """Publish; yields each key once that is done.

        Raises:
            WudanError: it broke off; the site is whole, and another run may finish it.
        """
        with errors_explained(self._target):
            self._loose |= {*self.new}
            yield from self._put(self.new)
            self._loose -= self._files.keys()
            yield from self._put(self.changed)
            self._invalidate(self.changed)
            self._loose |= {*self.gone}
            yield from self._delete(self.gone)
            self._loose.clear()
            self._note()
            self._invalidate(self.gone)

    def _put(self, keys: list[str]) -> Iterator[str]:
        if keys:
            self._ours |= dict.fromkeys(keys, UNSURE)
            self._note()
        for key, known in _at_once(self._put_one, _stages(keys)):
            self._ours[key] = known
            yield key

    def _put_one(self, key: str) -> Known:
        file = self._files[key]
        data, digest = file.read()
        if file.encoding:
            data = gzip.compress(data, mtime=0)
        put: Any = self._s3.put_object
        where = {"Bucket": self._target.bucket, "Key": key}
        answer = put(**where, Body=data, Metadata={DIGEST: digest}, **file.headers)
        return Known(answer["ETag"], digest)

    def _delete(self, keys: list[str]) -> Iterator[str]:
        """Delete one by one: a request for many needs a checksum that not all services know."""
        if keys:
            self._note()
        delete = partial(self._s3.delete_object, Bucket=self._target.bucket)
        for key, _ in _at_once(lambda key: delete(Key=key), reversed([*_stages(keys)])):
            del self._ours[key]
            yield key

    def _note(self) -> None:
        """Write the notes if they changed."""
        notes = msgspec.json.encode(Notes(self._ours, self._loose), order="deterministic")
        if notes != self._noted:
            headers = {"ContentType": "application/json", "CacheControl": "no-store"}
            put: Any = self._s3.put_object
            put(Bucket=self._target.bucket, Key=NOTES, Body=notes, **headers)
            self._noted = notes

    def _invalidate(self, keys: Collection[str]) -> None:
        """Make CloudFront forget its copies. It has none of new files."""
        if not keys or not self._target.distribution:
            return
        paths = sorted({path for key in keys if key != SEARCH for path in _addresses(key)})
        if len(paths) > INVALIDATIONS:
            paths = ["/*"]
        cloudfront = session(self._target).client("cloudfront")
        try:
            cloudfront.create_invalidation(
                DistributionId=self._target.distribution,
                InvalidationBatch={
                    "Paths": {"Quantity": len(paths), "Items": paths},
                    "CallerReference": uuid4().hex,
                },
            )
        except (BotoCoreError, ClientError) as error:
            raise WudanError(
                f"文件传好了，但没能让 CloudFront 更新（{error}）。一分钟后它会自己更新；"
                "请核对 --distribution 和权限，再运行一次。"
            ) from error


def _at_once(act: Callable[[str], T], stages: Iterable[list[str]]) -> Iterator[tuple[str, T]]:
    """Act on several keys at a time, one stage after the other; yields each with its result."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for stage in stages:
            yield from zip(stage, pool.map(act, stage), strict=True)


def _files(out: Path, by_address: bool) -> Iterator[tuple[str, PublishedFile]]:
    """Every file of the site, by its key, but none whose name begins with a dot. With
    ``by_address`` pages are there a second time, under their addresses."""
    for path in out.rglob("*"):
        key = path.relative_to(out).as_posix()
        if path.is_file() and not is_hidden(key):
            media_type = _types.get_type(key)
            if media_type.startswith("text/"):
                media_type += "; charset=utf-8"
            # Calendar programs of all sorts fetch these, and not all of them accept gzip.
            is_calendar = media_type.startswith("text/calendar")
            compressed = not is_calendar and is_compressible(media_type, path.stat().st_size)
            lifetime = FOR_EVER if re.search(IMMUTABLE, key) else A_MINUTE
            file = PublishedFile(path, media_type, lifetime, "gzip" if compressed else "")
            yield key, file
            if by_address and key.endswith(f"/{HOME}"):
                yield key.removesuffix(HOME), file


def _stages(keys: Collection[str]) -> Iterator[list[str]]:
    """The keys in the order in which they may be written; within a stage any order will do."""
    for _, stage in groupby(sorted(keys, key=_stage), _stage):
        yield [*stage]


def _stage(key: str) -> int:
    if key == HOME:
        return 3
    # They link to pages, as the home page does.
    if key in ("404.html", "feed.xml", "sitemap.xml", SEARCH):
        return 2
    return 1 if key.endswith((".html", "/")) else 0


def _addresses(key: str) -> Iterator[str]:
    """The paths under which CloudFront keeps the file: readers ask for a page by its address."""
    path = quote(f"/{key}")
    yield path
    if path.endswith(f"/{HOME}"):
        yield path.removesuffix(HOME)
