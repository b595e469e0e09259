"""The built site in an S3 bucket: only what changed is sent, and no link ever leads nowhere.

**Order.** First come the files that nothing served leads to yet, then those that are served
already, then what is no longer part of the site goes. So a page takes its place when all that it
links to is there, and a file goes when no page links to it any more. New pages may link to each
other in circles: nobody gets to them before the first served page is replaced. The home page is the
last of all, which makes a first publication appear at once.

**What is known.** Every object carries, as metadata, a digest of its bytes and of how it is served.
Listings do not tell metadata, so :data:`NOTES` in the bucket keep, by key, the digest and the ETag
that the object had with it: the digest holds as long as the listing tells the same ETag, whatever
the server makes ETags from. Where it tells another, the object is asked. Before files are written
the notes say that these are ours, of unknown content, and which of them nothing leads to yet
(``loose``). Hence whenever we are killed, the next publication finds what was written, goes on
where this one stopped, and keeps to the same order even if the site has changed meanwhile. Only
what the notes call ours is ever deleted; without notes nothing is, and all else still works.

**One at a time.** Publications to one bucket take turns where the service allows it, see
:mod:`generator.deploy.publish_lock`.

**Two names.** In China's regions of AWS a page lies under its address too, see :data:`CHINA`.

**Compressed.** A bucket cannot choose by what the reader takes, so texts lie there as gzip, which
every browser takes, also without encryption.

**How long copies live.** Files named after their content live for ever, everything else for a
minute: a correction is to be seen at once, and nobody has to rely on an invalidation, which may
fail, or on a service that has none.
"""

import gzip
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit
from uuid import uuid4

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from whitenoise.media_types import MediaTypes

from generator.content import yaml_source
from generator.content.check import check
from generator.content.models import Publish, Settings
from generator.content.yaml_source import Document
from generator.deploy.publish_lock import LASTS, Turn
from generator.errors import ContentError, WudanError
from generator.files.output import MARK
from generator.site.theme import IMMUTABLE, TYPES, shrinks

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

HOME = "index.html"
NOTES = ".wudan/published.json"
DIGEST = "wudan-digest"

FOR_EVER = "public, max-age=31536000, immutable"
A_MINUTE = "public, max-age=60"

AT_A_TIME = 16
INVALIDATIONS = 1000
"""With more paths, everything is invalidated, which CloudFront counts as one."""

CHINA = "aws-cn"
"""Where CloudFront runs no program that leads ``/about/`` to ``about/index.html``. Other services'
hosting of sites does that by itself."""

BUCKET_IN_HOST = ("aliyuncs.com", "myqcloud.com")
"""Services that want a bucket's name in the host's; a profile may say so of others."""

SENTENCES = {
    "没有找到访问密钥。请设好 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY，或用 --profile 指明。": (
        *("NoCredentialsError", "PartialCredentialsError"),
    ),
    "没有名为“{profile}”的密钥配置。请核对 --profile。": ("ProfileNotFound",),
    "没有名为“{bucket}”的存储桶。请核对 --bucket。": (
        *("NoSuchBucket", "InvalidBucketName", "ParamValidationError"),
    ),
    "密钥不对，或者不许它读写存储桶“{bucket}”。请核对密钥和权限。": (
        *("AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch"),
        *("ExpiredToken", "InvalidToken"),
    ),
    "连不上存储服务 {endpoint}。请检查网络和 --endpoint，再运行一次。": (
        *("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError"),
        *("ConnectionClosedError", "SSLError", "ProxyConnectionError"),
    ),
}
"""What is said of errors, by their names."""

_types = MediaTypes(extra_types=TYPES)


def place(root: Path, given: Mapping[str, str | None]) -> Publish:
    """Where the site at ``root`` goes: what was ``given``, else what ``site.yaml`` says.

    Raises:
        ContentError: ``site.yaml`` is wrong.
        WudanError: nothing says which bucket, or an endpoint is no address.
    """
    document = Document("site.yaml")
    try:
        yaml_source.read(f"{root}/{document.file}", document)
    except FileNotFoundError:
        document.problem("missing_file")
    # Whether what it refers to is there matters to a build.
    settings = check(document, Settings, {}, lambda to, name: None)
    if settings is None:
        raise ContentError(document.problems)
    said = {name: value for name, value in given.items() if value is not None}
    try:
        found = msgspec.convert(msgspec.to_builtins(settings.publish) | said, Publish)
    except msgspec.ValidationError:
        raise WudanError("--endpoint 要写成 https://oss-cn-beijing.aliyuncs.com 的样子。") from None
    if not found.bucket:
        raise WudanError("发布到哪个存储桶？请用 --bucket 指明，或写在 site.yaml 的 publish 里。")
    return found


