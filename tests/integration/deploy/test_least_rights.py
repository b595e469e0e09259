"""Every request of the functions on AWS is one that their roles allow, and little else is.

The engine of these tests knows no ``dynamodb:LeadingKeys``. So what the functions ask is written
down, and held against the patterns in ``infra/template.yaml``.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from functions.app import App
from functions.orders.figures.snapshot import snapshot
from functions.storage.connect import connect
from functions.storage.port import Store
from functions.storage.vault import Vault
from generator.deploy import publish
from tests.support import servers
from tests.support.client import Answer, Client
from tests.support.community import SECRET, Clock
from tests.support.deployed import ADDRESSES
from tests.support.orders import JOIN, RATING, WISH, Desk, Team, carried_through, wish
from tests.support.templates import resources

READS = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
ACCOUNTS = (
    *("/history/staff:王芳", "/history/factor:王芳", "/history/done:王芳"),
    *("/mark/staff/", "/due/staff/active"),
)
STATIONS = ("/history/import:x", "/history/report:2026-11", "/history/factor:王芳")
PUBLIC = ("wish", "volunteer", "order", "rating", "team")
OF_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


class Rights(NamedTuple):
    """What a role may do, by its partitions' patterns."""

    reads: list[str]
    writes: list[str]
    closed: list[str]
    actions: list[str]

    def allow(self, action: str, key: str) -> bool:
        if any(fnmatchcase(key, each) for each in self.closed):
            return False
        open_ = self.reads if action in READS else self.writes if action in self.actions else []
        return any(fnmatchcase(key, each) for each in open_)


def rights(function: str) -> Rights:
    given = resources("template.yaml")[function.title()]["Properties"]["Parameters"]
    names = ("Reads", "Writes", "Closed", "Actions")
    return Rights(*(given[name].split(",") for name in names))


def night() -> Rights:
    role = resources("template.yaml")["NightRole"]["Properties"]["Policies"][0]
    read, closed = role["PolicyDocument"]["Statement"][:2]
    keys = [
        keys["dynamodb:LeadingKeys"]
        for each in (read, closed)
        for keys in each["Condition"].values()
    ]
    return Rights(keys[0], [], keys[1], [])


Asked = dict[str, set[tuple[str, str]]]


