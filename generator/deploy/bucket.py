"""The bucket that a site is published to: which one it is, how to reach it, what went wrong."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from generator.content.reading import yaml_source
from generator.content.reading.check import check
from generator.content.reading.yaml_source import Document
from generator.content.settings import Publish, Settings
from generator.errors import ContentError, WudanError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

CONNECTIONS = 16
"""How many requests run at a time."""
BUCKET_IN_HOST = ("aliyuncs.com", "myqcloud.com")
"""Services that want the bucket's name in the host name. For others an AWS profile may say so."""

SENTENCES = {
    "没有找到访问密钥。请设好 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY，或用 --profile 指明。": (
        "NoCredentialsError PartialCredentialsError"
    ),
    "没有名为“{profile}”的密钥配置。请核对 --profile。": "ProfileNotFound",
    "没有名为“{bucket}”的存储桶。请核对 --bucket。": (
        "NoSuchBucket InvalidBucketName ParamValidationError"
    ),
    "密钥不对，或者不许它读写存储桶“{bucket}”。请核对密钥和权限。": (
        "AccessDenied 403 InvalidAccessKeyId SignatureDoesNotMatch ExpiredToken InvalidToken"
    ),
    "连不上存储服务 {endpoint}。请检查网络和 --endpoint，再运行一次。": (
        "EndpointConnectionError ConnectTimeoutError ReadTimeoutError ConnectionClosedError "
        "SSLError ProxyConnectionError"
    ),
}
"""Sentences for staff, and the names of the errors that each is for."""


def target(root: Path, options: Mapping[str, str | None]) -> Publish:
    """Where the site at ``root`` goes: the options that are not None, else ``site.yaml``.

    Raises:
        ContentError: ``site.yaml`` is wrong.
        WudanError: nothing names a bucket, or the endpoint is not an address.
    """
    document = Document("site.yaml")
    try:
        yaml_source.read(f"{root}/{document.file}", document)
    except FileNotFoundError:
        document.problem("missing_file")
    # Whether the files that it refers to exist matters to a build, not here.
    settings = check(document, Settings, {}, lambda to, name: None)
    if settings is None:
        raise ContentError(document.problems)
    given = {name: value for name, value in options.items() if value is not None}
    try:
        found = msgspec.convert(msgspec.to_builtins(settings.publish) | given, Publish)
    except msgspec.ValidationError:
        raise WudanError("--endpoint 要写成 https://oss-cn-beijing.aliyuncs.com 的样子。") from None
    if not found.bucket:
        raise WudanError("发布到哪个存储桶？请用 --bucket 指明，或写在 site.yaml 的 publish 里。")
    return found


def session(target: Publish) -> boto3.Session:
    """A session with the keys of the target's profile."""
    return boto3.Session(profile_name=target.profile or None)


def client(target: Publish) -> "S3Client":
    """A client that speaks to the target's service in the way it expects."""
    retries = {"mode": "standard", "total_max_attempts": 5}
    options: dict[str, Any] = {"max_pool_connections": CONNECTIONS, "retries": retries}
    if target.endpoint:  # Services other than AWS may not know its newer checksums.
        checksums = ("request_checksum_calculation", "response_checksum_validation")
        options |= dict.fromkeys(checksums, "when_required")
    if (urlsplit(target.endpoint).hostname or "").endswith(BUCKET_IN_HOST):
        options["s3"] = {"addressing_style": "virtual"}
    config, endpoint = Config(**options), target.endpoint or None
    return session(target).client("s3", endpoint_url=endpoint, config=config)


@contextmanager
def errors_explained(target: Publish) -> Iterator[None]:
    """Turn errors of the service, and of files that a build removes meanwhile, into sentences.

    Raises:
        WudanError: one of them happened.
    """
    try:
        yield
    except OSError as error:
        raise WudanError(f"{error}。网站如果正在生成，请等它生成完再发布。") from error
    except (BotoCoreError, ClientError) as error:
        name = type(error).__name__
        if isinstance(error, ClientError):
            name = error.response["Error"]["Code"]
        known = (sentence for sentence, names in SENTENCES.items() if name in names.split())
        sentence = next(known, "没有发布完（{error}）。网上的网站是完整的，请再运行一次。")
        values = {**msgspec.to_builtins(target), "endpoint": target.endpoint or "S3"}
        raise WudanError(sentence.format(**values, error=error)) from error