@contextmanager
def turn(place: Publish, say: Callable[[str], None], lasts: float = LASTS) -> Iterator[Turn]:
    """The turn to publish there, from before the bucket is looked at to the end; ``say`` is told
    if it has to be waited for.

    Raises:
        WudanError: the bucket is out of reach.
    """
    with told(place):
        taken = Turn(client(place, _session(place)), place.bucket, lasts)
        taken.take(say)
    with taken:
        yield taken


def _session(place: Publish) -> boto3.Session:
    return boto3.Session(profile_name=place.profile or None)


class File(NamedTuple):
    """A file of the site, and how it is served."""

    path: Path
    type: str
    lifetime: str
    encoding: str

    def read(self) -> tuple[bytes, str]:
        """Its bytes, and the digest of them and of how they are served."""
        data = self.path.read_bytes()
        how = f"{self.type}\n{self.lifetime}\n{self.encoding}\n"
        served = blake2b(how.encode(), digest_size=16)
        served.update(data)
        return data, served.hexdigest()

    @property
    def headers(self) -> dict[str, str]:
        """How it is served, as S3 wants to be told."""
        said = {"ContentType": self.type, "CacheControl": self.lifetime}
        return said | ({"ContentEncoding": self.encoding} if self.encoding else {})


class Known(NamedTuple):
    """What an object was when it had this ETag."""

    etag: str
    digest: str


UNSURE = Known("", "")


class Notes(msgspec.Struct, frozen=True):
    """What is kept in the bucket: all that is ours there, and those of it that nothing leads to."""

    ours: dict[str, Known] = {}
    loose: set[str] = set()


