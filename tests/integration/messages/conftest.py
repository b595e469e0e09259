"""What tests of messages share: a robot on loopback."""

from collections.abc import Iterator

import pytest

from tests.support.robots import Robot, serving


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def robot() -> Iterator[Robot]:
    robot = Robot()
    with serving(robot):
        yield robot
