"""Orders, volunteers and links outlive the names of files: renamed, ended or removed."""

import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook

from functions import scheduled
from functions.app import App
from functions.errors import Conflict
from functions.forms import order_number
from functions.forms.residents import FORMS
from functions.ops import consistency
from functions.orders import counters, names
from functions.orders.counters import Tally
from functions.orders.figures.snapshot import snapshot
from functions.people import volunteers
from functions.storage.connect import connect
from generator.build import incremental
from generator.errors import ContentError
from tests.support.client import Answer, Client
from tests.support.commands import invoke
from tests.support.community import SECRET, Clock
from tests.support.histories import ENGINES
from tests.support.orders import JOIN, RATING, WISH, Desk, Team, found, wish
from tests.support.servers import PRODUCT

pytestmark = pytest.mark.slow

MONTH = "2026-11"
ALL = ("orders", "ratings", "volunteers", "report")


class Town:
    """A community with its content, its site and its store."""

    def __init__(self, root: Path, address: str, clock: Clock):
        self.root = root
        self.build()
        bundle = incremental.bundle_folder(root)
        self.app = App(bundle, lambda: connect(address), SECRET, clock)
        self.client = Client(self.app)
        self.clock = clock

    def build(self) -> None:
        incremental.build(self.root, self.root / "public")

    def rounds(self) -> None:
        """The schedule after a build."""
        done = scheduled.tick(self.app)
        assert not done["broken"], done

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / f"content/{file}.yaml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def rename(self, folder: str, old: str, new: str, line: str = "") -> None:
        """As staff do it: another file name, and a line in the file."""
        path = self.root / f"content/{folder}/{old}.yaml"
        path.with_stem(new).write_text(f"{path.read_text()}{line or f'renamed_from: {old}'}\n")
        path.unlink()
        if folder == "teams":
            self.name_teams(old, new)

    def remove(self, folder: str, name: str) -> None:
        (self.root / f"content/{folder}/{name}.yaml").unlink()
        if folder == "teams":
            self.name_teams(name, "")

    def name_teams(self, old: str, new: str) -> None:
        for service in (self.root / "content/menu").iterdir():
            service.write_text(service.read_text().replace(f"[{old}]", f"[{new}]"))

    def counted(self) -> dict[tuple[str, str], int]:
        return self.app.store.tallies()

    def healthy(self) -> None:
        """Lists, marks, owners and counters are what follows from the histories."""
        assert not consistency.examine(self.app.current()).faults

    def sheet(self, desk: Desk, name: str) -> str:
        """A workbook's cells as text."""
        answer = desk.post(f"/desk/sheets/{name}.xlsx", {"month": MONTH})
        rows = load_workbook(io.BytesIO(answer.raw)).active
        assert rows is not None
        return "\n".join(" ".join(str(c or "") for c in row) for row in rows.values)


@pytest.fixture(params=["sqlite", "dynamodb"])
def town(request: pytest.FixtureRequest, root: Path, tmp_path: Path, clock: Clock) -> Town:
    return Town(root, ENGINES[request.param](tmp_path, request), clock)


def serve(town: Town, desk: Desk, team: Team) -> str:
    """An order of the team that was done and rated, and one that it accepted; its number."""
    rated, open_ = wish(town.client).no, wish(town.client, detail="再来一次").no
    for no in (rated, open_):
        desk.dispatched(no)
        team.do(no, "accepted", volunteer="team", person="老王").location  # noqa: B018
    team.do(rated, "done").location  # noqa: B018
    town.client.post("/api/rating", {**RATING, "no": rated, "last4": "5678"}).location  # noqa: B018
    return open_


def recruit(town: Town, desk: Desk) -> str:
    """A volunteer of the team, by number."""
    town.client.post("/api/volunteer", {**JOIN, "team": "barbers"}).location  # noqa: B018
    (head,) = town.app.store.find(volunteers.KIND)
    desk.post("/desk/person/", {"no": head.no, "do": "approved", "team": "barbers"})
    return head.no


