"""What functions of the tests are made from: a secret, settings, and a clock that a test sets."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from functions.context.workdays import CHINA

SECRET = b"what nobody can guess in a test"


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 10, tzinfo=CHINA)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@contextmanager
def own_settings() -> Iterator[None]:
    """Commands tell the functions in the environment where a community's orders are; nobody must
    get to those of another."""
    before = {name: value for name, value in os.environ.items() if name.startswith("WUDAN_")}
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("WUDAN_")]:
            del os.environ[name]
        os.environ.update(before)
