"""The three walks of ARCHITECTURE.md are those that the program takes."""

import subprocess
import sys

import pytest

from tests.support.servers import PRODUCT


@pytest.mark.slow
def test_the_map_lists_the_walks_as_they_are() -> None:
    command = [sys.executable, "-m", "bench.walks", "--list"]
    said = subprocess.run(command, cwd=PRODUCT, capture_output=True, text=True, timeout=120)
    steps = [line for line in said.stdout.splitlines() if line.startswith("- `")]
    assert steps, said.stderr
    written = (PRODUCT / "ARCHITECTURE.md").read_text().partition("## Three walks")[2]
    assert [line for line in written.splitlines() if line.startswith("- `")] == steps
