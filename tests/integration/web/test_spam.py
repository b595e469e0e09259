"""Spam without captchas: what may be no resident's waits apart until staff let it pass."""

from pathlib import Path
from typing import Any

import pytest

from functions import scheduled as schedule
from functions.app import App
from functions.ops import consistency
from functions.orders import counters, repository
from functions.orders.lifecycle.states import HELD
from functions.people import volunteers
from functions.storage.connect import connect
from functions.web import signs
from tests.support.client import Answer, Client
from tests.support.community import SECRET, Clock
from tests.support.orders import JOIN, WISH, Desk, found, wish

TRAPPED: dict[str, Any] = {signs.TRAP: "http://example.com"}


def state(client: Client, no: str) -> str:
    head = client.app.store.head(no)
    assert head
    return head.state


def filled_in(client: Client, clock: Clock, seconds: float = 60, **changes: Any) -> Answer:
    """A wish that somebody took so long to fill in."""
    drawn = client.get("/wish/").form("/api/wish")
    clock.forward(seconds=seconds)
    return client.post("/api/wish", {**drawn, **WISH, "again": "yes", **changes})


def why(client: Client, no: str) -> str:
    return found(client.app, no).signs


class TestSigns:
    def test_a_field_that_nobody_sees_holds_whoever_fills_it_in(
        self, client: Client, clock: Clock
    ) -> None:
        assert why(client, filled_in(client, clock, **TRAPPED).no) == "trap"
        assert why(client, filled_in(client, clock, detail="another").no) == ""

    def test_the_field_that_nobody_sees_says_what_it_is_and_is_outside_the_tab_order(
        self, client: Client
    ) -> None:
        for page in ("/wish/", "/join/"):
            field = client.get(page).page.css_first(f"p.trap [name={signs.TRAP}]")
            assert field is not None
            assert field.parent is not None
            assert "请不要填写" in field.parent.text()
            assert (field.attributes["tabindex"], field.attributes["autocomplete"]) == ("-1", "off")
        assert ".trap { display: none; }" in Path("static/style.css").read_text()

    def test_one_sign_refuses_nothing_and_two_hold_a_wish(
        self, client: Client, clock: Clock
    ) -> None:
        links = "http://a.example http://b.example"
        program = client.post("/api/wish", {**WISH, "detail": "a program"})
        at_once = filled_in(client, clock, 1, detail="at once")
        advertised = filled_in(client, clock, detail=links)
        assert [state(client, each.no) for each in (program, at_once, advertised)] == (
            ["submitted"] * 3
        )
        both = client.post("/api/wish", {**WISH, "detail": links, "again": "yes"})
        assert why(client, both.no) == "undrawn links"

    def test_what_was_drawn_elsewhere_is_a_form_that_was_not_drawn(
        self, client: Client, clock: Clock
    ) -> None:
        made = client.app.vault.fresh()
        for once in (made, f"{made}.ff.{'0' * 22}", "..", "一.二.三"):
            sent = {**WISH, "once": once, "detail": f"{once} :// ://"}
            assert why(client, client.post("/api/wish", sent).no) == "undrawn links"

    def test_a_form_that_comes_back_keeps_when_it_was_drawn(
        self, client: Client, clock: Clock
    ) -> None:
        drawn = client.get("/wish/").form("/api/wish")
        clock.forward(minutes=3)
        again = client.post("/api/wish", {**drawn, **WISH, "phone": "12"})
        assert again.status == 422
        assert again.form("/api/wish")["once"] == drawn["once"]

    def test_the_answers_that_are_shown_for_a_check_keep_what_filled_in_the_unseen_field(
        self, client: Client, clock: Clock
    ) -> None:
        shown = filled_in(client, clock, do="check", **TRAPPED)
        assert why(client, client.post("/api/wish", shown.form("/api/wish")).no) == "trap"

    @pytest.mark.slow
    def test_a_day_of_service_and_a_family_pass_and_a_flood_from_one_sender_does_not(
        self, client: Client, clock: Clock
    ) -> None:
        made = [
            filled_in(client, clock, detail=str(n), phone=f"138000{n:05}").no
            for n in range(signs.OF_SENDER[1] + 2)
        ]
        states = [state(client, no) for no in made]
        assert states == ["submitted"] * signs.OF_SENDER[1] + [HELD, HELD]
        clock.forward(days=1)
        client.sender = "192.0.2.7"
        family = [filled_in(client, clock, detail=f"家 {n}").no for n in range(5)]
        assert {state(client, no) for no in family} == {"submitted"}
        more = [filled_in(client, clock, detail=f"又 {n}").no for n in range(6)]
        assert state(client, more[-1]) == HELD
        assert why(client, more[-1]) == "phone"

    @pytest.mark.slow
    def test_more_of_a_sender_than_any_place_files_is_refused_and_not_stored(
        self, client: Client, desk: Desk, clock: Clock
    ) -> None:
        vault, store = client.app.vault, client.app.store
        filed = filled_in(client, clock)
        what = vault.stamp("sent", f"{clock.now.date()} {client.sender}")
        for _ in range(signs.FLOOD - 1):
            store.count(f"sent {what[:32]}", clock.now, clock.now + signs.DAY)
        for path, typed in (("wish", {**WISH, "detail": "另一件"}), ("volunteer", JOIN)):
            refused = client.post(f"/api/{path}", typed)
            assert (refused.status, "打电话" in refused.text) == (429, True)
            assert typed["name"] in refused.text, "what was typed is shown, to be copied"
        assert client.post("/api/wish", WISH, accept="application/json").status == 429
        assert [head.no for head in store.find(repository.KIND)] == [filed.no]
        assert store.find(volunteers.KIND) == []
        told = {**WISH, "detail": "电话里说的", "source": "phone"}
        assert desk.post("/desk/wish/", told).status == 303
        client.sender = "198.51.100.9"
        assert filled_in(client, clock, detail="别处的").no != filed.no

    @pytest.mark.slow
    def test_what_was_taken_before_is_taken_still_however_much_its_sender_filed(
        self, client: Client, clock: Clock
    ) -> None:
        drawn = client.get("/wish/").form("/api/wish")
        clock.forward(minutes=1)
        no = client.post("/api/wish", {**drawn, **WISH}).no
        what = client.app.vault.stamp("sent", f"{clock.now.date()} {client.sender}")
        for _ in range(signs.FLOOD):
            client.app.store.count(f"sent {what[:32]}", clock.now, clock.now + signs.DAY)
        assert client.post("/api/wish", {**drawn, **WISH}).no == no

    @pytest.mark.slow
    def test_whatever_gets_past_the_signs_fills_no_more_than_its_room(
        self, client: Client, clock: Clock
    ) -> None:
        """Else ten thousand would bury a real one's message under theirs."""
        for n in range(signs.ROOM[1] + 5):
            client.sender = f"198.51.100.{n}"
            client.post("/api/wish", {**WISH, "phone": f"139000{n:05}"})
        counted = client.app.store.tally(counters.NOW)
        assert counted["all submitted"] == signs.ROOM[1]
        assert counted["all held"] == 5
        assert state(client, filled_in(client, clock, phone="13700000000").no) == "submitted"

    def test_what_staff_enter_is_never_held(self, client: Client, desk: Desk) -> None:
        links = {**WISH, **TRAPPED, "detail": ":// ://", "source": "phone"}
        for n in range(12):
            answer = desk.post("/desk/wish/", {**links, "name": f"第 {n} 位"})
            assert answer.status == 303
        assert client.app.store.waiting(repository.KIND, HELD) == []

    def test_senders_are_kept_as_digests_of_the_day(self, client: Client, clock: Clock) -> None:
        filled_in(client, clock)
        store: Any = client.app.store
        kept = [what for (what,) in store._reader.db.execute("SELECT what FROM counters")]
        assert [what.partition(" ")[0] for what in kept] == ["sent"]
        assert client.sender not in "".join(kept)


