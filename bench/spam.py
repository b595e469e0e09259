"""What gets past the signs of spam, and which residents' wishes are held with it.

    python -m bench.spam [--spam 10000] [--only KIND] [--seed 16]

One day of a station on the small site of the tests, in one process, with a clock that goes from
post to post. Residents: each at home with their own phone and address, one in ten from a copy of
the static page; a library's one address; a family's one phone; the station's own tablet; a day of
service with 40 wishes from one address within an hour. Staff triage all that waits each full hour
from nine to five. With them comes one kind of spam after another, spread over the morning; the slow
drip, a tenth as many, over the whole day.

Prints how much of the spam waits for staff among the wishes, how many residents' wishes are held,
and how long the message about a resident's wish waited at most for those before it: a round each
minute sends 50. Before, nothing was held. The mix is made of the seed, so two runs agree.
"""

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from heapq import merge
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import click

from functions.app import App
from functions.context.workdays import CHINA
from functions.orders import repository
from functions.orders.lifecycle.states import HELD, STAFF
from functions.orders.repository import Step
from functions.storage.connect import connect
from functions.storage.history import Event
from functions.web import signs
from generator.build import incremental
from tests.support.client import Client
from tests.support.orders import WISH

PRODUCT = Path(__file__).resolve().parents[1]
MORNING = datetime(2026, 11, 23, 7, tzinfo=CHINA)
EVENING = MORNING + timedelta(hours=15)
A_ROUND = 50
"""How many messages a round sends in a minute."""
OPEN = range(9, 18)
"""The hours at which staff triage all that waits."""


class Post(NamedTuple):
    """A wish that is sent ``after`` so many seconds with the form; None without one. ``kind`` says
    of whom it is."""

    at: datetime
    kind: str
    sender: str
    phone: str
    after: float | None
    words: str
    trap: str = ""


class Mix:
    """The posts of a day, made of chance."""

    def __init__(self, seed: int):
        self.chance, self.made = random.Random(seed), 0  # noqa: S311

    def post(
        self, at: datetime, kind: str, sender: str = "", phone: str = "", **more: object
    ) -> Post:
        self.made += 1
        chance = self.chance
        sender = sender or ".".join(str(chance.randint(1, 250)) for _ in range(4))
        words = f"想请人上门帮忙，第 {self.made} 件。"
        after: object = more.get("after", chance.uniform(40, 600))
        return Post(
            at,
            kind,
            sender,
            phone or f"13{chance.randint(0, 999_999_999):09}",
            after if after is None else float(str(after)),
            str(more.get("words", words)),
            str(more.get("trap", "")),
        )

    def when(self, begins: datetime, hours: float) -> datetime:
        return begins + timedelta(hours=self.chance.uniform(0, hours))

    def residents(self) -> list[Post]:
        """Nobody of them is spam."""
        made = []
        for n in range(200):
            after = None if n % 10 == 0 else self.chance.uniform(40, 600)
            made.append(self.post(self.when(MORNING, 15), "at home", after=after))
        for kind, count, hours, phone in (
            ("a library", 25, 12.0, ""),
            ("a family", 5, 12.0, "13800000001"),
            ("the station's tablet", 30, 10.0, ""),
            ("a day of service", 40, 1.0, ""),
        ):
            sender = f"198.51.100.{count}"
            for _ in range(count):
                at = self.when(MORNING + timedelta(hours=2), hours)
                made.append(self.post(at, kind, sender, phone))
        return made


def _many(mix: Mix, count: int, kind: str, hours: float = 5, **more: object) -> list[Post]:
    senders, phones = int(str(more.pop("senders"))), str(more.pop("phone", ""))
    addresses = [f"203.0.{n // 250}.{n % 250}" for n in range(senders)]
    return [
        mix.post(mix.when(MORNING, hours), kind, mix.chance.choice(addresses), phones, **more)
        for _ in range(count)
    ]