def requests(name: str, sent: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The actions of one request to DynamoDB, as IAM names them, each with its partition."""
    if name == "TransactWriteItems":
        for item in sent["TransactItems"]:
            [(kind, action)] = item.items()
            key = action.get("Key") or action["Item"]
            yield f"dynamodb:{OF_TRANSACTIONS[kind]}", key["pk"]["S"]
    elif name == "BatchGetItem":
        for keys in sent["RequestItems"].values():
            yield from (("dynamodb:BatchGetItem", key["pk"]["S"]) for key in keys["Keys"])
    elif name == "Query":
        yield "dynamodb:Query", sent["ExpressionAttributeValues"][":pk"]["S"]
    else:
        yield f"dynamodb:{name}", sent["Key"]["pk"]["S"] if "Key" in sent else "?"


def _same(store: Store) -> Store:
    return store


KEYS = {
    "Secret.Id": SECRET,
    "DeskKey.Id": b'{"duty": "desk", "key": "of the desk alone"}',
    "TeamKey.Id": b'{"duty": "team", "key": "of teams and of the desk"}',
}


def secret_of(function: str) -> bytes:
    """What a function knows, by the secrets that the template lets it fetch."""
    if function == "night":
        return SECRET
    named = str(resources("template.yaml")[function.title()]["Properties"]["Parameters"]["Secrets"])
    return b"\n".join(value for name, value in KEYS.items() if name in named)


class Deployed(Client):
    """Each function with a store and keys of its own, as on Lambda; what it asks of the store is
    written down."""

    def __init__(self, app: App, bundle: Path, address: str, clock: Clock):
        super().__init__(app)
        self.asked: Asked = defaultdict(set)
        self._apps = {}
        for function in {*ADDRESSES.values(), "night"}:
            store = connect(address)
            store.client.meta.events.register(  # type: ignore[attr-defined]
                "provide-client-params.dynamodb.*", self._noting(function)
            )
            known = secret_of(function)
            self._apps[function] = App(bundle, partial(_same, store), known, clock)

    def _noting(self, function: str) -> Any:
        def note(params: Any, model: Any, **more: Any) -> None:
            self.asked[function].update(requests(model.name, params))

        return note

    def ask(
        self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        before, self.app = self.app, self._apps[ADDRESSES[urlsplit(address).path]]
        try:
            return super().ask(method, address, body, headers)
        finally:
            self.app = before

    def build(self) -> None:
        """What the nightly build asks."""
        snapshot(self._apps["night"].store, self.app.clock.now.date())


def own_data(client: Deployed) -> None:
    """What residents and volunteers do with all that is kept about them."""
    signed = client.post("/api/volunteer", {**JOIN, "name": "韦大姐"})
    filed = wish(client, detail="不要了")
    for address, place, last4 in (
        ("/api/volunteer", signed.location, "2345"),
        ("/api/order", filed.location, "5678"),
    ):
        for do in ("mine", "leave" if last4 == "2345" else "cancel", "erase"):
            own = client.get(place).form(address, do="mine")
            answer = client.post(address, {**own, "do": do, "last4": last4})
            assert answer.status in (200, 303)


def everything(client: Deployed) -> None:
    """Whatever residents, teams and staff do, as far as it asks for something of its own."""
    carried_through(client)
    for typed in (WISH, WISH, {**WISH, "do": "check"}):
        assert client.post("/api/wish", typed).status in (200, 303)
    for typed in (JOIN, JOIN, {**JOIN, "phone": "13900000000"}):
        assert client.post("/api/volunteer", typed).status in (200, 303)
    own_data(client)
    for page in ("/wish/", "/join/", "/track/", "/rate/"):
        assert client.get(page).status == 200
    assert client.get("/api/search?q=%E7%90%86%E5%8F%91").status == 200
    desk, team = Desk(client, "李明", "administrator"), Team(client)
    filed = wish(client, detail="另一件")
    key = {"no": filed.no, "key": filed.location.partition("key=")[2]}
    for last4 in ("5678", "5679"):
        client.post("/api/order", {"no": filed.no, "last4": last4})
    for do, typed in (("note", {"note": "请快"}), ("correct", {"detail": "改了"})):
        assert client.post("/api/order", {**key, "do": do, **typed}).status == 303
    for do in ("cancel", "restore"):
        assert client.post("/api/order", {**key, "do": do}).status == 303
    desk.dispatched(filed.no)
    for no in ("", filed.no):
        assert team.get(no).status == 200
    assert team.do(filed.no, "accepted", volunteer="team", person="王女士").status == 303
    assert team.get(filed.no).status == 200  # It shows the contact, which is recorded.
    assert team.do(filed.no, "done").status == 303
    assert client.post("/team/", {**team.hidden, "do": "renew"}).status == 200
    order = client.app.orders.find(filed.no)
    assert order
    slip = client.app.orders.rating_key(order)
    assert team.client.get(f"/team/slip/?team=barbers&no={filed.no}").status == 200
    assert client.get(f"/rate/?no={filed.no}&key={slip}").status == 200
    assert client.post("/api/rating", {**RATING, "no": filed.no, "last4": "5678"}).status == 303
    merged(client, desk)
    for page in ("", "dispatch/", "find/?q=5678", "people/", "teams/", "messages/", "staff/"):
        assert desk.get(f"/desk/{page}").status == 200
    client.build()


def merged(client: Deployed, desk: Desk) -> None:
    one, other = wish(client, detail="要合并"), wish(client, detail="合到这")
    assert desk.do(other.no, "triaged", level="routine", service="haircut").status == 303
    assert desk.do(one.no, "merged", into=other.no).status == 303
    for filed in (one, other):
        assert client.get(filed.location).status == 200
    key = other.location.partition("key=")[2]
    done = client.post("/api/order", {"no": other.no, "key": key, "do": "cancel"})
    assert done.status == 303


@pytest.mark.usefixtures("dynamodb")
def test_what_each_function_asks_is_what_its_role_allows(bundle: Path, clock: Clock) -> None:
    # The community's name begins each partition, and is empty in a table of its own.
    servers.create_table("alone")
    address = "dynamodb:alone"
    app = App(bundle, lambda: connect(address), secret_of("desk"), clock)
    client = Deployed(app, bundle, address, clock)
    everything(client)
    for function, asked in client.asked.items():
        role = night() if function == "night" else rights(function)
        refused = sorted(each for each in asked if not role.allow(*each))
        assert (function, refused) == (function, [])
    assert {*client.asked} == {*ADDRESSES.values(), "night"} - {"search"}


@pytest.mark.parametrize("function", PUBLIC)
def test_who_calls_a_public_function_reaches_no_account(function: str) -> None:
    role = rights(function)
    for key in ACCOUNTS:
        for action in (*READS, *role.actions):
            assert not role.allow(action, key)
    assert "dynamodb:Scan" not in role.actions


def test_the_search_has_neither_orders_nor_secret_and_reads_one_object() -> None:
    given = resources("template.yaml")["Search"]["Properties"]["Parameters"]
    of_orders = ("Table", "Secrets", "Reads", "Writes", "Closed", "Actions")
    assert {given[name] for name in of_orders} == {""}
    # CloudFront may not read what lies there, and the role no other object.
    assert given["Index"] == {"Sub": f"${{Site}}/{publish.SEARCH}"}
    policies = resources("function.yaml")["Role"]["Properties"]["Policies"]
    statements = policies[0]["PolicyDocument"]["Statement"]
    alone = [each["Action"] for each in statements if "Action" in each]
    assert alone == [["logs:CreateLogStream", "logs:PutLogEvents"]]
    conditions = {each["If"][0]: each["If"][1] for each in statements if "If" in each}
    assert conditions.keys() == {"Stores", "Searches"}
    assert conditions["Searches"]["Action"] == "s3:GetObject"


@pytest.mark.parametrize("function", ["wish", "volunteer", "order", "rating", "team"])
def test_what_a_function_knows_signs_no_session_and_makes_no_other_link(function: str) -> None:
    mine, desk = Vault(secret_of(function)), Vault(secret_of("desk"))
    assert mine.desk.stamp("session", "x") != desk.desk.stamp("session", "x")
    sealed = mine.desk.seal_text("begun", {"who": "王芳"})
    assert desk.desk.open_text("begun", sealed) is None
    assert desk.open_text("begun", sealed) is None
    own = mine.team.key(2, "team", "barbers", 1) == desk.team.key(2, "team", "barbers", 1)
    assert own == (function == "team")


def test_a_wish_only_adds() -> None:
    assert {*rights("wish").actions} == {"dynamodb:PutItem", "dynamodb:UpdateItem"}
    for key in ("/mark/order/", "/mark/volunteer/", "/due/order/submitted", "/tally"):
        assert not rights("wish").allow("dynamodb:Query", key)


def test_residents_functions_reach_no_team_link_and_no_import() -> None:
    for function in PUBLIC[:-1]:
        for key in ("/history/link:barbers", "/history/looks:2345678900", *STATIONS):
            for action in (*READS, "dynamodb:PutItem"):
                assert not rights(function).allow(action, key)


def test_the_night_reads_and_writes_nothing() -> None:
    assert not any(night().allow("dynamodb:GetItem", key) for key in ACCOUNTS)
    assert not night().allow("dynamodb:PutItem", "/tally")
