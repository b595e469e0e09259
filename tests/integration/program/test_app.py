"""The composition root: what the app of a request shares with its process, and what not."""

from pathlib import Path

import pytest

from functions.app import App
from functions.context.workdays import CHINA
from functions.orders import repository
from functions.storage.connect import connect
from generator.build import incremental
from tests.support.client import Client
from tests.support.community import SECRET, Clock
from tests.support.orders import wish


def test_time_stands_still_in_a_request_and_goes_on_between_two(app: App, clock: Clock) -> None:
    before = app.current()
    began = before.clock.now
    clock.forward(days=3)
    assert before.clock.now == before.reference.clock.now == began
    assert (app.current().clock.now - began).days == 3
    assert began.tzinfo == CHINA


@pytest.mark.slow
def test_the_next_request_works_by_what_was_built_meanwhile(root: Path, tmp_path: Path) -> None:
    incremental.build(root, root / "public")
    folder, store = incremental.bundle_folder(root), f"sqlite:{tmp_path}/data/wudan.db"
    app = App(folder, lambda: connect(store), SECRET)
    before = app.current()
    assert before.deadlines.rules["keep"] != 30
    settings = root / "site.yaml"
    settings.write_text(settings.read_text() + "desk:\n  keep: 30\n")
    incremental.build(root, root / "public")
    assert before.orders.deadlines.rules["keep"] != 30
    assert app.current().orders.deadlines.rules["keep"] == 30


def test_requests_share_one_store_and_open_it_once(bundle: Path, tmp_path: Path) -> None:
    opened = []

    def store() -> object:
        opened.append(connect(f"sqlite:{tmp_path}/wudan.db"))
        return opened[-1]

    app = App(bundle, store, SECRET)  # type: ignore[arg-type]
    assert app.current().store is app.current().store is app.store
    assert len(opened) == 1
    app.close()
    assert app.current().store is not opened[0]


def test_services_go_with_the_store_that_the_app_is_inside_of(app: App) -> None:
    no = wish(Client(app)).no
    current = app.current()
    assert current.orders.find(no)
    with app.store.batch() as store:
        inside = current.inside(store)
        parts = (inside.orders, inside.steps.orders, inside.volunteers, inside.audit)
        assert [part.store for part in parts] == [store] * 4
        assert inside.clock is current.clock
        assert inside.bundle is current.bundle
    assert current.orders.store is app.store
    assert current.under(b"another secret, which is long").vault is not current.vault
    assert [head.no for head in app.store.find(repository.KIND)] == [no]
