"""A page of every kind, as it looks in a community with a year of orders."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit

from functions.app import App
from functions.forms.residents import FORMS
from functions.ops import demo
from functions.orders import repository, upkeep
from functions.orders.figures.snapshot import snapshot
from functions.orders.lifecycle.states import STATES
from functions.people import second_factor
from functions.people.accounts import ADMINISTRATOR
from functions.people.second_factor import SecondFactors
from functions.storage.connect import connect
from functions.storage.history import Head
from generator.build import incremental
from tests.support.client import Client
from tests.support.community import SECRET
from tests.support.editing import ITEM, VERSIONS, EditingClient, EditingDesk, contents
from tests.support.orders import JOIN, WISH, Desk, Team, account, wish
from tests.support.servers import PRODUCT

ORDERS = 120
TEAM = "household"
LINK = (
    "https://item.jd.com/100012043978.html?cu=true&utm_source=www.baidu.com&utm_medium=tuiguang"
    "&utm_campaign=t_1003608409_&utm_term=a7ee3b8a1c"
)
LONG = {
    "name": "W" * 40,
    "detail": f"想请人看看这个：{LINK}\n{'！' * 50}\n{'—' * 80}",
    "address": "GuilinshiLinguiquXichengluGuihuayuan3dong2danyuan401shi",
}
"""What residents type that no line can be broken in."""
MADE = "kinds"
"""The folder for pages that functions draw, beside the built ones."""


def write(root: Path) -> list[str]:
    """Build the product's own site in ``root / "public"``, with pages of the functions as files
    among its pages, and return the address of a page of every kind."""
    for name in ("content", "static"):
        shutil.copytree(PRODUCT / name, root / name)
    for name in ("site.yaml", "calendar.yaml"):
        shutil.copy(PRODUCT / name, root)
    out = root / "public"
    incremental.build(root, out)
    app = App(incremental.bundle_folder(root), lambda: connect(f"sqlite:{root}/wudan.db"), SECRET)
    demo.fill(app, ORDERS)
    upkeep.close_months(app.orders)
    incremental.build(root, out, figures=snapshot(app.store, app.clock.now.date()))
    built = [*_built(out)]
    drawn = {**dict(_drawn(app)), **dict(_content(app, incremental.Builder(root, out)))}
    app.close()
    (out / MADE).mkdir()
    for name, html in drawn.items():
        (out / MADE / f"{name}.html").write_text(html)
    return [*built, *(f"/{MADE}/{quote(name)}.html" for name in drawn)]


def _built(out: Path) -> Iterator[str]:
    """The longest page of every kind: those that lie in one folder are one kind."""
    kinds: dict[Path, list[Path]] = {}
    for file in sorted(out.rglob("*.html")):
        page = file.parent if file.name == "index.html" else file
        own = page if page.parent == out or page == out else page.parent / "*"
        kinds.setdefault(own, []).append(file)
    for files in kinds.values():
        longest = max(files, key=lambda file: file.stat().st_size)
        yield "/" + quote(longest.relative_to(out).as_posix().removesuffix("index.html"))


def _drawn(app: App) -> Iterator[tuple[str, str]]:
    """What residents, the desk and a team see, by name."""
    client = Client(app)
    desk = Desk(client, role=ADMINISTRATOR)
    _under_way(client, desk)
    heads = [head for state in STATES for head in app.store.waiting(repository.KIND, state)[:1]]
    _in_long_words(client, desk, heads)
    for name, address in FORMS.items():
        yield f"form-{name}", client.get(address).body
        yield f"form-{name}-wrong", client.post(f"/api/{name}", {}).body
    chosen = client.get(f"{FORMS['wish']}?service=appliance-repair")
    yield "form-wish-service", chosen.body
    sent = {**chosen.form("/api/wish"), **WISH, "service": "appliance-repair"}
    yield "form-wish-day", client.post("/api/wish", {**sent, "date": "1月16日"}).body
    for q in ("理发", "没有这个词", "", LINK):
        yield f"search-{q[:5] or 'fresh'}", client.get(f"/api/search?{urlencode({'q': q})}").body
    yield "check", client.post("/api/wish", {**sent, **LONG, "do": "check"}).body
    yield "no-order", client.get("/api/order?no=1&key=2").body
    yield "closed", client.get("/api/order?no=234-567-8900").body
    yield "slip-used", client.get("/rate/?no=234-567-8900").body
    yield "rated", client.get("/rate/?rated=yes").body
    yield "sign-in", client.get("/desk/sign-in/").body
    for name, address in _linked(desk):
        yield f"desk{name}", desk.get(address).body
    for head in heads:
        order = app.orders.find(head.no)
        assert order is not None
        page = client.get(app.orders.address(order))
        yield f"order-{head.state}", page.body
        if page.page.css('[name="do"][value="ask"]'):
            again = client.post("/api/order", page.form("/api/order", do="ask"))
            yield f"again-{head.state}", again.body
        yield f"desk-order-{head.state}", desk.get(f"/desk/order/?no={head.no}").body
        yield f"desk-slip-{head.state}", desk.get(f"/desk/slip/?no={head.no}").body
        if order.team:
            yield from _of_team(Team(client, order.team), head.no, head.state)
    yield "desk-order-wrong", desk.do(heads[0].no, "rejected").body
    yield from _typed_in_vain(client, desk, heads[0].no)
    yield "desk-sign-out", desk.get("/desk/sign-out/").body
    yield from _second_factor(client)
    yield "desk-sure", desk.asked("/desk/staff/", {"name": "王芳", "do": "disable"}).body
    yield "team-ended", client.get(f"/team/?team={heads[-1].data['team']}&key=x").body


def _typed_in_vain(client: Client, desk: Desk, no: str) -> Iterator[tuple[str, str]]:
    """A step for which others were quicker, one that may not follow any more, one after the session
    has ended."""
    sent = {"no": no, "version": "0", "note": "和居民约好周六上午，她住四楼没有电梯。" * 20}
    for kind in ("triaged", "done"):
        answer = desk.post("/desk/order/", {**sent, "do": kind, "level": "routine"})
        yield f"desk-order-late-{kind}", answer.body
    many = {"no": no, f"version-{no}": "1", f"level-{no}": "routine"}
    yield "desk-triage-late", desk.post("/desk/triage/", many).body
    late = {**sent, "do": "triaged", "token": desk.token}
    yield "sign-in-kept", client.post("/desk/order/", late).body


def _second_factor(client: Client) -> Iterator[tuple[str, str]]:
    """The second step of signing in, where there is no authenticator yet and where there is one."""
    name, app = "王秀英", client.app
    typed = {"name": name, "password": account(app, name)}
    desk = app.bundle.site["desk"]
    before = desk.get("second_factor", second_factor.NOBODY)
    desk["second_factor"] = second_factor.ALL
    page = client.post("/desk/sign-in/", typed)
    yield "sign-in-enrol", page.body
    yield "sign-in-enrol-wrong", client.post("/desk/sign-in/", page.form("/desk/sign-in/")).body
    secret = second_factor.fresh()
    now = int(app.clock.now.timestamp())
    shown = second_factor.code_of(secret, now)
    SecondFactors(app.store, app.vault, app.clock).enrol(name, secret, shown)
    yield "sign-in-code", client.post("/desk/sign-in/", typed).body
    desk["second_factor"] = before


def _content(app: App, builder: incremental.Builder) -> Iterator[tuple[str, str]]:
    """The pages on which staff write content: fresh, filled in, refused, with versions."""
    desk = EditingDesk(EditingClient(app, contents(builder, app)), "李强", ADMINISTRATOR)
    yield "content", desk.get("/desk/site/").body
    for of in ("new=news", "of=news/service-day", "of=site", "of=forms/wish", "of=calendar"):
        yield f"content-{of.replace('/', '-')}", desk.get(f"{ITEM}?{of}").body
    yield "content-wrong", desk.written("news/service-day", "publish", title="", date="x").body
    desk.written("news/service-day", "save", title="社区志愿服务日" * 9)
    yield "content-versions", desk.get(f"{VERSIONS}?of=news/service-day").body


def _under_way(client: Client, desk: Desk) -> None:
    """File wishes that wait for the station and for a team, which may not be so by chance."""
    for number, kinds in enumerate(((), ("triaged",), ("triaged", "dispatched"))):
        no = wish(client, phone=f"1380000000{number}", service="other").no
        for kind in kinds:
            desk.do(no, kind, level="routine", service="other", team=TEAM)


def _in_long_words(client: Client, desk: Desk, heads: Iterable[Head]) -> None:
    """Put what cannot be broken wherever people type: into an order of every state, a roster, and
    what is known of volunteers."""
    for head in heads:
        page = desk.get(f"/desk/order/?no={head.no}")
        if page.page.css_first("#do-corrected"):
            form = page.form("/desk/order/", do="corrected")
            assert desk.post("/desk/order/", {**form, **LONG}).location
        desk.do(head.no, "noted", note=LONG["detail"])
    joining = {**JOIN, "name": LONG["name"], "message": LONG["detail"], "team": TEAM}
    joined = client.post("/api/volunteer", {**joining, "identity": "resident"})
    assert joined.status < 400, joined.text


def _linked(desk: Desk) -> Iterator[tuple[str, str]]:
    """The desk's pages that others link to, one for each path and what its query names."""
    waiting, seen = ["/desk/"], set[str]()
    while waiting:
        address = waiting.pop(0)
        parts = urlsplit(address)
        name = "-".join(parts.path.split("/")[2:-1] + sorted(parse_qs(parts.query)))
        if name in seen:
            continue
        seen.add(name)
        yield (f"-{name}" if name else ""), address
        for link in desk.get(address).page.css("a[href]"):
            there = urljoin(address, link.attributes["href"] or "").partition("#")[0]
            if there.startswith("/desk/"):
                waiting.append(there)


def _of_team(team: Team, no: str, state: str) -> Iterator[tuple[str, str]]:
    page = team.get(no)
    yield f"team-{state}", page.body
    yield f"team-board-{state}", team.get().body
    if slip := page.page.css_first('a[href^="/team/slip/"]'):
        yield "slip", team.client.get(slip.attributes["href"] or "").body
    if state == "dispatched":
        yield "team-wrong", team.do(no, "accepted").body
