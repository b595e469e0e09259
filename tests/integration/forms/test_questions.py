"""The way of every kind of answer, from the form to each place where it may be seen.

Each form of the small site gets one more question of every kind, as staff might add it. A new kind
fails here until it has an example, and then in every place that does not show it.
"""

import io
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from selectolax.lexbor import LexborHTMLParser

from functions.app import App
from functions.forms import order_number
from functions.forms.kinds import KINDS
from functions.imports.staging import FORMS as IMPORTS
from functions.orders import repository
from functions.people import volunteers
from functions.storage.connect import connect
from functions.storage.history import Change
from generator.build import incremental
from tests.support.client import Answer, Client
from tests.support.community import SECRET, Clock
from tests.support.orders import JOIN, RATING, WISH, Desk, Team
from tests.support.site import MADE, SITE
from tests.support.workbooks import bring, workbook


@dataclass(frozen=True)
class Example:
    """What somebody answers, how a page shows it, and what stands in a workbook."""

    typed: list[str]
    text: str
    cell: object
    glance: str = ""
    """How a page shows it at which others may glance, where that is different."""
    more: Mapping[str, Any] = field(default_factory=dict)


CHOICES = "[{value: a, label: 甲}, {value: b, label: 乙、丙}, {value: c, label: 丁}]"
EXAMPLES = {
    "text": Example(["=微信 wx1"], "=微信 wx1", "=微信 wx1"),
    "textarea": Example(["一行\n又一行"], "一行 又一行", "一行\n又一行"),
    "name": Example(["赵大爷"], "赵大爷", "赵大爷"),
    "phone": Example(["０７７３-２８１２３４５"], "07732812345", "07732812345", "077****"),
    "choice": Example(["b"], "乙、丙", "乙、丙", more={"choices": CHOICES}),
    "choices": Example(["b", "a"], "甲、乙、丙", "甲、乙、丙", more={"choices": CHOICES}),
    "stars": Example(["4"], "★★★★☆", 4),
    "date": Example(["2026-12-04"], "2026年12月4日（周五）", datetime(2026, 12, 4)),
    "past": Example(["2026-11-02"], "2026年11月2日（周一）", datetime(2026, 11, 2)),
    "consent": Example(["yes"], "是", "是"),
}
PROOFS = [kind for kind in KINDS if KINDS[kind].kept == "nowhere"]
"""What proves whose an order is, and stands only in the forms that ask for that."""
SHOWN = [kind for kind in KINDS if kind not in PROOFS]
FORMS = {"wish": "/wish/", "volunteer": "/join/", "rating": "/rate/"}


def name(kind: str) -> str:
    return f"added_{kind}"


def label(kind: str) -> str:
    return f"添的{kind}题"


def typed(app: App, form: str) -> dict[str, list[str]]:
    """The examples, by what the fields are called: a question that got a role is named by it."""
    kinds = {label(kind): kind for kind in SHOWN}
    fields = app.bundle.forms[form]["fields"]
    asked = [field for field in fields if field["label"] in kinds]
    assert [field["written"] for field in asked] == [*map(name, SHOWN)]
    return {field["name"]: EXAMPLES[kinds[field["label"]]].typed for field in asked}


def test_every_kind_has_an_example() -> None:
    assert {*EXAMPLES} == {*SHOWN}


@dataclass
class Life:
    """Pages and tables on the way of one wish, its rating, and one sign-up."""

    root: Path
    client: Client
    desk: Desk
    pages: dict[str, Answer] = field(default_factory=dict)
    books: dict[str, bytes] = field(default_factory=dict)

    def shown(self, page: str, kind: str) -> list[str]:
        """What a page shows as the answers to the question of this kind."""
        document = self.pages[page].page
        found = [
            (heading.text(), text.text(separator=" "))
            for facts in document.css("dl.facts")
            for heading, text in zip(facts.css("dt"), facts.css("dd"), strict=True)
        ]
        found += [
            (answer.text().partition("：")[0], answer.css(".typed")[0].text(separator=" "))
            for answer in document.css(".answer")
        ]
        return [" ".join(text.split()) for heading, text in found if heading == label(kind)]


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    root = shutil.copytree(SITE, tmp_path_factory.mktemp("asked") / "root", ignore=MADE)
    for form in FORMS:
        add_questions(root / f"content/forms/{form}.yaml")
    incremental.build(root, root / "public")
    bundle = incremental.bundle_folder(root)
    app = App(bundle, lambda: connect(f"sqlite:{root}/wudan.db"), SECRET, Clock())
    client = Client(app)
    life = Life(root, client, Desk(client))
    live(life)
    yield life
    app.close()


