"""Word to the resident by SMS: only where she agreed, by day, once, and with no secret in store."""

import hmac
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from alibabacloud_tea_openapi.utils import Utils
from darabonba.request import DaraRequest

from functions import scheduled
from functions.app import App
from functions.errors import Undelivered
from functions.forms import order_number
from functions.messages import channels
from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import DONE, RATING, Desk, found, move, wish
from tests.support.robots import serving

SECRET = "a secret of the gateway"
KEYS = {"key": "LTAI-testing", "secret": "aliyun-secret", "sign": "空明社区"}
TEMPLATES = {"triaged": "SMS_1", "accepted": "SMS_2", "done": "SMS_3", "rejected": "SMS_4"}


class Gateway(HTTPServer):
    """Keeps whole requests, and answers what it is told to answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), GatewayHandler)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.status, self.answer = 200, b'{"Code":"OK"}'
        self.url = f"http://127.0.0.1:{self.server_port}/"

    @property
    def messages(self) -> list[dict[str, str]]:
        return [json.loads(body) for _, _, body in self.requests]


class GatewayHandler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.path, headers, body))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - So it is named.
        pass


@pytest.fixture
def gateway(app: App, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """A gateway that the community has, and a wish form that asks whether to use it."""
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("WUDAN_SMS_SECRET", SECRET)
    gateway = Gateway()
    to = {"to": "resident", "kind": "webhook", "url": gateway.url, "address": ""}
    monkeypatch.setitem(app.bundle.site, "notify", [{**to, "secret": "$WUDAN_SMS_SECRET"}])
    wishes = app.bundle.forms["wish"]
    consent = next(field for field in wishes["fields"] if field["kind"] == "consent")
    asked = {**consent, "name": "sms", "role": "sms", "written": "sms", "required": False}
    asked["label"] = "短信告诉我进展"
    corrections = ("corrected", "corrected_by_resident", "opted_by_resident")
    forms = [wishes, *(app.bundle.actions[kind] for kind in corrections)]
    for form in forms:
        monkeypatch.setitem(form, "fields", [*form["fields"], asked])
    with serving(gateway):
        yield gateway


def events(gateway: Gateway) -> list[str]:
    """What the residents were told of."""
    return sorted(message["id"].split(":")[2] for message in gateway.messages)


def send(app: App) -> int:
    return app.current().outbox.send()


def test_a_resident_who_agreed_is_told_four_things_each_once(
    client: Client, app: App, gateway: Gateway
) -> None:
    answer = wish(client, sms="yes")
    move(app, answer.no, *DONE)
    move(app, wish(client, sms="yes", detail="另一件").no, "rejected")
    assert send(app) == 4
    assert send(app) == 0
    told = sorted(message["text"] for message in gateway.messages)
    assert [next(w for w in ("受理", "接单", "办完", "答复") if w in text) for text in told]
    assert {message["phone"] for message in gateway.messages} == {"+8613812345678"}
    assert len({message["id"] for message in gateway.messages}) == 4
    rating = next(text for text in told if "办完" in text)
    site, _, link = rating.partition("/rate/?")
    assert site.endswith(app.bundle.site["url"])
    assert client.get(f"/rate/?{link}").status == 200
    for text in told:
        assert not any(word in text for word in ("𠮷野", "1 栋", "理发，家里", "13812345678", "王"))


def test_neither_phone_nor_link_is_in_the_outbox(
    client: Client, app: App, gateway: Gateway
) -> None:
    order = found(app, wish(client, sms="yes").no)
    move(app, order.no, "triaged")
    (message,) = app.store.messages("waiting")
    assert "13812345678" not in message.text
    assert app.orders.key(order) not in message.text
    assert "{link}" not in Desk(client).get("/desk/messages/").text


def test_nobody_else_is_told(client: Client, app: App, gateway: Gateway) -> None:
    move(app, wish(client).no, *DONE)
    send(app)
    assert gateway.requests == []
    assert app.store.messages("failed") == []


LANDLINE = "0773-2812345"


def test_nobody_is_promised_sms_to_a_landline(client: Client, app: App, gateway: Gateway) -> None:
    asked = wish(client, sms="yes", phone=LANDLINE)
    assert (asked.status, "座机收不到短信" in asked.text) == (422, True)
    typed = asked.form("/api/wish")
    assert (typed["phone"], typed["sms"]) == ([LANDLINE], ["", "yes"])
    desk = Desk(client)
    # Her number is corrected to a landline by her, or by the station.
    no = wish(client, sms="yes").no
    mobile = client.get(app.orders.address(found(app, no)))
    own = {**mobile.form("/api/order", do="correct"), "phone": LANDLINE}
    assert "座机收不到短信" in client.post("/api/order", own).text
    form = desk.get(f"/desk/order/?no={no}").form("/desk/order/", do="corrected")
    assert "座机收不到短信" in desk.post("/desk/order/", {**form, "phone": LANDLINE}).text
    assert desk.post("/desk/order/", {**form, "phone": LANDLINE, "sms": ""}).location
    # She wants SMS later.
    form = client.get(app.orders.address(found(app, no))).form("/api/order", do="opt")
    assert "座机收不到短信" in client.post("/api/order", {**form, "sms": "yes"}).text
    assert not found(app, no).sms


def test_nothing_is_sent_after_consent_was_taken_back_or_the_order_erased(
    client: Client, app: App, gateway: Gateway
) -> None:
    desk = Desk(client)
    no, other = wish(client, sms="yes").no, wish(client, sms="yes", detail="另一件").no
    move(app, no, "triaged")
    move(app, other, "rejected", "erased")
    form = desk.get(f"/desk/order/?no={no}").form("/desk/order/", do="corrected")
    assert form["sms"] == ["", "yes"]
    assert desk.post("/desk/order/", {**form, "sms": ""}).location
    send(app)
    assert (gateway.requests, app.store.messages("waiting")) == ([], [])
    move(app, no, "dispatched")
    assert not found(app, no).sms


STATES = ((), *(DONE[: n + 1] for n in range(4)), (*DONE, "rated"), ("rejected",), ("cancelled",))


@pytest.mark.parametrize("way", STATES)
def test_a_resident_takes_her_consent_back_and_gives_it_in_every_state(
    client: Client, app: App, gateway: Gateway, way: tuple[str, ...]
) -> None:
    answer = wish(client, sms="yes")
    move(app, answer.no, *[kind for kind in way if kind != "rated"])
    if "rated" in way:
        rating = client.get(answer.location).form("/api/rating")
        assert client.post("/api/rating", {**rating, **RATING}).location
    form = client.get(answer.location).form("/api/order", do="opt")
    assert form["sms"] == ["", "yes"]
    for _ in range(2):
        assert client.post("/api/order", {**form, "sms": ""}).no == answer.no
    assert not found(app, answer.no).sms
    send(app)
    assert (gateway.requests, app.store.messages("waiting")) == ([], [])
    page = client.get(answer.location)
    assert "您改了收不收短信" in page.text
    back = page.form("/api/order", do="opt")
    assert "yes" not in back["sms"]
    assert client.post("/api/order", {**back, "sms": "yes"}).location
    assert found(app, answer.no).sms
    told = Desk(client).get(f"/desk/order/?no={answer.no}")
    assert "短信告诉我进展： 是 → —" in told.text
    assert told.form("/desk/order/", do="corrected")["sms"] == ["", "yes"]


def test_what_is_sent_after_consent_was_given_begins_with_the_next_step(
    client: Client, app: App, gateway: Gateway
) -> None:
    answer = wish(client)
    move(app, answer.no, "triaged")
    form = client.get(answer.location).form("/api/order", do="opt")
    assert client.post("/api/order", {**form, "sms": "yes"}).location
    assert send(app) == 0
    move(app, answer.no, "dispatched", "accepted")
    assert send(app) == 1


def test_no_consent_is_asked_where_there_is_no_gateway_or_the_order_was_erased(
    client: Client, app: App, request: pytest.FixtureRequest
) -> None:
    plain = wish(client)
    page = client.get(plain.location)
    assert not page.page.css('[name="do"][value="opt"]')
    sent = {**page.form("/api/order", do="note"), "do": "opt", "sms": "yes"}
    assert client.post("/api/order", sent).status == 400
    request.getfixturevalue("gateway")
    answer = wish(client, sms="yes", detail="另一件")
    form = client.get(answer.location).form("/api/order", do="opt")
    move(app, answer.no, "rejected", "erased")
    assert client.post("/api/order", {**form, "sms": ""}).status == 404


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        (["triaged", "dispatched", "accepted"], ["returned"], ["triaged"]),
        (["triaged", "dispatched", "accepted"], ["cancelled"], []),
        (["triaged", "dispatched", "accepted", "done"], ["undone"], ["accepted", "triaged"]),
        (["rejected"], ["retaken"], []),
        (["triaged"], ["dispatched", "accepted", "returned"], ["triaged"]),
    ],
)
def test_what_was_taken_back_before_it_was_sent_is_not_told(
    client: Client,
    app: App,
    gateway: Gateway,
    before: list[str],
    after: list[str],
    left: list[str],
) -> None:
    no = wish(client, sms="yes").no
    move(app, no, *before, *after)
    send(app)
    assert events(gateway) == left


def test_nobody_is_asked_for_a_rating_that_the_station_has_written_down(
    client: Client, app: App, desk: Desk, gateway: Gateway
) -> None:
    no = wish(client, sms="yes").no
    move(app, no, *DONE)
    assert desk.do(no, "rated", **RATING, source="phone").location
    send(app)
    assert events(gateway) == ["accepted", "triaged"]


def test_those_whose_orders_were_merged_into_another_one_are_told_with_it(
    client: Client, app: App, desk: Desk, gateway: Gateway
) -> None:
    merged, other = wish(client, sms="yes", phone="13900005678", name="赵奶奶"), wish(client)
    assert desk.do(merged.no, "merged", into=other.no).location
    move(app, other.no, *DONE[:4])
    send(app)
    told = gateway.messages
    assert events(gateway) == ["accepted", "done", "triaged"]
    assert {message["phone"] for message in told} == {"+8613900005678"}
    assert all(order_number.spell(merged.no) in message["text"] for message in told)
    link = next(text for each in told if "/rate/" in (text := each["text"])).partition("/rate/")[2]
    form = client.get(f"/rate/{link}").page
    assert form.css('[name="attitude"]')
    assert not form.css('[name="last4"]'), "by the link alone"


def test_a_merged_resident_is_told_no_more_of_an_order_that_hers_left(
    client: Client, app: App, desk: Desk, gateway: Gateway
) -> None:
    merged, other = wish(client, sms="yes", phone="13900005678", name="赵奶奶"), wish(client)
    assert desk.do(merged.no, "merged", into=other.no).location
    move(app, other.no, "triaged")
    assert desk.do(merged.no, "unmerged").location
    send(app)
    assert gateway.messages == []


def test_at_night_it_waits_until_morning(
    client: Client, app: App, gateway: Gateway, clock: Clock
) -> None:
    no = wish(client, sms="yes").no
    while clock().hour != 22:
        clock.forward(hours=1)
    move(app, no, "triaged")
    assert scheduled.tick(app)["sent"] == 0
    assert gateway.requests == []
    clock.forward(hours=11)
    assert scheduled.tick(app)["sent"] == 1


def test_the_gateway_can_check_who_sent_it(client: Client, app: App, gateway: Gateway) -> None:
    move(app, wish(client, sms="yes").no, "triaged")
    send(app)
    _, headers, body = gateway.requests[0]
    signed = f"{headers['x-wudan-timestamp']}.".encode() + body
    expected = hmac.digest(SECRET.encode(), signed, "sha256").hex()
    assert headers["x-wudan-signature"] == expected
    assert headers["x-wudan-timestamp"] == str(int(app.clock.now.timestamp()))


def test_a_refusal_is_tried_again_and_shown_at_the_desk(
    client: Client, app: App, gateway: Gateway
) -> None:
    gateway.status = 403
    move(app, wish(client, sms="yes").no, "triaged")
    send(app)
    page = Desk(client).get("/desk/messages/").text
    assert "短信网关没有收下（HTTP 403）" in page
    assert "居民（短信）" in page
    assert SECRET not in page


def test_aliyun_gets_what_its_own_library_would_sign(
    client: Client, app: App, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = {"to": "resident", "kind": "aliyun", "url": gateway.url, "address": "", **KEYS}
    monkeypatch.setitem(app.bundle.site, "notify", [{**to, "templates": TEMPLATES}])
    order = found(app, wish(client, sms="yes").no)
    move(app, order.no, "triaged")
    assert send(app) == 1
    path, headers, _ = gateway.requests[0]
    query = dict(parse_qsl(urlsplit(path).query, keep_blank_values=True))
    assert (query["PhoneNumbers"], query["SignName"]) == ("13812345678", "空明社区")
    assert query["TemplateCode"] == "SMS_1"
    assert json.loads(query["TemplateParam"])["service"] == "理发"
    request = DaraRequest()
    request.method, request.pathname, request.query = "POST", "/", query
    names = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    request.headers = {name: headers[name] for name in names}
    theirs = Utils.get_authorization(
        request,
        "ACS3-HMAC-SHA256",
        headers["x-acs-content-sha256"],
        KEYS["key"],
        KEYS["secret"],
    )
    assert headers["authorization"] == theirs


def test_what_aliyun_refuses_is_told_by_its_code(
    client: Client, app: App, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = {"to": "resident", "kind": "aliyun", "url": gateway.url, "address": "", **KEYS}
    monkeypatch.setitem(app.bundle.site, "notify", [{**to, "templates": TEMPLATES}])
    gateway.answer = b'{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"13812345678"}'
    move(app, wish(client, sms="yes").no, "triaged")
    send(app)
    (message,) = app.store.messages("waiting")
    assert message.error == "阿里云没有收下短信（isv.BUSINESS_LIMIT_CONTROL）。"


def test_a_missing_template_is_named(app: App) -> None:
    channel = {"kind": "aliyun", **KEYS, "phone": "+8613812345678", "event": "done", "id": "x"}
    with pytest.raises(Undelivered, match=r"template\.done"):
        channels.deliver(channel, "x", app.clock.now)
