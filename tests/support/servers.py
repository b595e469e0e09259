"""Real servers on loopback for tests that talk to servers, each in a process of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import boto3
import pytest

from tests.support import depth

PRODUCT = Path(__file__).parents[2]
AWS = Path(sys.prefix, "aws/bin")
DYNALITE = PRODUCT / "tests/node/node_modules/dynalite/cli.js"
PATIENCE = 60.0

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "cn-north-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
"""Whoever runs the tests must not reach an account of their own."""


def missing(what: str) -> NoReturn:
    """Skip a test for a reason that is printed; where all tests must run, fail it.

    What the machine lacks: a program, a right, or something that its disk cannot do.
    """
    if depth.ALL:
        pytest.fail(f"needs {what}")
    pytest.skip(f"needs {what}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str | Path],
    ready: Callable[[], bool],
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """The program, from when it is ready until it is no longer needed."""
    # Functions that run in a server inherit what it inherits, and must not reach another one.
    inherited = {n: v for n, v in os.environ.items() if not n.startswith("AWS_ENDPOINT_URL")}
    with (log or Path(os.devnull)).open("wb") as out:
        process = subprocess.Popen(
            [*command], env={**inherited, **(environment or {})}, stdout=out, stderr=out
        )
        try:
            until = time.monotonic() + PATIENCE
            while not ready():
                if process.poll() is not None or time.monotonic() > until:
                    said = log.read_text(errors="replace")[-2000:] if log else ""
                    raise RuntimeError(f"{command[0]} did not start: {said}")
                time.sleep(0.05)
            yield process
        finally:
            process.kill()
            process.wait(PATIENCE)


def answers(url: str) -> Callable[[], bool]:
    """Whether a server answers there, with whatever status."""

    def probe() -> bool:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    return probe


def _engine(name: str) -> Path:
    program = AWS / name
    if not program.exists():
        missing(f"{name}: make test installs it")
    return program


@contextmanager
def ministack(folder: Path, **settings: str) -> Iterator[str]:
    """DynamoDB, S3, Lambda and their like behind one address, which is yielded."""
    port = free_port()
    environment = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "TMPDIR": str(folder),  # It has no time to tidy up.
        **settings,
    }
    ready = answers(f"http://127.0.0.1:{port}/_ministack/health")
    with running([_engine("ministack")], ready, environment, folder / "ministack.log"):
        yield f"http://127.0.0.1:{port}"


def create_table(name: str, client: Any = None) -> None:
    """The table as ``infra/template.yaml`` has it; where the environment says, if nobody does."""
    client = client or boto3.client("dynamodb")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
    # Even an engine on this machine may answer before the table is there.
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def create_distribution(client: Any) -> str:
    """The ID of a distribution of CloudFront before a bucket named ``site``."""
    origin = {"Id": "site", "DomainName": "site.s3.amazonaws.com"}
    config = {
        "CallerReference": uuid4().hex,
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {"TargetOriginId": "site", "ViewerProtocolPolicy": "https-only"},
    }
    made: str = client.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
    return made


@contextmanager
def dynalite(folder: Path) -> Iterator[str]:
    """An engine that refuses every expression that DynamoDB refuses; it needs node."""
    node = shutil.which("node")
    if not node or not DYNALITE.exists():
        missing("node and, in tests/node, npm ci")
    port = free_port()
    command: list[str | Path] = [
        node,
        DYNALITE,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--createTableMs",
        "0",
    ]
    with running(command, answers(f"http://127.0.0.1:{port}/"), log=folder / "dynalite.log"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def seaweed(folder: Path) -> Iterator[str]:
    """A real S3 server that keeps objects in a folder; any key signed with its secret opens it."""
    s3, master, volume, filer, admin = (free_port() for _ in range(5))
    command: list[str | Path] = [
        *(_engine("weed"), "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
        *("-webdav=false", "-admin.ui=false", f"-s3.port={s3}", f"-master.port={master}"),
        *(f"-volume.port={volume}", f"-filer.port={filer}", f"-admin.port={admin}"),
    ]
    environment = {
        "AWS_ACCESS_KEY_ID": CREDENTIALS["AWS_ACCESS_KEY_ID"],
        "AWS_SECRET_ACCESS_KEY": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    }
    with running(command, answers(f"http://127.0.0.1:{s3}/"), environment, folder / "weed.log"):
        yield f"http://127.0.0.1:{s3}"