def add_questions(file: Path) -> None:
    questions = [
        f"  - {{name: {name(kind)}, label: {label(kind)}, kind: {kind}, purpose: 试验"
        + "".join(f", {key}: {value}" for key, value in example.more.items())
        + "}\n"
        for kind, example in EXAMPLES.items()
    ]
    file.write_text(file.read_text() + "".join(questions))


def live(life: Life) -> None:
    client, desk, team = life.client, life.desk, Team(life.client)
    for form, address in FORMS.items():
        life.pages[f"{form} drawn"] = client.get(address)
    filed = client.post("/api/wish", {**WISH, **typed(client.app, "wish")})
    desk.dispatched(filed.no)
    life.pages["team, to answer"] = team.get(filed.no)
    team.do(filed.no, "accepted", volunteer="team").location  # noqa: B018
    life.pages["team, accepted"] = team.get(filed.no)
    team.do(filed.no, "done").location  # noqa: B018
    life.pages["team, done"] = team.get(filed.no)
    rating = {**client.get(filed.location).form("/api/rating"), **RATING}
    rating |= typed(client.app, "rating")
    life.pages["resident"] = client.get(client.post("/api/rating", rating).location)
    life.pages["desk"] = desk.get(f"/desk/order/?no={filed.no}")
    client.post("/api/volunteer", {**JOIN, **typed(client.app, "volunteer")}).location  # noqa: B018
    (head,) = client.app.store.find(volunteers.KIND)
    life.pages["volunteer"] = desk.get(f"/desk/person/?no={head.no}")
    life.pages["volunteers"] = desk.get("/desk/people/")
    for table in ("orders", "ratings", "volunteers"):
        life.books[table] = desk.post(f"/desk/sheets/{table}.xlsx", {"month": ""}).raw


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", SHOWN)
def test_a_question_is_drawn_the_same_on_the_static_page_and_by_the_function(
    life: Life, form: str, kind: str
) -> None:
    static = LexborHTMLParser((life.root / f"public{FORMS[form]}index.html").read_text())
    drawn = life.pages[f"{form} drawn"].page
    for control in drawn.css("[min]"):  # Only the function knows which day it is.
        del control.attrs["min"], control.attrs["max"]
    once, again = (
        [question.html for question in page.css(".field") if label(kind) in question.text()]
        for page in (static, drawn)
    )
    assert len(once) == 1
    assert once == again


@pytest.mark.parametrize("kind", SHOWN)
def test_the_desk_sees_every_answer_of_a_wish_and_of_its_rating(life: Life, kind: str) -> None:
    assert life.shown("desk", kind) == [EXAMPLES[kind].text] * 2


@pytest.mark.parametrize("kind", SHOWN)
def test_a_resident_sees_what_they_filed_without_giving_away_their_phone(
    life: Life, kind: str
) -> None:
    assert life.shown("resident", kind) == [EXAMPLES[kind].glance or EXAMPLES[kind].text]


@pytest.mark.parametrize("kind", SHOWN)
def test_a_team_sees_what_was_picked_and_what_was_typed_only_while_it_has_accepted(
    life: Life, kind: str
) -> None:
    text = EXAMPLES[kind].text
    before = [text] if KINDS[kind].kept == "history" else []
    assert life.shown("team, to answer", kind) == before
    assert life.shown("team, accepted", kind) == [text]
    assert life.shown("team, done", kind) == before


@pytest.mark.parametrize("kind", SHOWN)
def test_a_volunteers_page_and_the_list_show_every_answer(life: Life, kind: str) -> None:
    text = EXAMPLES[kind].text
    assert life.shown("volunteer", kind) == [text]
    assert (label(kind) if kind == "consent" else text) in life.pages["volunteers"].text


def test_the_notice_is_drawn_once_before_the_first_of_several_consents(life: Life) -> None:
    for form in FORMS:
        page = life.pages[f"{form} drawn"].page
        parts = page.css("details.notice, [type=checkbox][value=yes]")
        assert [part.tag for part in parts].count("details") == 1
        assert parts[0].tag == "details"


