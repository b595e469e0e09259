"""The DynamoDB engine apart from its contract: when it is busy, and what it says to it."""

import inspect
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from functions.errors import Full
from functions.storage.dynamodb import DynamoDB
from functions.storage.dynamodb import table as engine
from functions.storage.history import Change
from tests.integration.storage import test_store
from tests.support import servers
from tests.support.histories import event, head

Sent = list[tuple[str, dict[str, Any]]]


class Raw:
    """The body of an answer that never came over a wire."""

    def __init__(self, body: bytes):
        self._body = body

    def stream(self, *args: object, **more: object) -> Iterator[bytes]:
        yield self._body

    def release_conn(self) -> None:
        pass


def store(address: str, community: str) -> DynamoDB:
    return DynamoDB(address.partition(":")[2], community)


def failing(store: DynamoDB, operation: str, times: int, error: dict[str, Any]) -> Counter[str]:
    """Answer the next so many requests with an error; what is counted is all that were sent."""
    sent: Counter[str] = Counter()

    def answer(**more: Any) -> Any:
        sent[operation] += 1
        if sent[operation] > times:
            return None
        raw: Any = Raw(json.dumps(error).encode())
        headers: Any = {"content-type": "application/x-amz-json-1.0"}
        return AWSResponse("http://x", 400, headers, raw)

    store.client.meta.events.register(f"before-send.dynamodb.{operation}", answer)
    return sent


CANCELLED = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
THROTTLED = {
    "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
    "message": "too much",
}


