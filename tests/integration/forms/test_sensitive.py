"""A question about health and the like is asked only with a consent of its own."""

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from functions.app import App
from functions.ops import consistency
from functions.storage.connect import connect
from generator.build import incremental
from generator.errors import ContentError
from tests.support.client import Client
from tests.support.community import SECRET, Clock
from tests.support.orders import WISH, Desk, Team, move
from tests.support.site import MADE, SITE

QUESTION = (
    "  - {name: health, label: 身体情况, kind: textarea, purpose: 让理发的人做好准备, "
    "sensitive: true, consent: 我单独同意把身体情况告诉上门的人}\n"
)
ASKED = {**WISH, "health": "卧床", "health_consent": "yes"}


def asking(root: Path, question: str = QUESTION) -> Path:
    shutil.copytree(SITE, root, ignore=MADE)
    form = root / "content/forms/wish.yaml"
    form.write_text(form.read_text() + question)
    return root


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = asking(tmp_path_factory.mktemp("sensitive") / "root")
    incremental.build(root, root / "public")
    return root


@pytest.fixture
def client(site: Path, tmp_path: Path) -> Iterator[Client]:
    bundle = incremental.bundle_folder(site)
    app = App(bundle, lambda: connect(f"sqlite:{tmp_path}/wudan.db"), SECRET, Clock())
    yield Client(app)
    app.close()


def test_the_consent_stands_beside_it_and_is_not_ticked(client: Client) -> None:
    page = client.get("/wish/")
    assert "我单独同意把身体情况告诉上门的人" in page.text
    assert "health_consent" not in {
        name for name, values in page.form("/api/wish").items() if "yes" in values
    }


def test_an_answer_needs_the_consent_and_no_answer_needs_none(client: Client) -> None:
    alone = client.post("/api/wish", {**WISH, "health": "卧床"})
    assert (alone.status, "单独打勾同意" in alone.errors["health"]) == (422, True)
    assert "卧床" in alone.body
    assert client.post("/api/wish", WISH).location
    assert client.post("/api/wish", ASKED).location


@pytest.mark.slow
def test_neither_answer_nor_consent_lies_open_or_in_exports(client: Client) -> None:
    filed = client.post("/api/wish", ASKED)
    (event,) = client.app.store.events(filed.no)
    assert not {"health", "health_consent"} & event.data.keys()
    desk = Desk(client)
    assert "卧床" in desk.get(f"/desk/order/?no={filed.no}").text
    book = desk.post("/desk/sheets/orders.xlsx", {"month": ""}).raw
    cells = [
        str(cell)
        for row in load_workbook(io.BytesIO(book)).worksheets[0].iter_rows(values_only=True)
        for cell in row
    ]
    assert not [cell for cell in cells if "卧床" in cell or "身体" in cell]


def test_a_team_learns_it_when_it_accepts_and_the_link_alone_does_not_show_it(
    client: Client,
) -> None:
    filed, team = client.post("/api/wish", ASKED), Team(client)
    move(client.app, filed.no, "triaged", "dispatched")
    before = team.get(filed.no).text
    assert "卧床" not in before
    assert "单独同意" not in before
    move(client.app, filed.no, "accepted")
    assert "卧床" in team.get(filed.no).text
    assert "卧床" not in client.get(filed.location).body


def test_taking_the_consent_back_takes_the_answer_away(client: Client) -> None:
    filed = client.post("/api/wish", ASKED)
    form = client.get(filed.location).form("/api/order", do="correct")
    assert "yes" in form["health_consent"]
    assert client.post("/api/order", {**form, "health": "卧床，怕吵"}).location
    form = client.get(filed.location).form("/api/order", do="correct")
    assert client.post("/api/order", {**form, "health_consent": ""}).location
    assert "health" not in client.app.personal.contact(filed.no)


def test_what_was_told_under_a_consent_that_was_taken_back_is_nowhere_any_more(
    client: Client,
) -> None:
    app, filed = client.app, client.post("/api/wish", ASKED)
    for change in ({"health": "卧床，怕吵", "address": "7 栋"}, {"health_consent": ""}):
        form = client.get(filed.location).form("/api/order", do="correct")
        assert client.post("/api/order", {**form, **change}).location
    assert "卧床" not in str(app.personal.of(filed.no))
    assert app.personal.contact(filed.no)["address"] == "7 栋"
    page = Desk(client).get(f"/desk/order/?no={filed.no}").text
    assert ("卧床" in page, "收回了同意，以前写的已经删去" in page) == (False, True)
    assert consistency.examine(app).healthy
    assert app.orders.by_phone(filed.no, "5678").no == filed.no


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda q: q.replace("sensitive: true, ", ""), "缺一不可"),
        (lambda q: q.replace(", consent: 我单独同意把身体情况告诉上门的人", ""), "缺一不可"),
        (lambda q: q.replace("purpose: 让理发的人做好准备, ", ""), "purpose"),
        (lambda q: q.replace("kind: textarea", "kind: textarea, required: true"), "不能是必答题"),
    ],
)
def test_check_refuses_one_without_consent_or_purpose_or_choice(
    tmp_path: Path, change: Callable[[str], str], told: str
) -> None:
    root = asking(tmp_path / "root", change(QUESTION))
    with pytest.raises(ContentError, match=told):
        incremental.build(root, root / "public")
