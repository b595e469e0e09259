"""What tests of the functions share: the desk, a team, the functions as they are deployed."""

import importlib.util
import platform
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from functions.app import App
from functions.storage.connect import connect
from generator.deploy import package
from tests.support.client import Client
from tests.support.commands import run
from tests.support.community import SECRET, Clock, own_settings
from tests.support.histories import ENGINES
from tests.support.orders import Desk, Team
from tests.support.servers import PRODUCT

OF_LAMBDA = (
    *("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"),
    *("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py"),
)
"""What AWS's own images bring along, with what that needs."""


@pytest.fixture
def desk(client: Client) -> Desk:
    """A member of staff at the desk."""
    return Desk(client)


@pytest.fixture
def team(client: Client) -> Team:
    """The leader of a team."""
    return Team(client)


@pytest.fixture(scope="session")
def zips(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the zip of each function, for machines like this one."""
    out = tmp_path_factory.mktemp("zips")
    names = {machine: name for name, machine in package.ARCHITECTURES.items()}
    architecture = names[platform.machine()]
    assert [*package.bundle(bundle, out, architecture, PRODUCT / ".wudan/wheels")]
    return out


@pytest.fixture(scope="session")
def tasks(zips: Path) -> Path:
    """The folder with the zips unpacked, each in a folder of its own, as Lambda does it."""
    for function in package.FUNCTIONS:
        with ZipFile(zips / f"{function}.zip") as archive:
            archive.extractall(zips / function)
    return zips


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the Python packages of AWS's images and no others."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in OF_LAMBDA:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        place = origin.parent if spec.submodule_search_locations else origin
        (folder / place.name).symlink_to(place)
    return folder


@pytest.fixture(scope="session")
def _community(small_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = shutil.copytree(small_site, tmp_path_factory.mktemp("community") / "root")
    with own_settings():
        assert run(root, "demo", "--orders", "12").exit_code == 0
    return root


@pytest.fixture
def community(_community: Path, tmp_path: Path) -> Path:
    """The root of a community that was built and has twelve orders in its folder ``var``."""
    return shutil.copytree(_community, tmp_path / "root")


@pytest.fixture(params=["sqlite", pytest.param("dynamodb", marks=pytest.mark.slow)])
def app_on_each_engine(
    request: pytest.FixtureRequest, bundle: Path, tmp_path: Path, clock: Clock
) -> App:
    """The functions on each engine of the store, in turn."""
    address = ENGINES[request.param](tmp_path, request)
    return App(bundle, lambda: connect(address), SECRET, clock)