def cancelled(*codes: str) -> dict[str, Any]:
    reasons = [{"Code": code} for code in codes]
    return {"__type": CANCELLED, "Message": "cancelled", "CancellationReasons": reasons}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, without waiting."""
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    return waited


@pytest.mark.parametrize("code", sorted(engine.BUSY))
def test_a_transaction_that_met_others_is_tried_again(
    dynamodb: str, pauses: list[float], code: str
) -> None:
    mine = store(dynamodb, f"busy {code}")
    sent = failing(mine, "TransactWriteItems", 3, cancelled("None", code, "None", "None"))
    assert mine.commit(Change(head("A", 1), [event()])) == "A"
    assert sent.total() == 4
    assert len(pauses) == 3
    assert all(0 <= pause <= engine.LONGEST for pause in pauses)
    assert len({*pauses}) == 3, "at random, so that they do not meet again"


def test_a_transaction_that_meets_others_for_ever_is_given_up(
    dynamodb: str, pauses: list[float]
) -> None:
    mine = store(dynamodb, "for ever")
    failing(mine, "TransactWriteItems", 10**6, cancelled(*["TransactionConflict"] * 4))
    with pytest.raises(ClientError, match="TransactionCanceled"):
        mine.commit(Change(head("A", 1), [event()]))
    assert len(pauses) == engine.MOST


def test_busy_and_refused_at_once_is_tried_again_before_it_is_judged(
    dynamodb: str, pauses: list[float]
) -> None:
    mine = store(dynamodb, "both")
    failing(
        mine,
        "TransactWriteItems",
        1,
        cancelled("TransactionConflict", engine.FAILED, "None", "None"),
    )
    assert mine.commit(Change(head("A", 1), [event()])) == "A"


@pytest.mark.parametrize("operation", ["TransactWriteItems", "GetItem", "Query", "BatchGetItem"])
def test_what_is_throttled_is_tried_again(
    dynamodb: str, pauses: list[float], operation: str
) -> None:
    mine = store(dynamodb, f"throttled {operation}")
    sent = failing(mine, operation, 2, THROTTLED)
    mine.commit(Change(head("A", 1), [event()]))
    mine.commit(Change(head("A", 2), [event()]))
    assert [found.no for found in mine.find("order")] == ["A"]
    assert len(mine.events("A")) == 2
    assert sent[operation] >= 3
    assert len(pauses) == 2


def test_keys_that_a_batch_left_are_asked_for_again(dynamodb: str, pauses: list[float]) -> None:
    mine = store(dynamodb, "left")
    for no in "ABC":
        mine.commit(Change(head(no, 1), [event()]))
    ask, asked = mine.client.batch_get_item, list[int]()

    def hesitant(**more: Any) -> Any:
        keys = more["RequestItems"]["wudan"]["Keys"]
        asked.append(len(keys))
        more["RequestItems"]["wudan"]["Keys"] = keys[:1]
        answer: Any = ask(**more)
        if keys[1:]:
            answer["UnprocessedKeys"] = {"wudan": {"Keys": keys[1:]}}
        return answer

    mine.client.batch_get_item = hesitant  # type: ignore[method-assign]
    assert {found.no for found in mine.find("order")} == {*"ABC"}
    assert asked == [3, 2, 1]


def test_an_item_that_is_too_large_is_refused_and_nothing_is_written(dynamodb: str) -> None:
    mine = store(dynamodb, "large")
    with pytest.raises(ClientError):
        mine.commit(Change(head("A", 1), [event()], {1: b"x" * 420_000}, once="s"))
    assert mine.head("A") is None
    assert mine.filed("s") is None


def test_one_change_costs_what_is_written_down(dynamodb: str) -> None:
    """The first order of a service: twelve items, in one request that reads nothing before."""
    mine, sent = store(dynamodb, "cost"), Sent()
    recorded(mine, sent)
    marks = ("service:haircut", "month:2026-11", "state:submitted")
    counters = {("2026-11", "all wishes"): 1, ("2026-11", "service:haircut wishes"): 1}
    mine.commit(
        Change(
            head("A", 1)._replace(marks=marks, due="2026-11-24"),
            [event()],
            {1: b"sealed"},
            tally=counters | {("", "all submitted"): 1},
            once="s",
        )
    )
    ((operation, params),) = sent
    assert operation == "TransactWriteItems"
    # Submission (2), head, event, sealed, marks (4), due, counters (3), and once a month the month.
    assert len(params["TransactItems"]) == 14


def test_the_orders_of_many_phones_are_read_together(dynamodb: str) -> None:
    mine, sent = store(dynamodb, "phones"), Sent()
    for n in range(3):
        mine.commit(Change(head(f"A{n}", 1)._replace(marks=(f"phone:{n}", "all")), [event()]))
    recorded(mine, sent)
    found = mine.find_each("order", ["phone:0", "phone:1", "phone:2", "all"], 8)
    assert [len(heads) for heads in found.values()] == [1, 1, 1, 3]
    # One for each mark, because what has it is known to the table alone; and the heads at once.
    assert [operation for operation, _ in sent] == ["Query"] * 4 + ["BatchGetItem"]


def recorded(store: DynamoDB, sent: Sent) -> DynamoDB:
    def record(params: dict[str, Any], model: Any, **more: Any) -> None:
        sent.append((model.name, params))

    store.client.meta.events.register("provide-client-params.dynamodb", record)
    return store


def everything(address: str) -> Sent:
    """What the engine sends in all tests of the contract that take a store."""
    sent: Sent = []
    for name, test in vars(test_store).items():
        takes = inspect.signature(test).parameters if name.startswith("test_") else ()
        if [*takes] == ["store"]:
            test(recorded(store(address, name), sent))
    return sent


SINGLE = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}


def singly(sent: Sent) -> Iterator[tuple[str, dict[str, Any]]]:
    """Transactions as the single requests that they are made of, for an engine without."""
    for operation, params in sent:
        if operation != "TransactWriteItems":
            yield "".join(f"_{c.lower()}" if c.isupper() else c for c in operation)[1:], params
            continue
        for action in params["TransactItems"]:
            ((kind, single),) = action.items()
            # A condition alone is checked by deleting what is not there on that condition.
            yield SINGLE.get(kind, "delete_item"), single


def replay(sent: Sent, folder: Path) -> None:
    """Send it all to the strict engine, which refuses what DynamoDB would."""
    with servers.dynalite(folder) as url:
        client = boto3.client("dynamodb", endpoint_url=url)
        servers.create_table("wudan", client)
        for operation, params in singly(sent):
            # Whether a condition holds is another matter; it was understood.
            with suppress(client.exceptions.ConditionalCheckFailedException):
                getattr(client, operation)(**params)


def test_every_expression_is_one_that_a_strict_engine_takes(dynamodb: str, tmp_path: Path) -> None:
    sent = everything(dynamodb)
    assert {operation for operation, _ in sent} >= {
        *("TransactWriteItems", "GetItem", "BatchGetItem", "Query"),
        *("UpdateItem", "DeleteItem", "Scan"),
    }
    replay(sent, tmp_path)


def test_a_limit_without_a_count_is_checked(dynamodb: str, tmp_path: Path) -> None:
    mine, sent = store(dynamodb, "limit"), Sent()
    recorded(mine, sent)
    load = {("", "load"): 1}
    mine.commit(Change(head("A", 1), [event()], tally=load))
    with pytest.raises(Full):
        mine.commit(Change(head("B", 1), [event()], limits={("", "load"): 0}))
    mine.commit(Change(head("B", 1), [event()], limits=load))
    replay(sent, tmp_path)
