"""What each step of an order's life costs in DynamoDB, in request units.

    python -m bench.cost

Runs the functions against a DynamoDB of our own (ministack, from ``make test``) on a community
with a year of 500 orders, and counts by Amazon's rules ("Read and write operations" in the
DynamoDB guide): a write unit for each KB of an item, twice in a transaction; a read unit for each
4 KB of a strongly consistent read, by item in a batch, by the whole in a query.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import click

from functions import scheduled
from functions.app import App
from functions.ops import demo
from functions.orders import repository
from functions.orders.figures.snapshot import snapshot
from functions.storage.dynamodb import DynamoDB
from functions.storage.history import Change
from generator.build import incremental
from tests.support import servers
from tests.support.client import Client
from tests.support.orders import Desk, Team

PRODUCT = Path(__file__).parents[1]
KB, BLOCK = 1024, 4096
TELL = {
    "service": "haircut",
    "detail": "老人腿脚不便,想请人上门理发,平时都在家。",
    "name": "欧阳奶奶",
    "phone": "13812345678",
    "address": "3 栋 2 单元 401",
    "consent": "yes",
}
STARS = {"attitude": "5", "skill": "5", "timeliness": "5", "solved": "solved"}


class Meter:
    """Counts what a store asks of DynamoDB."""

    def __init__(self, store: DynamoDB):
        self.units: Counter[str] = Counter()
        self._raw = boto3.client("dynamodb")
        events = store.client.meta.events
        events.register("provide-client-params.dynamodb", self._sent)
        events.register("after-call.dynamodb", self._answered)

    def _sent(self, params: Mapping[str, Any], model: Any, **more: Any) -> None:
        self.units["requests"] += 1
        if model.name == "TransactWriteItems":
            for action in params["TransactItems"]:
                ((_, single),) = action.items()
                self.units["write"] += 2 * self._written(single)
        elif model.name in ("PutItem", "UpdateItem", "DeleteItem"):
            self.units["write"] += self._written(params)

    def _written(self, single: Mapping[str, Any]) -> int:
        """The larger of the item before and after; what an update adds is within the rounding."""
        key = single.get("Key") or {name: single["Item"][name] for name in ("pk", "sk")}
        old = self._raw.get_item(TableName=single["TableName"], Key=key).get("Item", {})
        return _blocks(max(_size(old), _size(single.get("Item", {}))), KB)

    def _answered(self, parsed: Mapping[str, Any], model: Any, **more: Any) -> None:
        if model.name == "GetItem":
            self.units["read"] += _blocks(_size(parsed.get("Item", {})), BLOCK)
        elif model.name == "Query":
            self.units["read"] += _blocks(sum(map(_size, parsed["Items"])), BLOCK)
        elif model.name == "BatchGetItem":
            for items in parsed["Responses"].values():
                self.units["read"] += sum(_blocks(_size(item), BLOCK) for item in items)


def _size(item: Mapping[str, Any]) -> int:
    """The bytes of an item: of its names and of its values."""
    values = (next(iter(value.values())) for value in item.values())
    texts = (v if isinstance(v, bytes) else str(v).encode() for v in values)
    return sum(len(name.encode()) for name in item) + sum(map(len, texts))


def _blocks(size: int, block: int) -> int:
    return max(1, -(-size // block))


def steps(client: Client) -> dict[str, Callable[[], object]]:
    """The life of an order, and what stands beside it; each step by its name."""
    app = client.app
    desk, team = Desk(client), Team(client, "hairdressing")
    token = desk.get("/desk/").form("/desk/sign-out/")["token"]
    layout = client.get("/wish/").form("/api/wish")
    filed = client.post("/api/wish", {**layout, **TELL})
    rating = {**client.get(filed.location).form("/api/order"), **STARS}
    no = filed.no

    def at_desk(kind: str, version: int, **typed: str) -> object:
        sent = {"no": no, "do": kind, "version": str(version), "token": token, **typed}
        return client.post("/desk/order/", sent, cookie=desk.cookie).location

    def in_team(kind: str, version: int, **typed: str) -> object:
        sent = {**team.hidden, "no": no, "do": kind, "version": str(version), **typed}
        return client.post("/team/", sent).location

    return {
        "a wish is filed": lambda: client.post("/api/wish", {**layout, **TELL, "name": "李"}),
        "a resident looks at the progress": lambda: client.get(filed.location),
        "staff open the board": lambda: desk.get("/desk/"),
        "staff open an order": lambda: desk.get(f"/desk/order/?no={no}"),
        "staff triage it": lambda: at_desk(
            "triaged", 1, level="routine", service="haircut", grid=app.bundle.grids[0]
        ),
        "staff dispatch it": lambda: at_desk("dispatched", 2, team="hairdressing"),
        "the team opens its page": lambda: team.get(),
        "the team accepts": lambda: in_team("accepted", 3, volunteer="team", person="队员"),
        "the team reports it done": lambda: in_team("done", 4),
        "the resident rates it": lambda: client.post("/api/rating", rating).location,
        "staff search by service and month": lambda: desk.get(
            f"/desk/find/?service=haircut&month={app.clock.now:%Y-%m}"
        ),
        "the clock ticks and nothing is due": lambda: scheduled.tick(app),
        "a build reads the year's figures": lambda: snapshot(app.store, app.clock.now.date()),
        "an order is erased": lambda: app.store.commit(
            Change(app.store.find(repository.KIND, limit=1)[0], [], erase=True)
        ),
    }


def main() -> None:
    """Print the units of every step."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        incremental.build(PRODUCT, folder / "public")
        with servers.ministack(folder, SERVICES="dynamodb") as url:
            os.environ.update({**servers.CREDENTIALS, "AWS_ENDPOINT_URL_DYNAMODB": url})
            servers.create_table("wudan")
            store = DynamoDB("wudan", "kongming")
            app = App(incremental.bundle_folder(PRODUCT), lambda: store, b"bench")
            demo.fill(app, 500)
            for _ in range(9):
                scheduled.tick(app)  # What the year left overdue is done first.
            meter = Meter(store)
            click.echo(f"{'step':38}{'requests':>9}{'write units':>13}{'read units':>12}")
            for label, act in steps(Client(app)).items():
                meter.units.clear()
                act()
                units = meter.units
                click.echo(f"{label:38}{units['requests']:9}{units['write']:13}{units['read']:12}")
            click.echo(f"\nOne order at rest: {_stored(store, app):,} bytes of items and keys.")


def _stored(store: DynamoDB, app: App) -> int:
    """How many bytes a community's table holds, by order; DynamoDB adds 100 to each item."""
    pages = store.client.get_paginator("scan").paginate(TableName="wudan")
    items = [item for page in pages for item in page["Items"]]
    orders = len([*app.store.numbers(repository.KIND)])
    return sum(_size(item) + 100 for item in items) // orders


if __name__ == "__main__":
    main()
