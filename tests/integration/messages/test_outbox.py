"""Messages on their way to channels of which some are silent, and to none too late."""

import socket
import time
from collections.abc import Iterator

import pytest

from functions import scheduled as schedule
from functions.app import App
from functions.forms.order_number import spell
from functions.messages import channels, turns
from functions.storage.history import Change, Head, Message, to_utc
from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import add_note, move, wish
from tests.support.robots import Robot

SOON = 1
"""Seconds for which a round waits, where somebody is silent."""


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a robot that takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def reaching(app: App, monkeypatch: pytest.MonkeyPatch, **urls: str) -> None:
    told = [{"to": to, "kind": "wecom", "url": u, "address": ""} for to, u in urls.items()]
    monkeypatch.setitem(app.bundle.site, "notify", told)


def owe(app: App, *messages: Message) -> None:
    head = Head(f"X{messages[0].id}", "test", 1, "", app.clock.now.isoformat(), {})
    app.store.commit(Change(head._replace(version=0), [], messages=messages))


def untried(app: App) -> list[str]:
    return sorted(m.id for m in app.store.messages("waiting", limit=100) if not m.tries)


@pytest.mark.slow
def test_a_silent_robot_holds_up_no_other_channel(
    app: App, robot: Robot, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reaching(app, monkeypatch, station=robot.url, barbers=silent)
    owe(app, *(Message(f"a{n:03}", "barbers", "x") for n in range(60)))
    owe(app, *(Message(f"b{n}", "station", "x") for n in range(3)))
    began = time.monotonic()
    assert app.outbox.begin(SOON)() == 3
    assert time.monotonic() - began < SOON + 5
    assert len(robot.posts) == 3
    assert len(untried(app)) == 59
    # The next round goes on while the first still waits for the silent one.
    owe(app, Message("b9", "station", "x"))
    assert app.outbox.begin(SOON)() == 1
    assert len(untried(app)) == 59


@pytest.mark.slow
def test_deadlines_do_not_wait_for_a_silent_robot(
    client: Client, app: App, silent: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "TIMEOUT", 0.5)
    no = wish(client).no
    move(app, no, "triaged", "dispatched")
    clock.forward(days=5)
    reaching(app, monkeypatch, barbers=silent)
    owe(app, *(Message(f"a{n:03}", "barbers", "x") for n in range(60)))
    began = time.monotonic()
    done = schedule.tick(app)
    assert (done["escalated"], done["sent"], done["broken"]) == (1, 0, {})
    assert time.monotonic() - began < SOON + 5
    # What the round itself had to tell waits as well.
    assert len(untried(app)) == 60


def test_a_channel_that_cannot_be_reached_is_left_for_this_round(
    app: App, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        gone = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    reaching(app, monkeypatch, station=robot.url, barbers=gone)
    owe(app, *(Message(f"a{n}", "barbers", "x") for n in range(3)))
    owe(app, Message("b", "station", "x"))
    assert app.outbox.send() == 1
    assert untried(app) == ["a1", "a2"]


def test_a_message_that_is_refused_holds_up_none_after_it(
    app: App, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot.answer = b'{"errcode": 93000, "errmsg": "no"}'
    reaching(app, monkeypatch, station=robot.url)
    owe(app, *(Message(f"b{n}", "station", "x") for n in range(3)))
    assert app.outbox.send() == 0
    assert len(robot.posts) == 3
    assert untried(app) == []


def test_messages_of_one_channel_are_sent_in_their_order(
    app: App, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    reaching(app, monkeypatch, station=robot.url, barbers=robot.url)
    times = [to_utc(app.clock.now.replace(hour=hour)) for hour in (1, 2, 3)]
    for n in (2, 0, 1):
        owe(app, Message(f"m{9 - n}", ("station", "barbers")[n % 2], f"{n}", next_at=times[n]))
    assert app.outbox.send() == 3
    assert [body["text"]["content"] for _, body in robot.posts] == ["0", "1", "2"]


def test_what_residents_add_again_and_again_delays_no_new_wish(
    client: Client, app: App, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    reaching(app, monkeypatch, station=robot.url)
    filed = wish(client)
    for number in range(5):
        add_note(client, filed, f"第 {number} 句")
    for do in ("cancel", "restore") * 3:
        client.post("/api/order", client.get(filed.location).form("/api/order", do))
    other = wish(client)
    assert app.outbox.send() == 4
    posted = [body["text"]["content"] for _, body in robot.posts]
    kinds = [text.partition("】")[0] for text in posted]
    assert sorted(kinds[:-1]) == ["【恢复", "【新心愿", "【新心愿"]
    assert kinds[-1] == "【补充"
    assert any(spell(other.no) in text for text in posted[:-1])
    assert app.outbox.send() == 0
    assert untried(app) == []


def test_of_the_same_about_one_thing_only_the_last_is_sent_whatever_it_goes_back_on() -> None:
    ids = [
        *("A:2:cancelled:station", "A:3:restored:station", "A:10:cancelled:station"),
        *("A:2:cancelled:team", "A:10:cancelled:team", "B:2:cancelled:station", "a note"),
    ]
    messages = [Message(each, each.rpartition(":")[2], "x") for each in ids]
    gone = turns.overtaken(messages)
    assert gone == {"A:2:cancelled:station", "A:3:restored:station", "A:2:cancelled:team"}
    assert {each.id for each in turns.in_turn(messages, gone)[-3:]} == gone


def test_steps_of_one_order_are_told_as_they_were_taken() -> None:
    ids = ["A:10:recalled:team", "A:9:dispatched:team", "A:11:noted:team", "B:2:submitted:station"]
    messages = [Message(each, "station", "x") for each in ids]
    told = [each.id for each in turns.in_turn(messages, turns.overtaken(messages))]
    assert told == [ids[1], ids[0], ids[3], ids[2]]


def test_a_message_put_off_by_a_clock_that_was_ahead_is_due_when_it_is_right(
    app: App, robot: Robot, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reaching(app, monkeypatch, station=robot.url)
    robot.status = 500
    owe(app, Message("a", "station", "x"))
    clock.forward(days=400)
    assert app.outbox.send() == 0
    clock.forward(days=-400)
    robot.status = 200
    assert app.outbox.send() == 1
