"""The three walks of ARCHITECTURE.md: the program takes them as written, and they stay short."""

import subprocess
import sys

import pytest

from tests.support.servers import PRODUCT

LIMITS = {
    "a wish is posted": 207,
    "the desk's page of it": 360,
    "a title reaches the feed": 1551,
    "a team accepts an order": 265,
}
"""The calls that each walk took before the house was put in order; the desk's page, which the audit
and the question for a code made longer since, what it takes now and little more."""


@pytest.fixture(scope="module")
def said() -> list[str]:
    command = [sys.executable, "-m", "bench.walks", "--list"]
    done = subprocess.run(command, cwd=PRODUCT, capture_output=True, text=True, timeout=120)
    assert not done.returncode, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
def test_the_map_lists_the_walks_as_they_are(said: list[str]) -> None:
    steps = [line for line in said if line.startswith("- `")]
    assert steps
    written = (PRODUCT / "ARCHITECTURE.md").read_text().partition("## Three walks")[2]
    assert [line for line in written.splitlines() if line.startswith("- `")] == steps


@pytest.mark.slow
@pytest.mark.parametrize("walk", LIMITS)
def test_a_walk_takes_fewer_calls_than_its_limit(said: list[str], walk: str) -> None:
    (row,) = [line for line in said if line.startswith("| ") and walk in line]
    assert int(row.split("|")[4].replace(",", "")) < LIMITS[walk]
