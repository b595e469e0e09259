"""An installation without the extra ``aws``, which lacks boto3."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.servers import PRODUCT

SCRIPT = """
import sys
sys.modules["boto3"] = sys.modules["botocore"] = None  # An import says then that it is not there.
import build
build.main(sys.argv[1:])
"""
TABLE = {"WUDAN_STORE": "dynamodb:wudan", "WUDAN_SECRET": "what nobody can guess in a test"}


def run(root: Path, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(PRODUCT), **settings}
    program = [sys.executable, "-c", SCRIPT, *command]
    return subprocess.run(program, cwd=root, env=environment, capture_output=True, text=True)


def says_how_to_install_it(ran: subprocess.CompletedProcess[str]) -> bool:
    sentence = f"{sys.executable} -m pip install -r {PRODUCT}/requirements-aws.txt\n"
    return ran.returncode == 1 and ran.stderr.endswith(sentence) and "\n" not in ran.stderr[:-1]


def test_publishing_says_how_to_install_it(root: Path) -> None:
    assert says_how_to_install_it(run(root, "publish", "--bucket", "site"))


@pytest.mark.parametrize("command", ["build", "doctor"])
def test_a_store_in_the_cloud_says_how_to_install_it(root: Path, command: str) -> None:
    assert says_how_to_install_it(run(root, *command.split(), **TABLE))


@pytest.mark.slow
def test_one_machine_does_without_until_it_moves(root: Path) -> None:
    for command in ("build", "check", "demo --orders 3", "doctor", "backup copies"):
        ran = run(root, *command.split())
        assert ran.returncode == 0, ran.stderr
    ran = run(root, "move", "--from=sqlite:var/wudan.db", "--to=dynamodb:wudan")
    assert says_how_to_install_it(ran)
