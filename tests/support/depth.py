"""How much is tried: what the change at hand needs; all of it where a change may land."""

import os
from typing import TypeVar

T = TypeVar("T")

ALL = bool(os.environ.get("WUDAN_ALL_TESTS"))
"""As `.ci/run` wants it: as many examples as there is time for, and nothing skipped."""


def tried(few: T, many: T) -> T:
    """What a test tries here: ``many`` where all tests must run, otherwise ``few``."""
    return many if ALL else few