class TestHeld:
    @pytest.fixture
    def no(self, client: Client, clock: Clock) -> str:
        return filled_in(client, clock, **TRAPPED).no

    def page(self, client: Client, no: str) -> Answer:
        return client.get(client.app.orders.address(found(client.app, no)))

    def test_she_has_her_number_and_a_true_page_that_does_not_call_her_a_spammer(
        self, client: Client, no: str
    ) -> None:
        page = self.page(client, no)
        assert "志愿站正在核对" in page.text
        assert not [word for word in ("垃圾", "骗", "待核", "系统") if word in page.text]

    def test_it_is_in_no_list_no_figure_and_no_message_until_staff_let_it_pass(
        self, client: Client, clock: Clock, desk: Desk, no: str
    ) -> None:
        store, spelled = client.app.store, f"{no[:3]}-{no[3:6]}-{no[6:]}"
        assert store.tallies() == {("", "all held"): 1}
        for page in ("/desk/triage/", "/desk/find/?service=haircut", "/desk/?state=submitted"):
            assert spelled not in desk.get(page).text, page
        assert store.messages("waiting") == []
        assert "去核对" in desk.get("/desk/").text
        assert desk.post("/desk/held/", {"do": "cleared", "no": no}).status == 200
        assert store.tallies()["2026-11", "all wishes"] == 1
        assert ("", "all held") not in store.tallies()
        assert spelled in desk.get("/desk/triage/").text
        assert "志愿站核对好了" in self.page(client, no).text

    def test_its_deadlines_run_from_when_it_was_let_pass(
        self, client: Client, clock: Clock, no: str
    ) -> None:
        clock.forward(days=10)
        assert Desk(client, "李明").do(no, "cleared").location
        order = found(client.app, no)
        today = clock.now.date().isoformat()
        assert client.app.deadlines.due(order) == client.app.deadlines.after(today, "triage")
        assert order.filed_at < order.changed_at

    def test_she_withdraws_it_and_lets_it_pass_by_no_way_of_hers(
        self, client: Client, no: str
    ) -> None:
        cancel = self.page(client, no).form("/api/order", do="cancel")
        assert client.post("/api/order", cancel).status == 303
        assert state(client, no) == "cancelled"
        page = self.page(client, no)
        assert page.page.css_first('[name=do][value="restore"]') is None
        assert client.post("/api/order", {**cancel, "do": "restore"}).status == 409
        assert client.app.store.tallies() == {}

    def test_a_word_that_she_adds_tells_no_group(self, client: Client, no: str) -> None:
        note = self.page(client, no).form("/api/order", do="note")
        assert client.post("/api/order", {**note, "note": "是我，二栋的"}).status == 303
        assert client.app.store.messages("waiting") == []

    def test_the_same_answers_again_lead_to_it(self, client: Client, clock: Clock, no: str) -> None:
        self.page(client, no)
        drawn = client.get("/wish/").form("/api/wish")
        clock.forward(minutes=1)
        answer = client.post("/api/wish", {**drawn, **WISH})
        assert answer.status == 200
        assert no in answer.body.replace("-", "").replace(" ", "")


