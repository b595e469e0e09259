"""Files from elsewhere are read in a process of their own, with limits on size, time and memory.

A small file can unpack to gigabytes, and the parsers of workbooks take what they are given. So the
reader is another process: what it costs ends with it, and it has neither secret nor store. It works
where Lambda runs too, which has no shared memory for :mod:`multiprocessing`.
"""

import importlib
import io
import json
import os
import subprocess
import sys
from contextlib import suppress
from typing import Any
from zipfile import BadZipFile, ZipFile

from functions.errors import Wrong

SECONDS = 20
"""How long a reader may take; 2,000 rows with 23 columns take one or two. Lambda waits for 25."""
MEMORY = 256 * 1024 * 1024
"""Bytes of addresses that a reader may use; Python with openpyxl begins with 40 MB."""
UNPACKED = 32 * 1024 * 1024
"""Bytes at most of what is packed in a file; 2,000 rows with 23 columns are 3 MB."""
ENTRIES = 1000
"""How many files may be packed in one; a workbook has about ten."""
LONGEST = 8 * 1024 * 1024
"""Bytes of what a reader may return."""
HEAVY, BROKEN = "heavy", "workbook"
"""The codes of a file that passes a limit, and of one that cannot be read."""


def read(module: str, raw: bytes) -> Any:
    """What ``module.parse(raw)`` returns, which has to be JSON.

    Raises:
        Wrong: as ``parse`` raises it; ``workbook``: the file cannot be read; ``heavy``: reading it
            takes more than the limits allow.
    """
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "PATH") if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - Our own program.
            [sys.executable, "-m", __name__, module],
            input=raw,
            capture_output=True,
            timeout=SECONDS,
            env={**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    except subprocess.TimeoutExpired:
        raise Wrong(HEAVY, "file") from None
    if done.returncode or len(done.stdout) > LONGEST:
        raise Wrong(HEAVY, "file")
    found = json.loads(done.stdout)
    if code := found.get("wrong"):
        raise Wrong(code, "file", **found["names"])
    return found["read"]


def _main(module: str) -> None:
    """The other process: what was read, or what is wrong with it, as JSON on stdout."""
    _limit()
    sys.stdout.write(json.dumps(outcome(module, sys.stdin.buffer.read())))


def outcome(module: str, raw: bytes) -> dict[str, Any]:
    """What was ``read``, or the code and names of what is ``wrong``."""
    try:
        _measure(raw)
        return {"read": importlib.import_module(module).parse(raw)}
    except Wrong as wrong:
        return {"wrong": wrong.code, "names": dict(wrong.names)}
    except (MemoryError, RecursionError):
        return {"wrong": HEAVY, "names": {}}
    except Exception:
        # What a parser raises for a broken file is whatever its parts raise: zip, XML, keys.
        return {"wrong": BROKEN, "names": {}}


def _limit() -> None:
    with suppress(ImportError, OSError, ValueError):  # Windows and macOS have no such limit.
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def _measure(raw: bytes) -> None:
    """Refuse what is too large unpacked. ZipFile takes out no more than a file says that it has."""
    with suppress(BadZipFile), ZipFile(io.BytesIO(raw)) as packed:
        entries = packed.infolist()
        if len(entries) > ENTRIES or sum(each.file_size for each in entries) > UNPACKED:
            raise Wrong(HEAVY)


if __name__ == "__main__":
    _main(sys.argv[1])
