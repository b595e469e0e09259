"""A community changes its secret: what was sealed stays readable, and links go on working."""

from pathlib import Path

import pytest

from functions.app import App
from functions.ops import rotation
from functions.orders import repository
from functions.storage import opening
from functions.storage.connect import connect
from functions.storage.history import Change
from functions.storage.vault import Vault
from tests.support import killed
from tests.support.client import Client
from tests.support.commands import readable, run
from tests.support.community import SECRET
from tests.support.orders import DONE, WISH, move, wish

NEW = b"another line that nobody can guess"


def rotated(app: App) -> App:
    """The app after its secret was changed."""
    after = app.under(NEW + b"\n" + SECRET)
    assert rotation.reseal(after, rotation.numbers(after)) > 0
    return after


def test_all_is_sealed_with_the_new_line_and_found_by_it(app: App) -> None:
    client = Client(app)
    no = wish(client).no
    rotated(app)
    alone = app.under(NEW)
    assert alone.personal.contact(no)["name"] == WISH["name"]
    phone = alone.personal.contact(no)["phone"]
    assert [
        head.no for head in app.store.find(repository.KIND, [alone.personal.trace("phone", phone)])
    ]
    assert not app.store.find(repository.KIND, [app.personal.trace("phone", phone)])
    assert app.store.fact(opening.FACT) == Vault(NEW).fingerprints[0]
    opening.pair(app.store, alone.vault)


def test_links_from_before_go_on_working_and_are_told_again(app: App) -> None:
    before = Client(app)
    address = wish(before).location
    no = before.app.store.find(repository.KIND)[0].no
    app.team_links.issue("barbers", "王芳")
    team = app.team_links.of("barbers")
    assert team
    key = app.team_links.address(team).rsplit("=", 1)[1]
    move(app, no, *DONE)
    order = app.orders.find(no)
    assert order
    slip = app.orders.rating_key(order)
    after = rotated(app)
    assert Client(after).get(address).status == 200
    assert after.orders.address(order) == address
    assert after.team_links.opens("barbers", key)
    assert after.orders.by_slip(order.no, slip)


def test_the_same_submission_counts_once_and_gets_its_link_again_across_a_rotation(
    app: App,
) -> None:
    drawn = {**WISH, "once": "one drawn form"}
    filed = Client(app).post("/api/wish", drawn).location
    after = Client(rotated(app))
    assert after.post("/api/wish", drawn).location == filed
    assert after.get(filed).status == 200
    assert len(app.store.find(repository.KIND)) == 1


def test_what_no_line_opens_stays_as_it_is(app: App, tmp_path: Path) -> None:
    no = wish(Client(app)).no
    head = app.store.head(no)
    assert head
    broken = b"nothing that could be opened at all"
    app.store.commit(Change(head, [], {1: broken}))
    after = app.under(NEW + b"\n" + SECRET)
    assert rotation.reseal(after, rotation.numbers(after)) == 0
    assert app.store.personal(no) == {1: broken}


def test_on_dynamodb_likewise(app: App, dynamodb: str, tmp_path: Path) -> None:
    there = app.inside(connect(f"{dynamodb}/{tmp_path.name}"))
    no = wish(Client(there)).no
    rotated(there)
    assert there.under(NEW).personal.contact(no)["name"] == WISH["name"]


def test_a_rotation_is_refused_beside_a_server(community: Path) -> None:
    before = (community / "var/secret").read_bytes()
    store = connect(f"sqlite:{community}/var/wudan.db")
    assert "serve" in run(community, "secret", "rotate").stderr
    store.close()
    assert (community / "var/secret").read_bytes() == before


def test_a_secret_from_the_environment_is_told_and_used_when_it_is_set(
    community: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = community / "var/secret"
    monkeypatch.setenv("WUDAN_SECRET", file.read_text())
    told = run(community, "secret", "rotate").stdout
    lines = [line for line in told.splitlines() if len(line) == 64]
    assert lines[1:] == [file.read_text()]
    monkeypatch.setenv("WUDAN_SECRET", "\n".join(lines))
    assert "换好了" in run(community, "secret", "rotate").stdout
    file.unlink()
    monkeypatch.setenv("WUDAN_SECRET", lines[0])
    assert run(community, "doctor").exit_code == 0


def test_a_secret_that_is_gone_for_good_can_be_given_up_on_purpose(community: Path) -> None:
    assert run(community, "secret", "lost").exit_code == 1
    (community / "var/secret").unlink()
    assert run(community, "staff", "list").exit_code == 1
    assert run(community, "secret", "lost").exit_code == 0
    assert run(community, "staff", "list").exit_code == 0
    assert run(community, "doctor").exit_code == 0
    assert len([*connect(f"sqlite:{community}/var/wudan.db").numbers(repository.KIND)]) == 12


@pytest.mark.slow
def test_a_rotation_that_was_killed_is_readable_and_goes_on(community: Path) -> None:
    var = community / "var"
    rotate = ("secret", "rotate", "--root", community, "--data", var)
    for moment in killed.each(var, *rotate):
        assert readable(var, (var / "secret").read_bytes()) == 12
        if moment:
            assert "换好了" in run(community, *rotate[:2]).stdout
    assert readable(var, (var / "secret").read_bytes().splitlines()[0]) == 12