class TestDesk:
    def spam(self, client: Client, count: int) -> list[str]:
        numbers = []
        for n in range(count):
            client.sender = f"203.0.113.{n % 250}"
            sent = {**WISH, **TRAPPED, "phone": f"139000{n:05}"}
            numbers.append(client.post("/api/wish", sent).no)
        return numbers

    def test_many_are_refused_at_once_with_a_sentence_after_one_question(
        self, client: Client, desk: Desk
    ) -> None:
        numbers = self.spam(client, 30)
        real, *others = numbers
        page = desk.get("/desk/held/?sign=trap&all=yes")
        ticked = page.form("/desk/held/")
        assert sorted(ticked["no"]) == sorted(numbers)
        assert desk.post("/desk/held/", {"do": "cleared", "no": real}).status == 200
        refuse = {"do": "rejected", "no": others, "to_resident": "请给社区打电话。"}
        asked = desk.asked("/desk/held/", refuse)
        assert "29 件都不收？" in asked.text
        answer = desk.post("/desk/held/", refuse)
        assert "没有收下 29 件" in answer.text
        assert "没有等核对的" in answer.text
        assert [state(client, no) for no in numbers] == ["submitted"] + ["rejected"] * 29
        track = client.app.orders.address(found(client.app, others[0]))
        assert "请给社区打电话。" in client.get(track).text
        assert client.app.store.tallies()["2026-11", "all wishes"] == 1
        assert ("2026-11", "all rejected") not in client.app.store.tallies()

    def test_a_refusal_needs_a_sentence_and_keeps_the_ticks(
        self, client: Client, desk: Desk
    ) -> None:
        no = self.spam(client, 2)[0]
        answer = desk.post("/desk/held/", {"do": "rejected", "no": no, "to_resident": " "})
        assert answer.status == 422
        assert "请写给居民看的话" in answer.text
        assert answer.form("/desk/held/")["no"] == [no]
        assert state(client, no) == HELD

    def test_a_page_that_is_sent_twice_does_it_once_and_undoes_nothing_of_others(
        self, client: Client, desk: Desk
    ) -> None:
        (no,) = self.spam(client, 1)
        clear = {"do": "cleared", "no": no}
        for _ in range(2):
            assert "收下了 1 件" in desk.post("/desk/held/", clear).text
        refuse = {"do": "rejected", "no": no, "to_resident": "不收"}
        assert "刚才有人动过" in desk.post("/desk/held/", refuse).text
        assert state(client, no) == "submitted"

    def test_what_was_refused_by_mistake_is_taken_up_again_and_counts(
        self, client: Client, desk: Desk
    ) -> None:
        (no,) = self.spam(client, 1)
        desk.post("/desk/held/", {"do": "rejected", "no": no, "to_resident": "不收"})
        assert desk.do(no, "retaken", note="是真的").location
        assert client.app.store.tallies()["2026-11", "all wishes"] == 1
        assert found(client.app, no).signs == ""

    def test_what_nobody_looked_at_reminds_once_a_day_in_one_message_and_is_not_dropped(
        self, client: Client, desk: Desk, clock: Clock
    ) -> None:
        numbers = self.spam(client, 20)
        client.post("/api/volunteer", {**JOIN, **TRAPPED})
        told = client.app.store.tally(counters.NOW)
        assert (told["all held"], told["volunteers held"]) == (20, 1)
        for day in range(3):
            for _ in range(3):
                assert schedule.tick(client.app)["broken"] == {}
                clock.forward(hours=1)
            assert client.app.store.filed(f"held {clock.now.date()}")
            clock.forward(hours=21)
            assert len(client.app.store.events("digest")) >= day + 1
        assert {state(client, no) for no in numbers} == {HELD}

    def test_what_was_refused_is_erased_when_its_time_is_up(
        self, client: Client, desk: Desk, clock: Clock
    ) -> None:
        refused, forgotten = self.spam(client, 2)
        desk.post("/desk/held/", {"do": "rejected", "no": refused, "to_resident": "不收"})
        keep = client.app.bundle.site["desk"]["keep"]
        clock.forward(days=keep + 2)
        client.app.reference.confirm()
        assert schedule.tick(client.app)["erased"] == 2
        assert [state(client, no) for no in (refused, forgotten)] == ["rejected", "rejected"]
        assert client.app.store.personal(refused) == {}
        assert client.app.store.tallies() == {}


