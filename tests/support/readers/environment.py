"""Returns what it knows."""

import os


def parse(raw: bytes) -> list[str]:
    return [*os.environ]