def under(name: str, counted: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {key: count for key, count in counted.items() if key[1].startswith(f"{name} ")}


def test_everything_is_there_under_the_new_name(town: Town) -> None:
    desk, team = Desk(town.client), Team(town.client)
    no, person = serve(town, desk, team), recruit(town, desk)
    town.rounds()
    before = town.counted()
    assert under("team:barbers", before)
    assert under("service:haircut", before)

    town.rename("teams", "barbers", "hair")
    town.rename("menu", "haircut", "cut")
    town.edit("teams/hair", "name: 理发队", "name: 美发队")
    town.build()
    another = wish(town.client, service="haircut", detail="表是改名前打开的").no
    town.rounds()
    town.healthy()

    renamed = {"team": {"barbers": "hair"}, "service": {"haircut": "cut"}}
    after = town.counted()
    moved = {(month, counters.renamed(name, renamed)): n for (month, name), n in before.items()}
    new = Tally(counters.difference(Tally(moved), Tally(after)))
    assert {name.split(" ")[0] for _, name in new} == {*("all", "grid:·", "service:cut")}, (
        "the new wish alone"
    )
    assert found(town.app.current(), no).team == "hair"
    assert found(town.app.current(), another).service == "cut"

    assert order_number.spell(no) in desk.get("/desk/find/?team=hair&service=cut").text
    assert "没有" in desk.get("/desk/find/?team=barbers").text
    assert order_number.spell(no) in team.get().text, "by the link of before"
    assert "美发队" in team.get().text
    assert "不能用" not in town.client.get(team.address.replace("barbers", "hair")).text
    assert team.do(no, "noted", note="按旧链接记的").location.startswith("/team/?team=hair&")
    assert "美发队" in desk.get(f"/desk/order/?no={no}").text
    assert "美发队" in desk.get("/desk/people/?team=hair&state=active").text
    assert town.app.volunteers.of_team("hair")[0].head.no == person
    ranked = dict(town.app.current().ranking.suggest("cut"))
    assert (ranked["hair"]["load"], ranked["hair"]["offers"]) == (1, True)
    for name in ALL:
        text = town.sheet(desk, name)
        assert "barbers" not in text
        assert "美发队" in text, text
    next_year = town.clock.now.date().replace(year=town.clock.now.year + 1)
    known = json.dumps(snapshot(town.app.store, next_year)["months"])
    assert "all wishes" in known
    assert "service:cut wishes" in town.app.store.tally("2026-11")
    assert "haircut" not in known
    old = (town.root / "public/teams/barbers/index.html").read_text()
    assert 'content="0; url=/teams/hair/"' in old

    new_link = town.app.current().team_links.issue("hair", "王芳")
    assert "不能用" in team.get().text, "a new link ends the one before"
    assert town.client.get(town.app.team_links.address(new_link)).status == 200
    town.healthy()


def test_a_message_that_waits_reaches_the_renamed_team(town: Town, root: Path) -> None:
    channel = "notify:\n  - {to: barbers, kind: none}\n"
    with (root / "site.yaml").open("a") as file:
        file.write(channel)
    town.build()
    Desk(town.client).dispatched(wish(town.client).no)
    assert [m.to for m in town.app.store.messages("waiting")] == ["barbers"]
    town.rename("teams", "barbers", "hair")
    (root / "site.yaml").write_text((root / "site.yaml").read_text().replace("barbers", "hair"))
    town.build()
    outbox = town.app.current().outbox
    assert dict(outbox.channel("barbers"))["to"] == ""
    assert outbox.channel("barbers") == outbox.channel("hair") != outbox.channel("nobody")


def test_it_is_remembered_after_the_line_is_gone(town: Town) -> None:
    desk, team = Desk(town.client), Team(town.client)
    no = serve(town, desk, team)
    town.rename("teams", "barbers", "hair")
    town.build()
    town.rounds()
    town.edit("teams/hair", "renamed_from: barbers\n", "")
    town.rename("teams", "hair", "salon", "renamed_from: hair")
    town.build()
    town.rounds()
    assert found(town.app.current(), no).team == "salon"
    assert order_number.spell(no) in team.get().text
    assert not under("team:barbers", town.counted()) | under("team:hair", town.counted())
    town.healthy()


def test_a_renaming_that_is_taken_back_leaves_no_trace(town: Town) -> None:
    desk, team = Desk(town.client), Team(town.client)
    no = serve(town, desk, team)
    town.rounds()
    before = town.counted()
    town.rename("teams", "barbers", "hair")
    town.build()
    town.rounds()
    town.rename("teams", "hair", "barbers", " ")
    town.edit("teams/barbers", "renamed_from: barbers\n", "")
    town.build()
    town.rounds()
    assert town.counted() == before
    assert found(town.app.current(), no).team == "barbers"
    assert order_number.spell(no) in team.get().text
    town.healthy()


def test_two_teams_that_become_one_are_counted_together(town: Town) -> None:
    desk, teams = Desk(town.client), [Team(town.client, name) for name in ("barbers", "menders")]
    nos = [wish(town.client, detail=name).no for name in "甲乙"]
    for no, team in zip(nos, ("barbers", "menders"), strict=True):
        desk.dispatched(no, team=team)
    town.rename("teams", "barbers", "helpers", "renamed_from: [barbers, menders]")
    town.remove("teams", "menders")
    town.name_teams("menders", "helpers")
    town.build()
    town.rounds()
    assert town.app.store.tally(counters.NOW)["team:helpers load"] == 2
    for each in teams:
        assert all(order_number.spell(no) in each.get().text for no in nos)
    town.healthy()


def test_names_are_kept_by_one_of_those_who_do_it_at_once(town: Town) -> None:
    desk, team = Desk(town.client), Team(town.client)
    serve(town, desk, team)
    town.rounds()
    before = sum(under("team:barbers", town.counted()).values())
    town.rename("teams", "barbers", "hair")
    town.build()
    one, other = town.app.current(), town.app.current()
    head = one.store.head(names.REGISTER)
    assert head
    one.names.keep(one.clock.now.isoformat())
    stale = names.Names(lambda: Stale(one.store, head), other.bundle)  # type: ignore[arg-type, return-value]
    with pytest.raises(Conflict):
        stale.keep(other.clock.now.isoformat())
    other.names.keep(other.clock.now.isoformat())
    assert sum(under("team:hair", town.counted()).values()) == before


class Stale:
    """A store as it was read before somebody else wrote to it."""

    def __init__(self, store: object, head: object):
        self._store, self._head = store, head

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def head(self, no: str) -> object:
        return self._head if no == names.REGISTER else self._store.head(no)  # type: ignore[attr-defined]

    def fact(self, name: str) -> str:
        return ""


ENDED = "ended: 2026-11-30\n"


def end(town: Town, folder: str, name: str) -> None:
    path = town.root / f"content/{folder}/{name}.yaml"
    path.write_text(ENDED + path.read_text())


@pytest.mark.parametrize("how", [end, Town.remove])
def test_orders_keep_the_words_of_what_is_no_longer_offered(town: Town, how: object) -> None:
    desk, team = Desk(town.client), Team(town.client)
    no, person = serve(town, desk, team), recruit(town, desk)
    town.edit("teams/barbers", "name:", "grids: [一号网格]\nname:")
    town.build()
    town.rounds()
    more = wish(town.client, detail="还没有受理").no
    how(town, "teams", "barbers")  # type: ignore[operator]
    how(town, "menu", "haircut")  # type: ignore[operator]
    town.build()
    town.rounds()
    town.healthy()

    for address in (
        f"order/?no={no}",
        "",
        f"person/?no={person}",
        "teams/",
        "people/?state=active",
    ):
        assert "理发队" in desk.get(f"/desk/{address}").text, address
    for address in (f"order/?no={more}", "find/?service=haircut", "dispatch/"):
        assert "理发" in desk.get(f"/desk/{address}").text or address == "dispatch/"
    assert "理发" in town.client.get(town.app.orders.address(found(town.app.current(), more))).text
    assert "理发队" in team.get(no).body
    assert team.do(no, "done").location
    for name in ALL:
        assert "barbers" not in town.sheet(desk, name)
    assert "理发队" in town.sheet(desk, "orders")
    assert "理发 " in town.sheet(desk, "ratings")

    offered = [*town.app.current().ranking.suggest("haircut")]
    assert [team for team, _ in offered] == ["menders"]
    form = desk.get(f"/desk/order/?no={more}").page
    assert not form.css("[value=barbers], option[value=haircut]")
    again = town.client.post("/api/wish", {**WISH, "detail": "停办以后"})
    assert (again.status, again.form("/api/wish")["detail"]) == (422, ["停办以后"])


def answer(town: Town, page: Answer, **typed: str) -> str:
    """File a wish with the form on a page, as a browser sends it; its number."""
    sent = {**page.form("/api/wish"), **{name: [text] for name, text in {**WISH, **typed}.items()}}
    return town.client.post("/api/wish", sent).no


@pytest.mark.parametrize("how", [end, Town.remove])
def test_an_open_form_is_told_by_name_what_is_not_offered_any_more(
    town: Town, how: Callable[[Town, str, str], None]
) -> None:
    desk, no = Desk(town.client), wish(town.client).no
    desk.do(no, "triaged", level="routine", service="haircut").location  # noqa: B018
    wishing = town.client.get("/wish/").form("/api/wish") | WISH
    joining = town.client.get(FORMS["volunteer"]).form("/api/volunteer") | JOIN
    giving = desk.get(f"/desk/order/?no={no}").form("/desk/order/", do="dispatched")
    giving |= {"team": ["barbers"], "note": ["请带梯子"]}
    town.rounds()
    how(town, "teams", "barbers")
    how(town, "menu", "haircut")
    town.build()
    for answer, field, name, other, typed in (
        (town.client.post("/api/wish", wishing), "service", "理发", "mending", WISH["detail"]),
        (town.client.post("/api/volunteer", joining), "team", "理发队", "menders", JOIN["name"]),
        (desk.post("/desk/order/", giving), "team", "理发队", "menders", "请带梯子"),
    ):
        assert f"“{name}”现在不办了。您填的都还在" in answer.errors[field]
        assert (answer.status, typed in answer.body) == (422, True)
        assert answer.page.css(f"[name={field}] [value={other}], [name={field}][value={other}]")
    never = town.client.post("/api/wish", {**wishing, "service": "never"})
    assert "不办了" not in never.errors["service"]


TOOL = "  - {name: tool, label: 带什么工具, kind: text, purpose: 准备, role: ''}\n"
MENU = "  - {name: more, label: 另外还要什么, kind: choices, purpose: 准备, choices: menu}\n"
SIZE = (
    "  - {name: size, label: 头发多长, kind: choice, purpose: 准备, required: true, "
    "choices: [{value: long, label: 很长}, {value: short, label: 很短}]}\n"
)


@pytest.mark.parametrize("static", [False, True])
def test_an_answer_to_a_question_that_was_removed_meanwhile_is_kept_and_shown(
    town: Town, static: bool
) -> None:
    desk = Desk(town.client)
    form = town.root / "content/forms/wish.yaml"
    plain = form.read_text()
    form.write_text(plain + TOOL + SIZE)
    town.build()
    town.rounds()
    page = town.client.get("/wish/")
    if static:
        page = Answer(200, {}, (town.root / "public/wish/index.html").read_text())
    version = town.app.current().bundle.forms["wish"]["version"]
    early = answer(town, page, tool="推子", size="long")
    form.write_text(plain)
    town.build()
    town.rounds()
    late = answer(town, page, tool="剪子", size="short", detail="表单改了以后才交")

    assert town.app.store.events(late)[0].data["wording"] == version
    assert town.app.store.events(late)[0].data["size"] == "short"
    assert "剪子" not in str(town.app.store.events(late)), "what is typed is sealed"
    sheet = town.sheet(desk, "orders")
    for no, tool, size in ((early, "推子", "很长"), (late, "剪子", "很短")):
        text = desk.get(f"/desk/order/?no={no}").text
        assert f"带什么工具 {tool}" in text
        assert f"头发多长 {size}" in text
        assert f"带什么工具：{tool}" in sheet
        assert f"头发多长：{size}" in sheet
        resident = town.client.get(town.app.orders.address(found(town.app.current(), no))).text
        assert f"头发多长 {size}" in resident
    now = answer(town, town.client.get("/wish/"), detail="新的表")
    assert town.app.store.events(now)[0].data["wording"] != version
    wrong = town.client.post("/api/wish", {**page.form("/api/wish"), "tool": "推子", "detail": ""})
    assert (wrong.status, wrong.form("/api/wish")["tool"]) == (422, ["推子"])


def test_an_answer_on_the_desks_form_to_a_question_removed_meanwhile_is_kept_and_shown(
    town: Town,
) -> None:
    desk, team = Desk(town.client), Team(town.client)
    no = wish(town.client).no
    desk.dispatched(no)
    team.do(no, "accepted", volunteer="team", person="老王").location  # noqa: B018
    team.do(no, "done").location  # noqa: B018
    form = town.root / "content/forms/rating.yaml"
    plain = form.read_text()
    form.write_text(plain + TOOL + SIZE)
    town.build()
    town.rounds()
    drawn = desk.get(f"/desk/order/?no={no}").form("/desk/order/", do="rated")
    form.write_text(plain)
    town.build()
    town.rounds()
    sent = {**drawn, **RATING, "source": "paper", "tool": "推子", "size": "long"}
    assert desk.post("/desk/order/", sent).location
    text = desk.get(f"/desk/order/?no={no}").text
    assert "带什么工具： 推子" in text
    assert "头发多长： 很长" in text


def test_a_form_that_was_open_while_the_team_was_renamed_sends_the_order_to_it(town: Town) -> None:
    desk = Desk(town.client)
    no = wish(town.client).no
    desk.do(no, "triaged", level="routine", service="haircut").location  # noqa: B018
    drawn = desk.get(f"/desk/order/?no={no}").form("/desk/order/", do="dispatched")
    town.rename("teams", "barbers", "hair")
    town.build()
    town.rounds()
    assert desk.post("/desk/order/", {**drawn, "team": "barbers"}).location
    assert found(town.app.current(), no).team == "hair"


def test_a_wording_has_the_choices_under_which_it_was_answered_by_their_names_of_now(
    town: Town,
) -> None:
    form = town.root / "content/forms/wish.yaml"
    form.write_text(form.read_text() + MENU)
    town.build()
    town.rounds()
    no = wish(town.client, more=["haircut", "mending"]).no
    town.rename("menu", "haircut", "cut")
    town.edit("menu/cut", "name: 理发", "name: 剪发")
    town.remove("menu", "mending")
    town.build()
    town.rounds()
    said = town.client.get(town.app.current().orders.address(found(town.app.current(), no))).text
    assert "另外还要什么 修理家电、剪发" in said or "另外还要什么 剪发、修理家电" in said


def test_a_wording_that_nobody_knows_is_checked_as_the_one_of_now(town: Town) -> None:
    no = wish(town.client, wording="0123456789ab").no
    forms = town.app.current().bundle.forms
    assert town.app.store.events(no)[0].data["wording"] == forms["wish"]["version"]


def test_keeping_what_is_kept_already_writes_nothing(town: Town) -> None:
    town.rounds()
    before = {kept.no: kept.events for kept in town.app.store.everything()}
    town.rounds()
    (town.root / "content/news/spring.yaml").unlink()
    town.build()
    town.rounds()
    assert {kept.no: kept.events for kept in town.app.store.everything()} == before


def needed_of(town: Town) -> list[names.Needed]:
    bundle = town.app.current().bundle
    known = names.known(bundle.names, bundle.renamed)
    return names.still_needed(town.app.store, known, volunteers.OPEN)


def warned(town: Town, command: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the command warns of what the test below removes; a check changes no data."""
    data = Path(str(town.app.store.path)).parent  # type: ignore[attr-defined]
    monkeypatch.setenv("WUDAN_SECRET", SECRET.decode())
    monkeypatch.setenv("WUDAN_STORE", f"sqlite:{data}/wudan.db")
    town.app.store.checkpoint()
    before = (data / "wudan.db").read_bytes()
    result = invoke(command, "--root", town.root)
    town.app.store.checkpoint()
    assert result.exit_code == 0, result.stderr
    removed = [line for line in result.stderr.splitlines() if not line.startswith("请看一看")]
    assert "mobile" not in str(removed)
    assert "phone" not in str(removed)
    assert command == "build" or (data / "wudan.db").read_bytes() == before
    assert "content/teams/barbers.yaml 没有了，“理发队”手上还有 2 单没办完" in result.stderr
    assert "renamed_from: haircut" in result.stderr
    assert "没有叫“一号网格”的网格，服务队也没有写它，还有 1 单" in result.stderr
    return "去掉了“带什么工具”（tool），还有 3 单" in result.stderr


def test_open_orders_that_need_what_is_removed_are_told(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, team = Desk(town.client), Team(town.client)
    form = town.root / "content/forms/wish.yaml"
    plain = form.read_text()
    plain = plain.replace("{name: phone,", "{name: mobile,")  # Its role is phone all the same.
    form.write_text(plain + TOOL)
    town.edit("grids/first", "第一网格", "一号网格")
    town.build()
    no = serve(town, desk, team)
    closed = wish(town.client, service="mending", detail="取消的").no
    desk.do(closed, "cancelled").location  # noqa: B018
    desk.do(
        more := wish(town.client, detail="丙").no,
        "triaged",
        level="routine",
        service="haircut",
        grid="一号网格",
    )
    town.rounds()
    store = town.app.store

    def needed() -> dict[tuple[str, str], set[str]]:
        return {(e.kind, e.label): {*e.numbers} for e in needed_of(town)}

    assert needed() == {}
    form.write_text(plain)
    gone = ("teams", "barbers"), ("menu", "haircut"), ("menu", "mending"), ("grids", "first")
    for folder, name in gone:
        town.remove(folder, name)
    town.build()
    rated = {head.no for head in store.waiting("order", "rated")}
    for command in ("check", "build"):
        if store.local:
            assert warned(town, command, monkeypatch)
    assert needed() == {
        ("team", "理发队"): {no} | rated,
        ("service", "理发"): {no, more} | rated,
        ("grid", "一号网格"): {more},
        ("question", "带什么工具"): {no, more} | rated,
    }


def test_an_order_keeps_the_words_that_its_grid_had(town: Town) -> None:
    """Also one from before grids had files, when only teams said which there are."""
    (town.root / "content/grids/first.yaml").rename(file := town.root / "first.yaml")
    town.edit("teams/barbers", "name:", "grids: [第一网格]\nname:")
    town.build()
    desk, said = Desk(town.client), {"level": "routine", "service": "haircut"}
    before, after = (wish(town.client, detail=text).no for text in ("甲", "乙"))
    desk.do(before, "triaged", **said, grid="第一网格").location  # noqa: B018
    file.rename(town.root / "content/grids/first.yaml")
    town.build()
    desk.do(after, "triaged", **said, grid="第一网格").location  # noqa: B018
    town.rounds()
    assert town.counted()[MONTH, "grid:第一网格 wishes"] == 2
    town.edit("grids/first", "第一网格", "河东网格")
    town.edit("teams/barbers", "grids: [第一网格]\n", "")
    town.build()
    town.rounds()
    town.healthy()
    for no in (before, after):
        assert "<dt>网格</dt><dd>第一网格</dd>" in desk.get(f"/desk/order/?no={no}").body
    assert "第一网格" in desk.get(f"/desk/report/?month={MONTH}").body
    assert needed_of(town)[0][:2] == ("grid", "第一网格"), "both are open, and may be moved"
    more = wish(town.client, detail="丙").no
    assert desk.do(more, "triaged", **said, grid="第一网格").status == 422
    desk.do(more, "triaged", **said, grid="河东网格").location  # noqa: B018
    assert town.counted()[MONTH, "grid:河东网格 wishes"] == 1


def test_what_is_removed_before_the_schedule_ran_is_told(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store knows nothing of the names then, but the last build does."""
    store = town.app.store
    if not store.local:
        return
    form = town.root / "content/forms/wish.yaml"
    plain = form.read_text()
    form.write_text(plain + TOOL)
    town.build()
    wish(town.client, tool="梯子", detail="还没有排到")
    assert names.labels(store) == {"service": {}, "team": {}}
    form.write_text(plain)
    monkeypatch.setenv("WUDAN_SECRET", SECRET.decode())
    monkeypatch.setenv("WUDAN_STORE", f"sqlite:{store.path}")  # type: ignore[attr-defined]
    for command in ("check", "build"):
        result = invoke(command, "--root", town.root)
        assert "去掉了“带什么工具”（tool），还有 1 单" in result.stderr
        assert "name 写回 tool" in result.stderr


HELPER = "  - {name: helper, label: 请谁帮, kind: choice, choices: teams, purpose: 准备}\n"


def test_open_orders_that_need_what_a_rating_asked_or_a_question_named_are_told(
    town: Town,
) -> None:
    """Whatever form an order was filed or rated with, and whatever a choice stands for."""
    desk, team = Desk(town.client), Team(town.client)
    rating = town.root / "content/forms/rating.yaml"
    plain = rating.read_text()
    rating.write_text(plain + TOOL)
    wishes = town.root / "content/forms/wish.yaml"
    wishes.write_text(wishes.read_text() + HELPER)
    town.build()
    serve(town, desk, team)
    helped = wish(town.client, helper="menders", detail="请人帮").no
    town.rounds()
    store = town.app.store
    rated = {head.no for head in store.waiting("order", "rated")}
    assert len(rated) == 1
    rating.write_text(plain)
    town.remove("teams", "menders")
    town.build()
    found = {(e.kind, e.label): {*e.numbers} for e in needed_of(town)}
    assert found == {("team", "修理队"): {helped}, ("question", "带什么工具"): rated}


def test_open_orders_and_sign_ups_that_need_a_question_of_any_form_are_told(town: Town) -> None:
    """Of the volunteers' form, and of those of the desk and the teams, picked or typed."""
    desk, team = Desk(town.client), Team(town.client)
    joining = town.root / "content/forms/volunteer.yaml"
    plain = joining.read_text()
    joining.write_text(plain + TOOL)
    town.build()
    dispatched, noted, quiet = (wish(town.client, detail=each).no for each in "甲乙丙")
    for no in (dispatched, quiet):
        desk.do(no, "triaged", level="routine", service="haircut")
    desk.do(dispatched, "dispatched", team="barbers", note="请带推子")
    team.do(dispatched, "declined", reason="busy")
    desk.do(noted, "noted", note="打过电话")
    for name in "甲乙":
        join = {**JOIN, "name": name, "phone": f"1391111000{'甲乙'.index(name)}"}
        town.client.post("/api/volunteer", {**join, "team": "menders"}).location  # noqa: B018
    approved, applied = (head.no for head in town.app.store.find(volunteers.KIND))
    desk.post("/desk/person/", {"no": approved, "do": "approved", "team": "barbers"})
    town.rounds()
    assert needed_of(town) == []
    joining.write_text(plain)
    town.remove("teams", "menders")
    steps = yaml.safe_load((PRODUCT / "templates/actions.yaml").read_text())
    for step, question in (("dispatched", "note"), ("declined", "reason"), ("noted", "note")):
        fields = steps[step]["fields"]
        steps[step]["fields"] = [each for each in fields if each["name"] != question]
    (town.root / "templates").mkdir(exist_ok=True)
    (town.root / "templates/actions.yaml").write_text(yaml.safe_dump(steps))
    town.build()
    assert {(e.by, e.kind, e.name): e.numbers for e in needed_of(town)} == {
        ("order", "step", "declined.reason"): [dispatched],
        ("order", "step", "dispatched.note"): [dispatched],
        ("order", "step", "noted.note"): [noted],
        ("volunteer", "question", "volunteer.tool"): [applied],
        ("volunteer", "team", "menders"): [applied],
    }
    page = desk.get(f"/desk/order/?no={dispatched}").text
    assert "给服务队的话" in page
    assert "请带推子" in page
    checked = incremental.check(town.root)
    bundle = town.app.current().bundle
    assert (checked.names["step"], checked.names["question"]) == (
        bundle.names["step"],
        bundle.names["question"],
    )


def test_an_answer_that_names_a_team_is_shown_by_the_name_it_has_now(town: Town) -> None:
    wishes = town.root / "content/forms/wish.yaml"
    wishes.write_text(wishes.read_text() + HELPER)
    town.build()
    no = wish(town.client, helper="menders").no
    town.rounds()
    town.edit("teams/menders", "修理队", "巧手队")
    town.rename("teams", "menders", "fixers")
    town.build()
    page = Desk(town.client).get(f"/desk/order/?no={no}").text
    assert "巧手队" in page
    assert "修理队" not in page


def free_a_name(town: Town) -> None:
    """The barbers get another file name, which no file says any more, and another team theirs."""
    town.rename("teams", "barbers", "hair")
    town.build()
    town.rounds()
    town.edit("teams/hair", "renamed_from: barbers\n", "")
    (town.root / "content/teams/barbers.yaml").write_text("name: 磨刀队\n")


def test_a_file_name_that_another_team_had_is_refused_by_check_and_build(
    town: Town, tmp_path: Path
) -> None:
    desk, team = Desk(town.client), Team(town.client)
    serve(town, desk, team)
    free_a_name(town)
    taken = snapshot(town.app.store, town.clock.now.date())
    with pytest.raises(ContentError) as refused:
        incremental.build(town.root, town.root / "public", figures=taken)
    said = "content/teams/barbers.yaml:1:1: 文件名“barbers”以前是 hair.yaml 的"
    assert str(refused.value).startswith(said)
    assert "另起一个没有用过的名字" in str(refused.value)
    with pytest.raises(ContentError):  # Also where there is no store, from the figures.
        incremental.check(town.root)


def test_check_asks_the_store_which_names_were_anothers(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not town.app.store.local:
        return
    free_a_name(town)
    data = Path(str(town.app.store.path)).parent  # type: ignore[attr-defined]
    monkeypatch.setenv("WUDAN_SECRET", SECRET.decode())
    result = invoke("check", "--root", town.root, "--data", data)
    assert "content/teams/barbers.yaml 的文件名以前是 hair.yaml 的" in result.stderr


def test_a_file_name_that_is_there_again_for_another_team_is_told(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its orders, members and link would be the other team's."""
    if not town.app.store.local:
        return
    monkeypatch.setenv("WUDAN_SECRET", SECRET.decode())
    monkeypatch.setenv("WUDAN_STORE", f"sqlite:{town.app.store.path}")  # type: ignore[attr-defined]
    town.rounds()
    file = town.root / "content/teams/barbers.yaml"
    plain = file.read_text()
    file.unlink()
    menu = town.root / "content/menu/haircut.yaml"
    service = menu.read_text()
    menu.unlink()
    for command in ("build", "check"):
        town.rounds()
        assert "以前是“" not in invoke(command, "--root", town.root).stderr
    menu.write_text(service)
    file.write_text(plain.replace("理发队", "美发沙龙"))
    for command in ("check", "build"):
        told = invoke(command, "--root", town.root).stderr
        assert "content/teams/barbers.yaml 这个文件名以前是“理发队”的" in told
        assert "另起一个没有用过的名字" in told
        assert "menu/haircut" not in told, "the same is no other"


def test_what_a_team_had_under_its_old_name_never_goes_to_another_team(town: Town) -> None:
    desk, team = Desk(town.client), Team(town.client)
    no = serve(town, desk, team)
    recruit(town, desk)
    free_a_name(town)
    for _ in range(2):
        town.build()  # Without figures, as where nobody has a store.
        town.rounds()
        assert found(town.app.current(), no).team == "hair"
        assert order_number.spell(no) in team.get().text
        assert "理发队" in team.get().text
        assert not under("team:barbers", town.counted())
        assert town.app.current().team_links.of("barbers") is None
        issued = desk.post("/desk/teams/", {"team": "barbers", "do": "issue"})
        assert issued.status == 404
        assert [p.head.data["team"] for p in town.app.current().volunteers.of_team("hair")]
        town.healthy()
    town.edit("teams/barbers", "磨刀队", "修鞋队")
    town.rename("teams", "hair", "salon")
    town.build()
    town.rounds()
    assert found(town.app.current(), no).team == "salon"
    town.healthy()


GARBAGE = ("xx", "5", '{"labels": 5, "renamed": [1]}', '{"fields": 3}', "")


@pytest.mark.parametrize("garbage", GARBAGE)
def test_a_damaged_register_stops_nothing_and_is_written_anew(
    root: Path, tmp_path: Path, clock: Clock, garbage: str
) -> None:
    town = Town(root, f"sqlite:{tmp_path}/wudan.db", clock)
    desk, team = Desk(town.client), Team(town.client)
    no = serve(town, desk, team)
    town.rounds()
    before = {k.no: k.head.data for k in town.app.store.everything() if k.head}
    with closing(sqlite3.connect(tmp_path / "wudan.db")) as db:
        if garbage:
            db.execute("UPDATE heads SET data = ? WHERE no LIKE 'names:%'", [garbage])
        else:
            db.execute("UPDATE heads SET data = cast(x'ff80' AS text) WHERE no LIKE 'names:%'")
        db.commit()
    later = clock.now.date() + timedelta(days=31)
    assert snapshot(town.app.store, later)["months"]
    assert names.still_needed(town.app.store, {}, volunteers.OPEN) == []
    for address in ("", f"order/?no={no}", "teams/", "find/?team=barbers"):
        assert desk.get(f"/desk/{address}").status == 200
    assert team.get().status == 200
    assert wish(town.client, detail="又一次", wording="0123456789ab").no
    assert consistency.examine(town.app.current()).faults
    consistency.mend(town.app.current())
    after = {k.no: k.head.data for k in town.app.store.everything() if k.head}
    assert {no: after[no] for no in before if no.startswith("names:")} == {
        no: data for no, data in before.items() if no.startswith("names:")
    }
    town.healthy()
