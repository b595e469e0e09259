"""How much may be added to a history before the station or a team does anything."""

from collections.abc import Iterator, Sequence

import pytest

from functions.errors import Often
from functions.orders.steps import pace
from functions.storage.history import Event
from functions.storage.port import Store
from tests.support.client import Answer, Client
from tests.support.orders import JOIN, Desk, add_note, found, wish


def press(client: Client, filed: Answer, do: str, **typed: str) -> Answer:
    """Send one of the forms of an order's page."""
    return client.post("/api/order", {**client.get(filed.location).form("/api/order", do), **typed})


def note_until_refused(client: Client, filed: Answer) -> Answer:
    for number in range(pace.MOST):
        add_note(client, filed, f"第 {number} 句")
    return press(client, filed, "note", note="还有一句")


def test_what_a_resident_adds_without_end_is_refused_and_kept_on_her_page(client: Client) -> None:
    filed = wish(client)
    refused = note_until_refused(client, filed)
    assert refused.status == 429
    assert "社区还没有来得及看" in refused.text
    assert refused.form("/api/order", "note")["note"] == ["还有一句"]
    assert len(client.app.store.events(filed.no)) == 1 + pace.MOST
    told = client.post("/api/order", refused.form("/api/order", "note"), accept="application/json")
    assert told.status == 429
    assert "请给社区打电话" in told.body


def test_who_uses_up_one_step_keeps_her_from_no_other(client: Client) -> None:
    filed = wish(client)
    note_until_refused(client, filed)
    assert press(client, filed, "correct", address="2 栋").status == 303
    assert press(client, filed, "cancel").status == 303
    assert press(client, filed, "restore").status == 303
    assert press(client, filed, "relink").status == 303


def test_once_the_station_has_acted_she_adds_more(client: Client) -> None:
    filed = wish(client)
    note_until_refused(client, filed)
    Desk(client).do(filed.no, "noted", note="看到了").location  # noqa: B018
    add_note(client, filed, "谢谢")


def test_calling_off_and_taking_up_again_ends_some_time(client: Client) -> None:
    filed = wish(client)
    for _ in range(pace.MOST):
        assert press(client, filed, "cancel").status == 303
        assert press(client, filed, "restore").status == 303
    refused = press(client, filed, "cancel")
    assert refused.status == 429
    assert "请给社区打电话" in refused.text
    assert found(client.app, filed.no).state == "submitted"


def test_new_links_come_only_so_often(client: Client) -> None:
    filed = wish(client)
    for _ in range(pace.MOST):
        filed = press(client, filed, "relink")
    refused = press(client, filed, "relink")
    assert refused.status == 429
    assert "请等社区看一看" in refused.text


def test_a_volunteer_corrects_only_so_often(client: Client) -> None:
    filed = client.post("/api/volunteer", JOIN)
    proof = {"last4": "2345", "do": "mine"}
    sent = {**client.get(filed.location).form("/api/volunteer"), **proof}

    def corrected(number: int) -> Answer:
        form = client.post("/api/volunteer", sent).form("/api/volunteer", "correct")
        return client.post("/api/volunteer", {**form, "name": f"王女士 {number}"})

    assert {corrected(number).status for number in range(pace.MOST)} == {303}
    assert corrected(pace.MOST).status == 429


@pytest.mark.parametrize("by", ["staff", "team", "clock"])
def test_what_time_does_is_no_answer(by: str) -> None:
    def happened() -> Iterator[Event]:
        yield from [Event("noted", "resident", "")] * pace.MOST
        yield Event("escalated", by, "")

    if by == "clock":
        with pytest.raises(Often):
            pace.check(happened(), "noted")
    else:
        pace.check(happened(), "noted")


class Read:
    """A store that writes down which histories are read."""

    def __init__(self, store: Store):
        self.store, self.histories = store, list[str]()

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    def events(self, no: str) -> Sequence[Event]:
        self.histories.append(no)
        return self.store.events(no)


@pytest.mark.parametrize("do", ["note", "cancel", "relink"])
def test_a_step_reads_the_history_once(client: Client, do: str) -> None:
    filed = wish(client)
    sent = {**client.get(filed.location).form("/api/order", do), "note": "一句"}
    read = Read(client.app.store)
    client.app.__dict__["store"] = read
    assert client.post("/api/order", sent).status == 303
    assert read.histories == [filed.no]
