"""What tests share: a small site of their own, and the functions on it with a clock they set."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from functions.app import App
from functions.context.workdays import CHINA
from functions.storage.connect import connect
from generator.build import incremental
from tests import servers
from tests.client import Client

SECRET = b"what nobody can guess in a test"
MADE = shutil.ignore_patterns(".wudan", "public", "var")
SITE = Path(__file__).parent / "site"

SLOW = {"chromium", "community", "dynamodb", "emulator", "engine", "stack", "zips"}
"""Fixtures that start other programs, or pack the functions."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what needs :data:`SLOW` fixtures out of ``make quick``."""
    for item in items:
        if isinstance(item, pytest.Function) and not SLOW.isdisjoint(item.fixturenames):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the small site, to be changed at will."""
    return shutil.copytree(SITE, tmp_path / "root", ignore=MADE)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the bundle of the small site."""
    root = shutil.copytree(SITE, tmp_path_factory.mktemp("bundled") / "root", ignore=MADE)
    incremental.build(root, root / "public")
    return incremental.bundle_folder(root)


@pytest.fixture(scope="session", autouse=True)
def _nobodys_account() -> None:
    """Whoever runs the tests, they must not reach an account of theirs."""
    os.environ.update(servers.CREDENTIALS)


@pytest.fixture(autouse=True)
def _own_settings() -> Iterator[None]:
    """Commands tell the functions in the environment where a community's orders are; no test must
    get to those of another."""
    before = {name: value for name, value in os.environ.items() if name.startswith("WUDAN_")}
    yield
    for name in [name for name in os.environ if name.startswith("WUDAN_")]:
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture(scope="session")
def dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a table, empty at first, in a DynamoDB of our own that has S3 beside it."""
    with servers.ministack(tmp_path_factory.mktemp("ministack"), SERVICES="dynamodb,s3") as url:
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = url
        servers.create_table("wudan")
        yield "dynamodb:wudan"
        del os.environ["AWS_ENDPOINT_URL_DYNAMODB"]


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 10, tzinfo=CHINA)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(bundle: Path, tmp_path: Path, clock: Callable[[], datetime]) -> App:
    return App(bundle, lambda: connect(f"sqlite:{tmp_path}/wudan.db"), SECRET, clock)


@pytest.fixture
def client(app: App) -> Client:
    return Client(app)
