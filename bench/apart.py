"""How long a resident waits for a form while others wait or work, and what exports take.

    python -m bench.apart [--orders 30000] [--seconds 10] [--program DIR]

A server of its own, with a year of made-up orders. ``/wish/`` is asked for twenty times a second,
at moments fixed beforehand, from which the time of an answer counts: first alone, then while
something else goes on. ``DIR`` is another version of the program, to be measured the same way.

Prints the median, the 99th of a hundred and the slowest for each, how long a wish waits while
another program holds the lock, and the most memory that the server's process ever took.
"""

import contextlib
import http.client
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import click

from tests.support.servers import answers, free_port, running

PRODUCT = Path(__file__).parents[1]
FORM = {
    "content-type": "application/x-www-form-urlencoded",
    "sec-fetch-site": "same-origin",
}
RATE = 20
LONGEST = 120
SIX, TWENTY = 6, 20
WISH = {
    "service": "other",
    "detail": "老人腿脚不便，想请人上门理发。",
    "name": "欧阳奶奶",
    "phone": "13800001111",
    "address": "3 栋 2 单元 401",
    "consent": "yes",
}
PASSWORD = re.compile(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}")
CHOSEN = "three quiet herons"
SESSION = "wudan_desk="
"""How the cookie of whoever is signed in begins."""
ZIP = b"PK"
"""How a workbook begins."""
TOKEN = re.compile(r'name="token" value="([^"]*)"')


