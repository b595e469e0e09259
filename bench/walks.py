"""How many calls it takes to carry three things through the program.

    python -m bench.walks [--list] [--tree]

It runs on the small site of the tests, in one process, and counts how often a Python function of
``functions/`` or ``generator/`` is entered (``sys.setprofile``, event ``call``). A generator counts
each time it is resumed, a module or a class body when it is run. Libraries and compiled templates
do not count; the app's clock, which stands still here, does.

(a) A wish, from the request event to the committed order: the first request of a process, on a new
store, so it also reads the bundle and begins the store. Every question but the day is answered.
Then the desk's page of that order, the first page that the process draws.

(b) A news title, from its YAML file to ``feed.xml``: a build right after that title was edited, by
the process that made the first build.

(c) A team's acceptance, from the request event to the committed order and counters. Before it, the
order was triaged as routine, dispatched three times and declined twice; the team names nobody.

The list of a walk has its modules in the order in which they are first entered, each with the
functions by which others enter it, as ARCHITECTURE.md shows them.

The rows "again" repeat (a) in the process that is warm by then: another wish, and the same page.

No count depends on the time or on chance, so two runs on one version of Python agree exactly. From
3.12 on a comprehension (PEP 709) is no call of its own. On a single processor (b) is longer,
because the build does itself what it otherwise leaves to a second process.
"""

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import CodeType, FrameType
from typing import TypeVar

import click

from functions.app import App
from functions.context.workdays import CHINA
from functions.storage.connect import connect
from generator.build import incremental
from tests.support.client import Answer, Client
from tests.support.orders import WISH, Desk, Team, found

PRODUCT = Path(__file__).resolve().parents[1]
COUNTED = (f"{PRODUCT}/functions/", f"{PRODUCT}/generator/")

EDITED = "content/news/spring.yaml"

Result = TypeVar("Result")
Function = tuple[str, str]
"""The file, relative to the repository, and the qualified name."""


def clock() -> datetime:
    """A Monday morning, because a deadline that passes a weekend takes more calls."""
    return datetime(2026, 11, 23, 10, tzinfo=CHINA)


class Walk:
    """What was called while the walk was taken, and at which depth for the first time."""

    def __init__(self, name: str):
        self.name = name
        self.calls: Counter[Function] = Counter()
        self.depths: dict[Function, int] = {}
        self.doors: dict[str, list[str]] = {}
        self._stack: list[Function] = []

    def take(self, step: Callable[[], Result]) -> Result:
        """Count what ``step`` calls, and return what it returns.

        Raises:
            click.ClickException: it refuses the request, so this was another walk.
        """
        sys.setprofile(self._note)
        try:
            answer = step()
        finally:
            sys.setprofile(None)
        if isinstance(answer, Answer) and answer.status not in (200, 303):
            raise click.ClickException(f"{self.name} was answered with {answer}")
        return answer

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        if event not in ("call", "return") or not (function := counted(frame.f_code)):
            return
        if event == "return":
            self._stack.pop()
            return
        self.calls[function] += 1
        self.depths.setdefault(function, len(self._stack))
        file, name = function
        caller, within = self._stack[-1] if self._stack else ("", "")
        # What is called while a module is imported is a class body, and no step of the walk.
        if caller != file and within != "<module>" and is_public(name):
            doors = self.doors.setdefault(file, [])
            if name not in doors:
                doors.append(name)
        self._stack.append(function)

    @property
    def row(self) -> str:
        files = {file for file, _ in self.calls}
        return f"| {self.name} | {len(files)} | {len(self.calls)} | {self.calls.total():,} |"

    @property
    def list(self) -> str:
        lines = (f"- `{file}`: {', '.join(names)}" for file, names in self.doors.items())
        return "\n".join([f"\n**{self.name}** ({self.calls.total():,} calls)\n", *lines])

    @property
    def tree(self) -> str:
        lines = (
            f"{self.calls[file, name]:5}  {'  ' * depth}{file}: {name}"
            for (file, name), depth in self.depths.items()
        )
        return "\n".join([f"\n## {self.name}\n", *lines])


def counted(code: CodeType) -> Function | None:
    """The function of the program that this is the code of, if it is one."""
    if code is clock.__code__:  # It stands for the one that the app has of its own.
        code = App.__init__.__code__.replace(co_qualname="App.clock")
    if not code.co_filename.startswith(COUNTED):
        return None
    return str(Path(code.co_filename).relative_to(PRODUCT)), code.co_qualname


def is_public(name: str) -> bool:
    """Whether a qualified name is one that other modules may use."""
    return not any(part.startswith(("_", "<")) for part in name.split("."))


def walks(folder: Path) -> list[Walk]:
    """Take all walks; the site and the store are made in ``folder``."""
    root = folder / "root"
    shutil.copytree(PRODUCT / "tests/site", root, ignore=shutil.ignore_patterns(".wudan", "public"))
    incremental.build(root, root / "public")
    store = f"sqlite:{folder}/wudan.db"
    client = Client(
        App(incremental.bundle_folder(root), lambda: connect(store), b"walks" * 8, clock)
    )
    post, page = Walk("(a) a wish is posted"), Walk("(a) the desk's page of it")
    post_again, page_again = Walk("(a) another wish, again"), Walk("(a) the page, again")
    title, accept = Walk("(b) a title reaches the feed"), Walk("(c) a team accepts an order")

    no = post.take(lambda: client.post("/api/wish", WISH)).no
    desk, team = Desk(client), Team(client)
    for walk in (page, page_again):
        walk.take(lambda: desk.get(f"/desk/order/?no={no}"))
    post_again.take(lambda: client.post("/api/wish", {**WISH, "name": "李先生"}))

    desk.dispatched(no)
    for _ in range(2):
        team.do(no, "declined", reason="busy")
        desk.do(no, "dispatched", team="barbers")
    version = str(found(client.app, no).version)
    sent = {**team.hidden, "no": no, "do": "accepted", "version": version, "volunteer": "team"}
    accept.take(lambda: client.post("/team/", sent))

    news = root / EDITED
    news.write_text(news.read_text().replace("title: ", "title: 新的", 1))
    title.take(lambda: incremental.build(root, root / "public"))
    if "新的" not in (root / "public/feed.xml").read_text():
        raise click.ClickException("the title did not reach the feed")
    return [post, page, title, accept, post_again, page_again]


@click.command()
@click.option("--list", "lists", is_flag=True, help="List the modules and how they are entered.")
@click.option("--tree", is_flag=True, help="List what is called, in the order of the first calls.")
def main(lists: bool, tree: bool) -> None:
    """Take the walks; print how many files, functions and calls each of them is."""
    with tempfile.TemporaryDirectory() as folder:
        taken = walks(Path(folder))
    click.echo("| walk | files | functions | calls |\n| --- | ---: | ---: | ---: |")
    for walk in taken:
        click.echo(walk.row)
    if lists:
        for walk in taken[:4]:
            click.echo(walk.list)
    if tree:
        for walk in taken:
            click.echo(walk.tree)


if __name__ == "__main__":
    main()
