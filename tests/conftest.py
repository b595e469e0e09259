"""What tests share: a small site of their own, and the functions on it with a clock they set."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from functions.app import App
from functions.storage.connect import connect
from functions.storage.port import Store
from generator.build import incremental
from tests.support import servers
from tests.support.client import Client
from tests.support.community import SECRET, Clock, own_settings
from tests.support.depth import tried
from tests.support.program import Server
from tests.support.site import MADE, SITE

SLOW = {"community", "dynamodb", "emulator", "engine", "launch", "server", "stack"}
SLOW |= {"webkit", "zips"}
"""Fixtures that start other programs, or pack the functions."""

# No deadline: how long one example takes says nothing on a machine that others use as well.
settings.register_profile("depth", max_examples=tried(20, 100), deadline=None)
settings.load_profile("depth")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what needs :data:`SLOW` fixtures out of ``make quick``."""
    for item in items:
        if isinstance(item, pytest.Function) and not SLOW.isdisjoint(item.fixturenames):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the small site, to be changed at will."""
    return shutil.copytree(SITE, tmp_path / "root", ignore=MADE)


@pytest.fixture
def server(root: Path, tmp_path: Path) -> Iterator[Server]:
    """The real program, serving that copy."""
    server = Server(root, tmp_path / "data")
    yield server
    server.kill()


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small site, built once for all tests, which leave it as it is."""
    root = shutil.copytree(SITE, tmp_path_factory.mktemp("small") / "root", ignore=MADE)
    incremental.build(root, root / "public")
    return root


@pytest.fixture(scope="session")
def bundle(small_site: Path) -> Path:
    """The folder of the bundle of the small site."""
    return incremental.bundle_folder(small_site)


@pytest.fixture
def built(small_site: Path, tmp_path: Path) -> Path:
    """A copy of the small site with all that a build made of it, to be changed at will."""
    return shutil.copytree(small_site, tmp_path / "root")


@pytest.fixture(scope="session", autouse=True)
def _nobodys_account() -> None:
    """Whoever runs the tests, they must not reach an account of theirs."""
    os.environ.update(servers.CREDENTIALS)


@pytest.fixture(autouse=True)
def _own_settings() -> Iterator[None]:
    with own_settings():
        yield


@pytest.fixture(scope="session")
def dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a table in a DynamoDB of our own that has S3 beside it. Tests share it, so
    each adds ``/`` and a community of its own, or what others filed decides what becomes of it."""
    with servers.ministack(tmp_path_factory.mktemp("ministack"), SERVICES="dynamodb,s3") as url:
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = url
        servers.create_table("wudan")
        yield "dynamodb:wudan"
        del os.environ["AWS_ENDPOINT_URL_DYNAMODB"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with nothing in it. A copy takes a tenth of the time that migrations take."""
    file = tmp_path_factory.mktemp("empty") / "wudan.db"
    connect(f"sqlite:{file}").close()
    return file


@pytest.fixture
def app(bundle: Path, tmp_path: Path, clock: Clock, empty_store: Path) -> App:
    file = tmp_path / "wudan.db"

    def opened() -> Store:
        if not file.exists():
            shutil.copy(empty_store, file)
        return connect(f"sqlite:{file}")

    return App(bundle, opened, SECRET, clock)


@pytest.fixture
def client(app: App) -> Client:
    return Client(app)
