"""The demonstration's year: it could have happened, and its counters are right."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from functions.app import App
from functions.ops import consistency, demo
from functions.orders import counters, repository
from functions.orders.figures.snapshot import snapshot
from functions.orders.giveaways import revealing
from functions.orders.lifecycle.order import Order
from functions.people import volunteers
from functions.storage.connect import connect
from generator.build import incremental
from tests.support.community import SECRET

pytestmark = pytest.mark.slow

MANY = 60


def orders(app: App) -> list[Order]:
    """All orders, each folded from its history."""
    found = [app.orders.find(no) for no in app.store.numbers(repository.KIND)]
    return [order for order in found if order]


@pytest.fixture
def filled(app: App) -> App:
    assert demo.fill(app, MANY) == MANY
    return app


def test_every_order_has_a_history_and_they_are_in_many_states(filled: App) -> None:
    found = orders(filled)
    assert len(found) == MANY
    assert len({order.state for order in found}) >= 5
    for order in found:
        head = filled.store.head(order.no)
        assert head == filled.orders.head(order)


def test_time_never_goes_back_nor_beyond_now(filled: App) -> None:
    for kind in (repository.KIND, volunteers.KIND):
        for no in filled.store.numbers(kind):
            times = [datetime.fromisoformat(event.at) for event in filled.store.events(no)]
            assert all(before <= after for before, after in pairwise(times))
            assert (filled.clock.now - times[0]).days <= 365
            assert times[-1] <= filled.clock.now


def test_the_counters_are_the_sum_over_all_histories(filled: App) -> None:
    counted: counters.Tally = Counter()
    for order in orders(filled):
        counted.update(counters.of_order(order))
    for no in filled.store.numbers(volunteers.KIND):
        head = filled.store.head(no)
        assert head
        counted.update(counters.of_volunteer(head))
    stored = {
        (month, name): stands
        for month in (counters.NOW, *filled.store.months())
        for name, stands in filled.store.tally(month).items()
    }
    assert stored == {name: stands for name, stands in counted.items() if stands}


def test_who_serves_had_joined_and_is_of_the_team(filled: App) -> None:
    for team in filled.bundle.teams:
        assert len(filled.volunteers.of_team(team)) >= 2
    for no in filled.store.numbers(repository.KIND):
        team = ""
        for event in filled.store.events(no):
            team = event.data.get("team", team)
            if event.kind == "accepted":
                applied, approved = filled.store.events(event.data["volunteer"])
                assert applied.at < approved.at < event.at
                assert approved.data["team"] == team


def test_a_duplicate_is_of_an_earlier_order_of_the_same_phone(app: App) -> None:
    demo.fill(app, 300)
    merged = [order for order in orders(app) if order.state == "merged"]
    assert merged
    for order in merged:
        into = app.orders.find(order.merged_into)
        assert into
        assert into.filed_at < order.filed_at
        assert app.personal.contact(into.no)["phone"] == app.personal.contact(order.no)["phone"]


def test_all_ways_that_life_makes_are_to_be_seen(app: App) -> None:
    demo.fill(app, 600)
    events = [e for no in app.store.numbers(repository.KIND) for e in app.store.events(no)]
    ways = ("merged", "corrected", "noted", "restored", "retaken", "undone", "reopened", "answered")
    assert {*ways} <= {event.kind for event in events}
    notes = {(event.by, "to" in event.data) for event in events if event.kind == "noted"}
    assert notes == {("staff", True), ("resident", False)}
    assert consistency.examine(app).healthy


def test_everything_that_can_be_picked_is_and_some_wish_for_a_day(filled: App) -> None:
    wishes = [filled.store.events(no)[0].data for no in filled.store.numbers(repository.KIND)]
    assert 0 < len([data for data in wishes if "date" in data]) < len(wishes)
    for no in filled.store.numbers(volunteers.KIND):
        head = filled.store.head(no)
        assert head
        assert {"times", "team", "consent"} <= filled.volunteers.opened(head).answers.keys()


def test_nothing_in_public_words_tells_whose_it_is(filled: App) -> None:
    found = orders(filled)
    assert any(order.published for order in found)
    for order in found:
        contact = filled.personal.contact(order.no)
        assert {"detail", "name", "phone", "address"} <= contact.keys()
        assert not revealing(order.published + order.answer, contact)


def test_no_file_of_the_site_tells_who_asked_or_who_serves(
    filled: App, root: Path, tmp_path: Path
) -> None:
    made = snapshot(filled.store, filled.clock.now.date())
    assert made["wishes"]
    incremental.build(root, tmp_path / "public", figures=made)
    written = [path.read_text(errors="replace") for path in (tmp_path / "public").rglob("*.*")]
    written.append((root / incremental.FIGURES).read_text())
    assert any(made["wishes"][0]["text"] in text for text in written)
    numbers = [
        no for kind in (repository.KIND, volunteers.KIND) for no in filled.store.numbers(kind)
    ]
    for no in numbers:
        contact = filled.personal.contact(no)
        for told in (no, contact["name"], contact["phone"][3:], contact.get("address", no)):
            assert not [text for text in written if told in text], told


def test_nobody_is_told(filled: App, capfd: pytest.CaptureFixture[str]) -> None:
    demo.fill(filled, 5, seed=2)
    assert filled.store.messages("waiting") == []
    assert capfd.readouterr() == ("", "")


def test_the_same_seed_gives_the_same_year(
    filled: App, bundle: Path, tmp_path: Path, clock: Callable[[], datetime]
) -> None:
    def another(name: str, seed: int) -> list[str]:
        app = App(bundle, lambda: connect(f"sqlite:{tmp_path}/{name}.db"), SECRET, clock)
        demo.fill(app, MANY, seed)
        return [*app.store.numbers(repository.KIND)]

    numbers = [*filled.store.numbers(repository.KIND)]
    assert another("same", 1) == numbers
    assert another("other", 2) != numbers


def test_a_store_can_be_filled_again(filled: App) -> None:
    demo.fill(filled, MANY)
    assert len(orders(filled)) == 2 * MANY
