"""The whole together: one winner of many, and nothing personal where it does not belong."""

import json
import logging
import threading
from collections import Counter
from pathlib import Path

import pytest

from functions.app import App
from functions.forms import spreadsheet
from functions.orders import counters, repository
from functions.orders.figures import summary
from functions.orders.figures.snapshot import snapshot
from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import TOLD, Desk, Team, carried_through, found, wish

PERSONAL = ("𠮷野", "138 1234 5678", "13812345678", "1 栋", "上门理发，家里", "王女士", "2812345")


@pytest.mark.slow
def test_of_two_hundred_who_accept_at_once_exactly_one_succeeds(client: Client) -> None:
    no = wish(client).no
    Desk(client).dispatched(no)
    team = Team(client)
    version = str(found(client.app, no).version)
    sent = {**team.hidden, "no": no, "do": "accepted", "version": version, "volunteer": "team"}
    start, statuses = threading.Barrier(200), []

    def press(n: int) -> None:
        start.wait()
        statuses.append(client.post("/team/", {**sent, "person": f"队员{n}"}).status)

    threads = [threading.Thread(target=press, args=(n,)) for n in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303] + [409] * 199
    assert [event.kind for event in client.app.store.events(no)].count("accepted") == 1


@pytest.fixture
def watched(app: App, monkeypatch: pytest.MonkeyPatch) -> App:
    """The functions of a community where everybody who can be told is told."""
    told = [{"to": to, "kind": "none", "address": ""} for to in ("station", "barbers")]
    monkeypatch.setitem(app.bundle.site, "notify", told)
    return app


def test_nothing_personal_is_in_histories_figures_messages_logs_or_public_exports(
    client: Client, watched: App, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    no = carried_through(client)
    assert [event.kind for event in watched.store.events(no)][-1] == "answered"
    taken = snapshot(watched.store, watched.clock.now.date())
    made = summary.report("2026-11", watched.store.tally("2026-11"), watched.clock.now.date())
    rows = summary.rows(made, watched.bundle.services, watched.bundle.words["sheets"]["kinds"])
    written = {
        "events": [dict(event.data) for event in watched.store.events(no)],
        "head": watched.store.head(no),
        "looks": [dict(event.data) for event in watched.access_log.of(no)],
        "figures": taken,
        "csv": spreadsheet.as_csv(watched.bundle.words["sheets"]["report"], rows),
        "messages": watched.store.messages("waiting", limit=1000),
        "logs": caplog.text,
        "raw": b"".join(p.read_bytes() for p in tmp_path.glob("wudan.db*")).decode(
            errors="replace"
        ),
    }
    assert len(watched.store.messages("waiting")) >= 4
    for place, value in written.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for personal in PERSONAL:
            assert personal not in text, f"{personal} in {place}"


def test_a_teams_list_shows_nothing_personal_and_a_residents_page_no_phone(
    client: Client, watched: App
) -> None:
    answer = wish(client, **TOLD)
    Desk(client).dispatched(answer.no)
    body = Team(client).get().body
    assert not [personal for personal in PERSONAL if personal in body]
    body = client.get(answer.location).body
    assert {personal for personal in PERSONAL if personal in body} == {
        "𠮷野",
        "上门理发，家里",
        "1 栋",
    }


def test_messages_are_sent_by_day_only_once_and_a_failure_is_seen_and_sent_again(
    client: Client, watched: App, clock: Clock
) -> None:
    desk = Desk(client)
    wish(client)
    clock.forward(hours=12)
    assert watched.outbox.send() == 0
    clock.forward(hours=11)
    assert watched.outbox.send() == 1
    assert watched.outbox.send() == 0
    watched.bundle.site["notify"][0].update(kind="wecom", url="http://127.0.0.1:9/")
    wish(client, name="李")
    for _ in range(7):
        clock.forward(days=1)
        assert watched.outbox.send() == 0
    (lost,) = watched.store.messages("failed")
    desk = Desk(client, "刘")
    assert "再发一次" in desk.get("/desk/messages/").text
    watched.bundle.site["notify"][0].update(kind="none")
    desk.post("/desk/messages/", {"id": lost.id})
    assert watched.outbox.send() == 1


def test_the_tally_is_the_sum_over_all_histories(client: Client, watched: App) -> None:
    carried_through(client)
    wish(client, name="李")
    total: counters.Tally = Counter()
    for no in watched.store.numbers(repository.KIND):
        total.update(counters.of_order(found(watched, no)))
    for month in ("", "2026-11"):
        counted = {name: n for (m, name), n in total.items() if m == month and n}
        stored = watched.store.tally(month)
        assert {name: n for name, n in stored.items() if "volunteers" not in name} == counted
