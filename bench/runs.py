"""A program run to its end, and what it took: how long, and how much memory."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click

Command = Sequence[str | Path]
PAUSE = 0.005
FORBIDDING = "PYTHONDONTWRITEBYTECODE"
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != FORBIDDING}
"""Programs keep what they compiled, as they do wherever nobody forbids it."""


class Run(NamedTuple):
    """Wall time of a program, the most memory (MiB) that its largest process took, and the
    processors' time of all its processes."""

    seconds: float
    largest: float
    processor: float


def run(command: Command, folder: Path) -> Run:
    """Run a program as fast as it goes.

    What this process has in memory is a lower bound of what is found: the system counts it to
    each program that it starts.
    """
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603
        command, cwd=folder, stdout=subprocess.DEVNULL, env=ENVIRONMENT
    )
    _, status, usage = os.wait4(process.pid, 0)
    _insist(status, command)
    seconds = time.perf_counter() - began
    return Run(seconds, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)


def instructions(command: Command, folder: Path) -> int:
    """How many instructions a program and all that it starts execute, counted by Valgrind.

    The same program gives the same count within a thousandth, however busy the machine is.
    """
    if not shutil.which("valgrind"):
        raise click.ClickException("counting instructions needs valgrind")
    counting = ["valgrind", "--tool=callgrind", "--trace-children=yes"]
    done = subprocess.run(  # noqa: S603
        [*counting, "--callgrind-out-file=/dev/null", *command],
        cwd=folder,
        env=ENVIRONMENT | {"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
    )
    _insist(done.returncode, command)
    return sum(map(int, re.findall(r"Collected : (\d+)", done.stderr)))


def together(command: Command, folder: Path) -> float:
    """Run a program under watch: the most memory (MiB) that all its processes took at one time.

    Looking takes time from the program, so that this run tells nothing of its speed.
    """
    process = subprocess.Popen(  # noqa: S603
        command, cwd=folder, stdout=subprocess.DEVNULL, env=ENVIRONMENT, start_new_session=True
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, _taken([*map(_memory, _session(process.pid))]))
        time.sleep(PAUSE)
    _insist(process.returncode, command)
    return peak / 1024


def _insist(status: int, command: Command) -> None:
    if status:
        raise click.ClickException(f"{' '.join(map(str, command))} failed")


def _session(leader: int) -> Iterator[int]:
    """The processes that a program started, by themselves or by one another."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getsid(int(name)) == leader:
                yield int(name)
        except ProcessLookupError:
            continue


def _memory(process: int) -> dict[str, int]:
    """What Linux tells of a process's memory, in KiB; nothing where it has ended."""
    try:
        _, *lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return {}
    return {key: int(text.split()[0]) for key, text in (line.split(":") for line in lines)}


def _taken(processes: Sequence[dict[str, int]]) -> int:
    """What processes take that were forked from one another.

    Of their own pages some are shared among them, so each counts for its part. Mapped files are
    shared with the whole machine, which must not make them less: they count once, as much as the
    one process has that has most of them.
    """
    known = [each for each in processes if each]
    mapped = max((each["Rss"] - each["Anonymous"] for each in known), default=0)
    return sum(each["Pss_Anon"] for each in known) + mapped