def test_staff_read_in_words_by_which_door_a_rating_came(life: Life) -> None:
    answers = life.pages["desk"].page.css(".answer")
    assert "怎么来的：凭居民的链接" in ["".join(answer.text().split()) for answer in answers]
    assert "online" not in life.pages["desk"].text


def test_what_only_proves_whose_order_it_is_is_kept_nowhere(life: Life) -> None:
    no = life.pages["desk"].page.css("[name=no]")[0].attributes["value"] or ""
    asked = {f["kind"]: f for f in life.client.app.bundle.forms["rating"]["fields"]}
    kept = [life.client.app.personal.of(no), *life.client.app.store.events(no)]
    for proof in PROOFS:
        assert asked[proof]["label"] not in life.pages["desk"].body
        assert f"'{asked[proof]['name']}'" not in str(kept)


@pytest.mark.parametrize("table", ["orders", "ratings", "volunteers"])
@pytest.mark.parametrize("kind", SHOWN)
def test_every_answer_stands_in_its_column_as_what_it_is(life: Life, table: str, kind: str) -> None:
    heads, row = load_workbook(io.BytesIO(life.books[table])).worksheets[0].iter_rows()
    cells = {str(head.value): cell for head, cell in zip(heads, row, strict=True)}
    cell = cells[label(kind)]
    assert cell.value == EXAMPLES[kind].cell
    assert cell.data_type != "f"
    others = {cell.value for head, cell in cells.items() if head == "其他回答"}
    assert others == {None}


@pytest.mark.slow
@pytest.mark.parametrize("table", ["orders", "volunteers", "ratings"])
def test_what_was_exported_is_imported_with_every_answer(life: Life, table: str) -> None:
    book = load_workbook(io.BytesIO(life.books[table]))
    sheet = book.worksheets[0]
    heads = [str(cell.value) for cell in next(sheet.iter_rows())]
    changed = {} if table == "volunteers" else {"怎么来的": "打电话说的"}
    if table == "ratings":  # Nobody rates an order twice.
        changed["单号"] = order_number.spell(done(life))
    for head, value in changed.items():
        sheet.cell(2, heads.index(head) + 1, value)
    file = io.BytesIO()
    book.save(file)
    kind = {"orders": "wishes"}.get(table, table)
    taken = bring(life.desk, kind, file.getvalue(), again=["2"])
    assert "收下了 1 行。" in taken.text, taken.text
    again = life.desk.post(f"/desk/sheets/{table}.xlsx", {"month": ""}).raw
    rows = [*load_workbook(io.BytesIO(again)).worksheets[0].iter_rows(values_only=True)]
    asked = [f["label"] for f in life.client.app.bundle.actions[IMPORTS[kind]]["fields"]]
    assert {*map(label, SHOWN)} <= {*asked}
    columns = [heads.index(each) for each in asked if each not in changed]
    answers = [[row[column] for column in columns] for row in rows[1:]]
    assert answers.count(answers[0]) == 2


def done(life: Life) -> str:
    """Another order, which was done and waits for its rating."""
    no = life.client.post("/api/wish", {**WISH, "name": "李", **typed(life.client.app, "wish")}).no
    life.desk.dispatched(no)
    for kind in ("accepted", "done"):
        Team(life.client).do(no, kind, volunteer="team").location  # noqa: B018
    return no


CALLED = {"name": "caller", "phone": "tel", "address": "home", "date": "when", "service": "what"}
SAID = {"address": ", role: address", "service": ", role: service"}