class TestSignUps:
    def test_a_sign_up_waits_apart_and_is_let_pass_or_refused_like_a_wish(
        self, client: Client, desk: Desk
    ) -> None:
        for name in ("真的", "假的"):
            client.post("/api/volunteer", {**JOIN, **TRAPPED, "name": name})
        real, fake = reversed(client.app.store.find(volunteers.KIND))
        assert "假的" not in desk.get("/desk/people/").text
        assert "志愿者报名" in desk.get("/desk/held/").text
        assert "收下了 1 件" in desk.post("/desk/held/", {"do": "cleared", "no": real.no}).text
        desk.post("/desk/held/", {"do": "rejected", "no": fake.no, "to_resident": "不收"})
        assert "真的" in desk.get("/desk/people/").text
        assert "假的" not in desk.get("/desk/people/?state=inactive").text
        assert client.app.store.tallies() == {
            ("2026-11", "volunteers applied"): 1,
            ("", "volunteers applied"): 1,
        }

    def held(self, client: Client) -> str:
        """The place of a sign-up that is held, whose link this browser has opened."""
        return client.post("/api/volunteer", {**JOIN, **TRAPPED}).location

    def own(self, client: Client, place: str, do: str, **typed: str) -> Answer:
        proof = client.get(place).form("/api/volunteer", do="mine")
        page = client.post("/api/volunteer", {**proof, "last4": "2345"})
        return client.post("/api/volunteer", {**page.form("/api/volunteer", do=do), **typed})

    def test_who_is_held_has_a_page_that_says_so_and_corrects_takes_along_and_erases(
        self, client: Client
    ) -> None:
        place = self.held(client)
        assert "志愿站正在核对" in client.get(place).text
        assert "不再派活" not in client.get(place).text
        assert self.own(client, place, "correct", name="王小姐").location == place
        copy = self.own(client, place, "copy").body
        assert "王小姐" in copy
        assert not [word for word in ("待核", "系统") if word in copy]
        (head,) = client.app.store.waiting(volunteers.KIND, HELD)
        assert self.own(client, place, "erase").status == 200
        assert state(client, head.no) == "erased"

    def test_who_is_held_leaves_and_no_group_hears_of_it(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        channel = {"to": "station", "kind": "webhook", "url": "https://example.org"}
        monkeypatch.setitem(client.app.bundle.site, "notify", [channel])
        place = self.held(client)
        assert self.own(client, place, "leave").location == place
        assert client.app.store.waiting(volunteers.KIND, HELD) == []
        assert "这份报名已经结束" in client.get(place).text
        assert client.app.store.messages("waiting") == []

    def test_a_volunteers_own_page_has_a_heading_for_every_state_that_they_can_be_in(
        self, client: Client
    ) -> None:
        states = {to for _, to in volunteers.TABLE.values() if to} - {"erased"}
        assert client.app.bundle.words["own_data"]["volunteer"].keys() == states

    def test_nobody_holds_a_sign_up_by_hand(self, client: Client, desk: Desk) -> None:
        client.post("/api/volunteer", JOIN)
        (head,) = client.app.store.find(volunteers.KIND)
        assert desk.post("/desk/person/", {"no": head.no, "do": "held"}).status == 400


def test_a_store_with_what_is_held_is_sound_and_its_counters_are_those_of_its_histories(
    app_on_each_engine: App, clock: Clock
) -> None:
    client = Client(app_on_each_engine)
    desk = Desk(client)
    for n in range(4):
        client.post("/api/wish", {**WISH, **TRAPPED, "name": f"第 {n} 位"})
        client.post("/api/volunteer", {**JOIN, **TRAPPED, "name": f"第 {n} 位"})
    for kind in (repository.KIND, volunteers.KIND):
        cleared, refused, *_ = [head.no for head in client.app.store.waiting(kind, HELD)]
        desk.post("/desk/held/", {"do": "cleared", "no": cleared})
        desk.post("/desk/held/", {"do": "rejected", "no": refused, "to_resident": "不收"})
    wish(client, detail="one that is not held")
    found_ = consistency.examine(client.app)
    assert found_.faults == []


@pytest.mark.slow
def test_a_wish_on_dynamodb_asks_once_more_to_count_its_sender(
    bundle: Path, dynamodb: str, clock: Clock
) -> None:
    store, asked = connect(f"{dynamodb}/spam"), list[str]()
    client = Client(App(bundle, lambda: store, SECRET, clock))
    filled_in(client, clock)
    store.client.meta.events.register(  # type: ignore[attr-defined]
        "provide-client-params.dynamodb.*", lambda model, **more: asked.append(model.name)
    )
    drawn = client.get("/wish/").form("/api/wish")
    asked.clear()
    client.post("/api/wish", {**drawn, **WISH, "phone": "13900000001"})
    with_sender = [*asked]
    asked.clear()
    client.sender = ""
    client.post("/api/wish", {**drawn, **WISH, "phone": "13900000002"})
    assert sorted(with_sender) == sorted([*asked, "UpdateItem"])