class Server:
    """A running server, and somebody signed in at its desk."""

    def __init__(self, port: int, process: int, database: Path):
        self.port, self.process, self.database = port, process, database
        self.cookie = self.token = ""

    def ask(self, method: str, path: str, typed: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body; 0 where there is no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        try:
            body = urlencode(typed) if typed is not None else None
            connection.request(method, path, body, {**FORM, "cookie": self.cookie})
            answer = connection.getresponse()
            for given in answer.headers.get_all("set-cookie", []):
                if given.startswith(SESSION):
                    self.cookie = given.partition(";")[0]
            return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def sign_in(self, name: str, password: str) -> None:
        """Sign in with a password that was drawn, and choose another."""
        self.ask("POST", "/desk/sign-in/", {"name": name, "password": password})
        self.token = self.found_token()
        new = {"old": password, "new": CHOSEN, "again": CHOSEN, "token": self.token}
        self.ask("POST", "/desk/password/", new)
        self.token = self.found_token()

    def found_token(self) -> str:
        """The token that the desk's forms send."""
        found = TOKEN.search(self.ask("GET", "/desk/sheets/")[1].decode())
        if not found:
            raise click.ClickException("nobody could sign in")
        return found[1]

    def export(self) -> tuple[int, bytes]:
        """All orders, or 503, if too many wait already; the password is typed with it, because it
        may be asked for."""
        typed = {"token": self.token, "month": "", "proof": CHOSEN}
        status, workbook = self.ask("POST", "/desk/sheets/orders.xlsx", typed)
        if status != 503 and not workbook.startswith(ZIP):
            raise click.ClickException(f"an export was answered with {status} and no workbook")
        return status, workbook

    def worked(self) -> float:
        """Seconds of a processor that its process took."""
        numbers = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MiB that its process had at most."""
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextmanager
def served(program: Path, folder: Path, orders: int, log: Path | None = None) -> Iterator[Server]:
    """``build.py serve`` of a program, with its own site and so many orders."""
    root = folder / "root"
    root.mkdir()
    for name in ("content", "static", "templates"):
        shutil.copytree(program / name, root / name)
    for name in ("site.yaml", "calendar.yaml"):
        shutil.copy(program / name, root)
    common: list[str | Path] = [sys.executable, program / "build.py"]

    def run(*command: str) -> str:
        made = [*common, *command, "--root", root]
        return subprocess.run(  # noqa: S603
            made, cwd=program, check=True, capture_output=True, text=True
        ).stdout

    run("build")
    run("demo", "--orders", str(orders))
    password = PASSWORD.search(run("staff", "add", "bench"))
    if not password:
        raise click.ClickException("no password was told")
    port = free_port()
    command = [*common, "serve", "--root", root, "--port", str(port)]
    environment = {"PYTHONPATH": str(program)}
    with running(command, answers(f"http://127.0.0.1:{port}/"), environment, log) as process:
        server = Server(port, process.pid, root / "var/wudan.db")
        server.sign_in("bench", password[0])
        yield server


def forms(server: Server, seconds: float, path: str = "/wish/", rate: float = RATE) -> list[float]:
    """The time of each answer, in ms; of one that is not what was asked for, the longest wait."""
    began = time.perf_counter() + 0.1

    def ask(due: float) -> float:
        time.sleep(max(0.0, due - time.perf_counter()))
        status, _ = server.ask("GET", path)
        return 1000 * (time.perf_counter() - due if status == 200 else LONGEST)

    moments = [began + number / rate for number in range(int(rate * seconds))]
    with ThreadPoolExecutor(len(moments)) as pool:
        return list(pool.map(ask, moments))


@contextmanager
def over_and_over(act: Callable[[], object], times: int) -> Iterator[None]:
    """So many who do something, each again as soon as it is done, until the end of the block."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.is_set():
            act()

    with ThreadPoolExecutor(times) as pool:
        going_on = [pool.submit(go_on) for _ in range(times)]
        time.sleep(1)  # Until they are at work.
        try:
            yield
        finally:
            ended.set()
        for each in going_on:
            each.result()  # What was refused measures nothing.


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Another program holds the lock, and six at the desk and six residents wait for it."""
    with ExitStack() as stack:

        def sign_in() -> None:
            server.ask("POST", "/desk/sign-in/", {"name": "nobody", "password": "x"})

        def file() -> None:
            server.ask("POST", "/api/wish", WISH)

        with contextlib.closing(sqlite3.connect(server.database)) as db:
            db.execute("BEGIN IMMEDIATE")
            for act in (sign_in, file):
                stack.enter_context(over_and_over(act, SIX))
            yield
            db.rollback()


def waited(server: Server) -> list[tuple[float, int]]:
    """How long each of forty wishes waited under the lock, in seconds, and the answer's status."""

    def file(number: int) -> tuple[float, int]:
        began = time.perf_counter()
        status, _ = server.ask("POST", "/api/wish", {**WISH, "once": f"locked-{number}"})
        return time.perf_counter() - began, status

    with contextlib.closing(sqlite3.connect(server.database)) as db:
        db.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(2 * TWENTY) as pool:
            found = list(pool.map(file, range(2 * TWENTY)))
        db.rollback()
    return found


@click.command()
@click.option("--orders", default=30_000, show_default=True)
@click.option("--seconds", default=10.0, show_default=True)
@click.option("--program", default=PRODUCT, type=click.Path(path_type=Path, exists=True))
def main(orders: int, seconds: float, program: Path) -> None:
    """Measure; print a line for each."""
    numbers = iter(range(10**9))
    with (
        tempfile.TemporaryDirectory() as folder,
        served(program.resolve(), Path(folder), orders) as server,
    ):

        def stranger() -> None:
            name = f"nobody {next(numbers)}"
            server.ask("POST", "/desk/sign-in/", {"name": name, "password": "x"})

        exported = Counter[int]()

        def export() -> None:
            exported[status := server.export()[0]] += 1
            time.sleep(status == 503)  # As the answer asks, only sooner.

        server.ask("GET", "/wish/")
        meanwhile: dict[str, contextlib.AbstractContextManager[None]] = {
            "alone": contextlib.nullcontext(),
            "the lock is held, twelve wait": locked(server),
            "six export all orders": over_and_over(export, SIX),
            "twenty sign in": over_and_over(stranger, TWENTY),
        }
        click.echo(f"{'/wish/ while':32}{'median':>10}{'p99':>10}{'slowest':>10}")
        memory = {"at first": server.memory()}
        began = time.perf_counter()
        status, workbook = server.export()
        took = time.perf_counter() - began
        memory["after one export"] = server.memory()
        for name, going_on in meanwhile.items():
            with going_on:
                found = forms(server, seconds)
            worst = statistics.quantiles(found, n=100)[98]
            click.echo(
                f"{name:32}{statistics.median(found):7.0f} ms{worst:7.0f} ms{max(found):7.0f} ms"
            )
            if "export" in name:
                memory["after six at once"] = server.memory()
        click.echo(f"six at once: {exported[200]} workbooks, {exported[503]} told to wait")
        waits = waited(server)
        click.echo(
            f"forty wishes under the lock: answered after {min(w for w, _ in waits):.1f} to"
            f" {max(w for w, _ in waits):.1f} s, with {sorted({s for _, s in waits})}"
        )
        click.echo(
            f"export of {orders:,} orders: {status}, {len(workbook) / 1e6:.1f} MB in {took:.1f} s"
        )
        click.echo("memory: " + ", ".join(f"{mib:.0f} MiB {when}" for when, mib in memory.items()))


if __name__ == "__main__":
    main()