class Publication:
    """What makes the bucket like the folder: ``new`` files that nothing there leads to, others
    that ``changed``, and those that are ``gone``.

    Raises:
        WudanError: there is no built site, or the bucket is out of reach.
    """

    def __init__(self, out: Path, place: Publish):
        if not (out / MARK).exists() or not (out / HOME).exists():
            raise WudanError(f"{out} 里没有生成好的网站。请先运行 build。")
        self._place = place
        with told(place):
            self._session = _session(place)
            self._s3 = client(place, self._session)
            self._files = dict(_files(out, self._s3.meta.partition == CHINA and not place.endpoint))
            self._compare()

    def _compare(self) -> None:
        there = self._listed()
        self._noted = self._read_notes() if NOTES in there else b""
        notes = _decoded(self._noted)
        self._ours = {key: known for key, known in notes.ours.items() if key in there}
        self._loose = notes.loose & there.keys()
        digests = {key: file.read()[1] for key, file in self._files.items()}
        doubtful = [key for key in digests if key in there and there[key] != self._of(key).etag]
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            for key, digest in zip(doubtful, pool.map(self._asked, doubtful), strict=True):
                self._ours[key] = Known(there[key], digest)
        stale = {key for key, digest in digests.items() if self._of(key).digest != digest}
        # Whoever comes to the site comes to the home page: it is never without a link to it.
        self.new = sorted(stale - (there.keys() - self._loose) - {HOME})
        self.changed = sorted(stale.difference(self.new))
        self.gone = sorted(self._ours.keys() - self._files.keys())

    def _of(self, key: str) -> Known:
        return self._ours.get(key, UNSURE)

    def _listed(self) -> dict[str, str]:
        """The ETag of every object, by key."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._place.bucket)
        return {each["Key"]: each["ETag"] for page in pages for each in page.get("Contents", ())}

    def _read_notes(self) -> bytes:
        return self._s3.get_object(Bucket=self._place.bucket, Key=NOTES)["Body"].read()

    def _asked(self, key: str) -> str:
        """The digest that an object carries, or nothing if it is none of ours."""
        answer = self._s3.head_object(Bucket=self._place.bucket, Key=key)
        return answer["Metadata"].get(DIGEST, "")

    @property
    def same(self) -> int:
        """How many files are left as they are."""
        return len(self._files) - len(self.new) - len(self.changed)

    def run(self) -> Iterator[str]:
        """Do it; yields each key when that is done.

        Raises:
            WudanError: it could not be finished; the site is whole, and another run may finish it.
        """
        with told(self._place):
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
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            for stage in _stages(keys):
                for key, known in zip(stage, pool.map(self._put_one, stage), strict=True):
                    self._ours[key] = known
                    yield key

    def _put_one(self, key: str) -> Known:
        file = self._files[key]
        data, digest = file.read()
        if file.encoding:
            data = gzip.compress(data, mtime=0)
        put: Any = self._s3.put_object
        answer = put(
            Bucket=self._place.bucket,
            Key=key,
            Body=data,
            Metadata={DIGEST: digest},
            **file.headers,
        )
        return Known(answer["ETag"], digest)

    def _delete(self, keys: list[str]) -> Iterator[str]:
        """One by one: what deletes many wants a checksum that not all services know."""
        if keys:
            self._note()
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            for stage in reversed([*_stages(keys)]):
                for key, _ in zip(stage, pool.map(self._delete_one, stage), strict=True):
                    del self._ours[key]
                    yield key

    def _delete_one(self, key: str) -> None:
        self._s3.delete_object(Bucket=self._place.bucket, Key=key)

    def _note(self) -> None:
        """Bring the notes up to date, where they are not."""
        notes = msgspec.json.encode(Notes(self._ours, self._loose), order="deterministic")
        if notes != self._noted:
            self._s3.put_object(
                Bucket=self._place.bucket,
                Key=NOTES,
                Body=notes,
                ContentType="application/json",
                CacheControl="no-store",
            )
            self._noted = notes

    def _invalidate(self, keys: Collection[str]) -> None:
        """Make CloudFront forget its copies. New files have none."""
        if not keys or not self._place.distribution:
            return
        paths = sorted({path for key in keys for path in _addresses(key)})
        if len(paths) > INVALIDATIONS:
            paths = ["/*"]
        cloudfront = self._session.client("cloudfront")
        try:
            cloudfront.create_invalidation(
                DistributionId=self._place.distribution,
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


def _files(out: Path, by_address: bool) -> Iterator[tuple[str, File]]:
    """Every file of the site, by its key; what begins with a dot is for builds alone.

    ``by_address``: pages lie under their addresses besides.
    """
    for path in out.rglob("*"):
        key = path.relative_to(out).as_posix()
        if path.is_file() and not re.search(r"(^|/)\.", key):
            kind = _types.get_type(key)
            if kind.startswith("text/"):
                kind += "; charset=utf-8"
            # Calendars are fetched by all sorts of programs, and not all of them ask for gzip.
            packed = shrinks(kind, path.stat().st_size) and not kind.startswith("text/calendar")
            lifetime = FOR_EVER if re.search(IMMUTABLE, key) else A_MINUTE
            file = File(path, kind, lifetime, "gzip" if packed else "")
            yield key, file
            if by_address and key.endswith(f"/{HOME}"):
                yield key.removesuffix(HOME), file


def _stages(keys: Collection[str]) -> Iterator[list[str]]:
    """The keys in the order in which they may be written, as far as that matters."""
    for _, stage in groupby(sorted(keys, key=_stage), _stage):
        yield [*stage]


def _stage(key: str) -> int:
    if key == HOME:
        return 3
    if key in ("404.html", "feed.xml", "sitemap.xml"):  # They lead to pages, as the home page does.
        return 2
    return 1 if key.endswith((".html", "/")) else 0


def _addresses(key: str) -> Iterator[str]:
    """The file's paths as CloudFront knows them: a page's is asked for, and led to the file."""
    path = quote(f"/{key}")
    yield path
    if path.endswith(f"/{HOME}"):
        yield path.removesuffix(HOME)


def _decoded(notes: bytes) -> Notes:
    try:
        return msgspec.json.decode(notes, type=Notes)
    except msgspec.DecodeError:
        return Notes()


def client(place: Publish, session: boto3.Session) -> "S3Client":
    """Speaks to the place's service as it wants it."""
    endpoint = place.endpoint
    config = Config(
        max_pool_connections=AT_A_TIME, retries={"mode": "standard", "total_max_attempts": 5}
    )
    if not endpoint:
        return session.client("s3", config=config)
    # Others than AWS may not know its newer checksums.
    config = config.merge(
        Config(
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
    )
    if (urlsplit(endpoint).hostname or "").endswith(BUCKET_IN_HOST):
        config = config.merge(Config(s3={"addressing_style": "virtual"}))
    return session.client("s3", endpoint_url=endpoint, config=config)


@contextmanager
def told(place: Publish) -> Iterator[None]:
    """Errors of the service, and of files that a build takes away meanwhile, as sentences."""
    try:
        yield
    except OSError as error:
        raise WudanError(f"{error}。网站如果正在生成，请等它生成完再发布。") from error
    except (BotoCoreError, ClientError) as error:
        name = type(error).__name__
        if isinstance(error, ClientError):
            name = error.response["Error"]["Code"]
        known = (sentence for sentence, names in SENTENCES.items() if name in names)
        sentence = next(known, "没有发布完（{error}）。网上的网站是完整的，请再运行一次。")
        said = msgspec.to_builtins(place) | {"endpoint": place.endpoint or "S3", "error": error}
        raise WudanError(sentence.format(**said)) from error
