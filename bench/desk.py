"""The desk's pages with few orders and with many, side by side in one run.

    python -m bench.desk [--few 1000] [--many 100000] [--times 15]

Prints the median of each page (ms in this process, from the event to the answer) and the ratio
of many to few. Filling the larger store takes some minutes.
"""

import statistics
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

import click

from functions.app import App
from functions.asgi import ROUTES
from functions.ops import demo
from functions.orders import repository
from functions.people import accounts
from functions.people.accounts import Accounts
from functions.storage.connect import connect
from functions.web.http import FORM, Answer, respond
from generator.build import incremental

NAME = "bench"


class Desk:
    """A store of so many orders, and somebody signed in at its desk."""

    def __init__(self, bundle: Path, folder: Path, orders: int):
        self.app = App(bundle, lambda: connect(f"sqlite:{folder}/{orders}/wudan.db"), b"bench")
        demo.fill(self.app, orders)
        password = Accounts(self.app.store, self.app.clock).add(NAME, accounts.STAFF)
        typed = urlencode({"name": NAME, "password": password})
        self.cookie = self.ask("POST", "/desk/sign-in/", body=typed)["cookies"][0]

    def ask(self, method: str, path: str, query: str = "", body: str = "") -> Answer:
        cookie = getattr(self, "cookie", "").partition(";")[0]
        event = {
            "rawQueryString": query,
            "headers": {"cookie": cookie, "content-type": FORM, "sec-fetch-site": "same-origin"},
            "requestContext": {"http": {"method": method, "path": path}},
            "body": body,
        }
        answer = respond(ROUTES, event, self.app).answer
        if answer["statusCode"] != (200 if method == "GET" else 303):
            raise click.ClickException(f"{method} {path} was answered with {answer}")
        return answer

    def pages(self) -> dict[str, tuple[str, str]]:
        """What is timed: the path and the query of each page."""
        store = self.app.store
        last = list(store.numbers(repository.KIND))[-1]
        closed = store.waiting(repository.KIND, "closed", limit=1_000_000)
        middle = closed[len(closed) // 2]
        phone = self.app.personal.contact(last)["phone"]
        busy = max(self.app.store.months())
        return {
            "board": ("/desk/", ""),
            "one step": ("/desk/", urlencode({"state": "done"})),
            "all orders, newest first": ("/desk/find/", ""),
            "all orders, from the middle": ("/desk/find/", urlencode({"before": middle.position})),
            "closed, from the middle": (
                "/desk/find/",
                urlencode({"state": "closed", "before": middle.position}),
            ),
            "by service and month": (
                "/desk/find/",
                urlencode({"service": "haircut", "month": busy}),
            ),
            "by phone's last four": ("/desk/find/", urlencode({"q": phone[-4:]})),
            "one order": ("/desk/order/", urlencode({"no": last})),
            "month's report": ("/desk/report/", urlencode({"month": busy})),
        }

    def milliseconds(self, path: str, query: str, times: int) -> float:
        took = []
        self.ask("GET", path, query)  # The template is compiled once.
        for _ in range(times):
            began = time.perf_counter()
            self.ask("GET", path, query)
            took.append(1000 * (time.perf_counter() - began))
        return statistics.median(took)


@click.command()
@click.option("--few", default=1_000, show_default=True)
@click.option("--many", default=100_000, show_default=True)
@click.option("--times", default=15, show_default=True)
def main(few: int, many: int, times: int) -> None:
    """Fill two stores, time the desk's pages on both, print the medians and their ratio."""
    root = Path(__file__).parents[1]
    with tempfile.TemporaryDirectory() as folder:
        incremental.build(root, Path(folder) / "public")
        desks = [
            Desk(incremental.bundle_folder(root), Path(folder), orders) for orders in (few, many)
        ]
        answer = [desk.pages() for desk in desks]
        click.echo(f"{'page':34}{few:>10,} {many:>10,}   ratio")
        for name in answer[0]:
            took = [d.milliseconds(*a[name], times) for d, a in zip(desks, answer, strict=True)]
            click.echo(f"{name:34}{took[0]:7.1f} ms {took[1]:7.1f} ms {took[1] / took[0]:7.2f}")


if __name__ == "__main__":
    main()