SPAM: dict[str, Callable[[Mix, int, str], list[Post]]] = {
    "nothing": lambda mix, count, kind: [],
    "one sender, as fast as it goes": lambda m, n, k: _many(m, n, k, senders=1, after=0.3),
    "one sender, drawn and waited for": lambda m, n, k: _many(m, n, k, senders=1, after=30),
    "one phone, 500 senders": lambda m, n, k: _many(
        m, n, k, senders=500, after=30, phone="13900000000"
    ),
    "posts without a form, one sender": lambda m, n, k: _many(m, n, k, senders=1, after=None),
    "posts without a form, 500 senders": lambda m, n, k: _many(m, n, k, senders=500, after=None),
    "fills every field, 500 senders": lambda m, n, k: _many(
        m, n, k, senders=500, after=30, trap="http://example.com"
    ),
    "advertises with links, 500 senders": lambda m, n, k: _many(
        m, n, k, senders=500, after=30, words="看 http://a.example 和 http://b.example"
    ),
    "drawn and waited for, 500 senders": lambda m, n, k: _many(m, n, k, senders=500, after=30),
    "drawn and waited for, 10,000 senders": lambda m, n, k: _many(
        m, n, k, senders=10_000, after=30
    ),
    "slow drip, 1,000 senders": lambda m, n, k: _many(m, n // 10, k, 15, senders=1_000, after=30),
}


class Day:
    """A station's day, with what became of each post."""

    def __init__(self, bundle: Path, folder: Path):
        self.now = MORNING
        self.app = App(
            bundle, lambda: connect(f"sqlite:{folder}/wudan.db"), b"spam" * 9, self.clock
        )
        self.client = Client(self.app)
        self.filed: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        self.queue, self.longest = 0.0, 0.0
        self._answers = MORNING

    def clock(self) -> datetime:
        return self.now

    def live(self, posts: Iterator[Post]) -> None:
        for hour, each in groupby(posts, lambda post: post.at.hour):
            if hour in OPEN:
                self._triage()
            for post in each:
                self._send(post)

    def _send(self, post: Post) -> None:
        self.now = post.at
        sent = {**WISH, "phone": post.phone, "detail": post.words, signs.TRAP: post.trap}
        if post.after is not None:
            self.now -= timedelta(seconds=post.after)
            sent["once"] = signs.form_id(self.app.current())
            self.now = post.at
        self.client.sender = post.sender
        answer = self.client.post("/api/wish", sent)
        refused = answer.status == 429
        head = None if refused else self.app.store.head(answer.no)
        held = refused or (head is not None and head.state == HELD)
        (self.held if held else self.filed)[post.kind] += 1
        self._tell(post, held)

    def _tell(self, post: Post, held: bool) -> None:
        """The messages of what was filed wait for each other."""
        minutes = (self.now - self._answers).total_seconds() / 60
        self.queue, self._answers = max(0.0, self.queue - A_ROUND * minutes), self.now
        self.queue += not held
        if post.kind not in SPAM and not held:
            self.longest = max(self.longest, self.queue / A_ROUND)

    def _triage(self) -> None:
        at, data = self.now.isoformat(), {"level": "routine", "due": "2026-12-01"}
        while heads := self.app.store.waiting(repository.KIND, "submitted", limit=500):
            for head in heads:
                if order := self.app.orders.find(head.no):
                    self.app.orders.move(order, Step(Event("triaged", STAFF, at, data)))


def row(day: Day, kind: str) -> str:
    """What became of a day's posts."""
    spam = day.filed[kind] + day.held[kind]
    real = sum(day.filed.values()) + sum(day.held.values()) - spam
    wrongly = {name: count for name, count in day.held.items() if name != kind}
    who = ", ".join(f"{name} {count}" for name, count in wrongly.items())
    share = f"{100 * day.filed[kind] / spam:.1f} %" if spam else ""
    held = f"{sum(wrongly.values())} of {real}{f' ({who})' if who else ''}"
    before = max(spam, 1) / A_ROUND
    return (
        f"| {kind} | {spam:,} | {day.filed[kind]:,} | {share} | {held}"
        f" | {day.longest:.1f} min | {before:.0f} min |"
    )


@click.command()
@click.option("--spam", default=10_000, show_default=True, help="How much spam there is.")
@click.option("--only", default="", help="Only kinds with this in their name.")
@click.option("--seed", default=16, show_default=True)
def main(spam: int, only: str, seed: int) -> None:
    """Replay a day with each kind of spam; print what got through and what was held wrongly."""
    click.echo(
        "| spam | sent | got through | | residents' wishes held | a real one's message waits"
        " | all at once, nothing held |"
    )
    click.echo("| --- | ---: | ---: | ---: | --- | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        ignored = shutil.ignore_patterns(".wudan", "public")
        shutil.copytree(PRODUCT / "tests/site", root, ignore=ignored)
        incremental.build(root, root / "public")
        for number, (kind, make) in enumerate(SPAM.items()):
            if only not in kind:
                continue
            mix = Mix(seed)
            by_time = attrgetter("at")
            posts = sorted(mix.residents(), key=by_time), sorted(make(mix, spam, kind), key=by_time)
            store = Path(folder) / str(number)
            day = Day(incremental.bundle_folder(root), store)
            day.live(merge(*posts, key=by_time))
            day.app.close()
            click.echo(row(day, kind))


if __name__ == "__main__":
    main()
