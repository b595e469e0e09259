"""A command of the program in a process of its own, killed at a moment of one's choice.

The moments are those at which it is about to touch the disk, as Python's audit hooks tell (PEP
578): before a file is opened, renamed or removed, a folder made, a database connected. They are
the same in every run, so a test can go through all of them.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PRODUCT = Path(__file__).parents[2]
TOUCHES = (
    *("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate"),
    *("shutil.copyfile", "shutil.rmtree", "sqlite3.connect", "fcntl.flock", "tempfile.mkdtemp"),
)

SCRIPT = """
import os, signal, sys
count, last, touches, watched = 0, int(sys.argv[1]), sys.argv[2].split(","), sys.argv[3]

def hook(event, args):
    global count
    if event in touches and (event == "fcntl.flock" or watched in str(args[0])):
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
import build
try:
    build.main(sys.argv[4:])
finally:
    sys.stderr.write(f"moments={count}\\n")
"""


def run(moment: int, watched: Path, *command: str | Path) -> tuple[int, str]:
    """Run ``build.py`` with these arguments and kill it at the so-manieth touch of something whose
    path contains ``watched``, 0 for never; return its exit code (negative: killed) and the error
    output."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(moment), ",".join(TOUCHES), str(watched)]
        + [str(argument) for argument in command],
        cwd=PRODUCT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def moments(watched: Path, *command: str | Path) -> int:
    """How many moments a run of the command has that is left alone."""
    code, said = run(0, watched, *command)
    assert code == 0, said
    return int(said.rsplit("moments=", 1)[1])


def each(watched: Path, *command: str | Path, most: int = 20) -> Iterator[int]:
    """Kill the command at so many of its moments, the folder ``watched`` being each time as it was
    at the beginning; at the end of all it is run to its end once."""
    before = watched.with_name(f"{watched.name}-before")
    watched.mkdir(exist_ok=True)
    shutil.copytree(watched, before)
    for moment in [*spread(moments(watched, *command), most), 0]:
        shutil.rmtree(watched)
        shutil.copytree(before, watched)
        code, said = run(moment, watched, *command)
        assert (code < 0) == bool(moment), said
        yield moment
    shutil.rmtree(before)


def spread(count: int, most: int) -> list[int]:
    """At most so many moments of all, evenly spread, the first and the last among them."""
    if count <= most:
        return [*range(1, count + 1)]
    return sorted({1 + round(n * (count - 1) / (most - 1)) for n in range(most)})