class TestRoles:
    """What staff call a question makes no difference; its role does."""

    @pytest.fixture
    def bundle(self, root: Path) -> Path:
        file = root / "content/forms/wish.yaml"
        text = file.read_text()
        for role, called in CALLED.items():
            said = SAID.get(role, "")
            assert f"{{name: {role}," in text
            text = text.replace(f"{{name: {role},", f"{{name: {called}{said},")
        file.write_text(text)
        incremental.build(root, root / "public")
        return incremental.bundle_folder(root)

    @pytest.mark.slow
    def test_an_order_is_found_compared_and_kept_from_the_public_by_roles(
        self, client: Client
    ) -> None:
        drawn = client.get("/wish/").form("/api/wish")
        no = client.post("/api/wish", {**drawn, **WISH, "date": "2026-12-04"}).no
        other = client.post("/api/wish", {**WISH, "phone": "139 0000 1111", "name": "李"}).no
        assert client.app.orders.by_phone(no, "5678").service == "haircut"
        desk = Desk(client)
        page = desk.get(f"/desk/order/?no={other}").text
        assert order_number.spell(no) in page
        assert "（同一个住址）" in page
        assert "姓名、电话" in desk.do(no, "released", text="𠮷野先生想理发").errors["text"]
        assert "2026年12月4日" in desk.get("/desk/").text
        for typed in ("１３８１２３４５６７８", "008613812345678", "５６７８", "138-1234-5678"):
            found = desk.get(f"/desk/find/?q={quote(typed)}").text
            assert order_number.spell(no) in found, typed
            assert order_number.spell(other) not in found, typed

    @pytest.mark.slow
    def test_an_order_from_before_a_question_had_its_role_shows_the_same(
        self, client: Client
    ) -> None:
        no = client.post("/api/wish", WISH).no
        head, app = client.app.store.head(no), client.app
        assert head
        old = {"detail": "x", "home": "1 栋", "caller": "吴", "tel": "+8613812345678"}
        app.store.commit(Change(head, [], {1: app.vault.seal(no, old)}, erase=True))
        page = Desk(client).get(f"/desk/order/?no={no}").page
        labels = [heading.text() for heading in page.css("dl.facts dt")]
        assert labels[:5] == ["服务", "想要什么", "称呼", "电话", "地址"]


@pytest.mark.slow
def test_the_desk_and_the_team_see_the_wished_day_in_their_lists(client: Client) -> None:
    no = client.post("/api/wish", {**WISH, "date": "2026-12-04"}).no
    desk, team = Desk(client), Team(client)
    assert "2026年12月4日" in desk.get("/desk/").text
    desk.do(no, "triaged", level="routine", service="haircut").location  # noqa: B018
    assert "2026年12月4日" in desk.get("/desk/dispatch/").text
    desk.do(no, "dispatched", team="barbers").location  # noqa: B018
    assert "希望 2026年12月4日" in team.get().text


@pytest.mark.slow
def test_staff_read_in_the_history_what_each_step_was_answered_with(client: Client) -> None:
    no = client.post("/api/wish", WISH).no
    desk, team = Desk(client), Team(client)
    client.post("/api/volunteer", JOIN).location  # noqa: B018
    (head,) = client.app.store.find(volunteers.KIND)
    desk.post("/desk/person/", {"no": head.no, "do": "approved", "team": "barbers"})
    desk.dispatched(no)
    team.do(no, "declined", reason="busy", note="都回老家了").location  # noqa: B018
    desk.do(no, "dispatched", team="barbers").location  # noqa: B018
    team.do(no, "accepted", volunteer=head.no).location  # noqa: B018
    team.do(no, "paused", until="2026-12-07").location  # noqa: B018
    history = desk.get(f"/desk/order/?no={no}").page.css_first(".history")
    assert history is not None
    answers = [" ".join(answer.text().split()) for answer in history.css(".answer")]
    assert answers == [
        "定哪一级：常规：马上办，直接派单",
        "对上哪项服务：理发",
        "派给哪支队：理发队",
        "为什么：最近排满了",
        "想说的话：都回老家了",
        "派给哪支队：理发队",
        "谁去：王女士",
        "等到哪一天：2026年12月7日（周一）",
    ]


@pytest.mark.slow
def test_the_same_paper_wish_is_taken_once_a_month_and_counted_right(
    client: Client, clock: Clock
) -> None:
    desk = Desk(client)
    form = client.app.bundle.actions["submitted"]
    known = {**WISH, "source": "写在纸上的", "service": "理发", "consent": "是"}
    fields = [field for field in form["fields"] if field["required"]]
    heads = [field["label"] for field in fields]
    row = [str(known[field["name"]]) for field in fields]
    for taken in ("收下了 1 行。有 1 行是重复的", "收下了 0 行。有 2 行是重复的"):
        assert taken in bring(desk, "wishes", workbook(heads, row, row)).text
    clock.forward(days=20)
    later = Desk(client, "刘")
    assert "收下了 1 行。有 1 行" in bring(later, "wishes", workbook(heads, row, row)).text
    assert len(client.app.store.find(repository.KIND)) == 2
