"""What time does by itself, with clocks that are wrong and parts that break."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions import scheduled as schedule
from functions.app import App
from functions.errors import Wrong
from functions.orders import counters, repository
from functions.orders.lifecycle.order import Order, order_of
from functions.orders.lifecycle.states import RESIDENT, STAFF
from functions.orders.lifecycle.transitions import apply
from functions.orders.repository import Step
from functions.people import accounts, volunteers
from functions.storage.connect import connect
from functions.storage.history import Event
from tests.support.client import Client
from tests.support.community import SECRET, Clock
from tests.support.depth import tried
from tests.support.orders import DONE, JOIN, RATING, Desk, Team, account, enter, found, move, wish

YEAR = 365


def later(app: App, now: Clock, **time: float) -> None:
    """Time passes while the schedule runs; a round a minute would take a test too long."""
    now.forward(**time)
    app.reference.confirm()


def round_(app: App) -> dict[str, Any]:
    done = schedule.tick(app)
    assert done["broken"] == {}
    return done


def gone(app: App, no: str) -> bool:
    return app.store.personal(no) == {} and app.store.traces(no) == []


def cancelled(client: Client, **changes: str) -> str:
    no = wish(client, **changes).no
    order = found(client.app, no)
    at = client.app.clock.now.isoformat()
    client.app.orders.move(order, Step(Event("cancelled", STAFF, at)))
    return no


def joined(client: Client, **changes: Any) -> str:
    """The number of a volunteer who signed up."""
    before = {head.no for head in client.app.store.find(volunteers.KIND, limit=100)}
    client.post("/api/volunteer", {**JOIN, **changes})
    (new,) = {head.no for head in client.app.store.find(volunteers.KIND, limit=100)} - before
    return new


def volunteer(app: App, no: str) -> volunteers.Person:
    person = app.volunteers.find(no)
    assert person is not None
    return person


def administrator(client: Client) -> Desk:
    return Desk(client, "李主任", accounts.ADMINISTRATOR)


class TestTimes:
    def test_a_clock_that_goes_back_takes_no_history_back(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        no = wish(client).no
        clock.forward(days=-2)
        move(app, no, *DONE)
        times = [event.at for event in app.store.events(no)]
        assert times == sorted(times)
        counts = app.store.tally("2026-11")
        assert {n for n in counts if "hours:" in n} == {
            f"all hours:{step}:0" for step in ("dispatched", "accepted", "done")
        }

    def test_a_volunteers_times_do_not_go_back_either(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        no = joined(client)
        clock.forward(days=-2)
        app.volunteers.move(volunteer(app, no).head, "approved", team="barbers")
        first, second = app.store.events(no)
        assert first.at == second.at

    def test_an_order_rated_while_the_clock_was_behind_is_rated_once(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        answer = wish(client)
        move(app, answer.no, *DONE)
        clock.forward(hours=-1)
        form = client.get(answer.location).form("/api/rating")
        assert client.post("/api/rating", {**form, **RATING}).location
        move(app, answer.no, "closed")
        sent = {**form, **RATING, "attitude": "1", "once": "another"}
        assert client.post("/api/rating", sent).status == 409

    def test_what_happens_while_the_clock_is_behind_is_dated_by_the_schedules_rounds(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        round_(app)
        right = clock.now
        clock.forward(days=-400)
        no = cancelled(client)
        assert found(app, no).filed_at == right.isoformat()
        clock.now = right
        later(app, clock, days=2)
        assert round_(app)["erased"] == 0


class TestBelief:
    @pytest.fixture
    def due(self, client: Client, app: App, clock: Clock) -> list[str]:
        """Orders that ended half a year ago; the schedule has run since."""
        numbers = [cancelled(client, name=name) for name in ("甲", "乙")]
        later(app, clock, days=180)
        round_(app)
        return numbers

    @pytest.mark.slow
    @pytest.mark.parametrize("days", [400, -400, 20_000, 8 + 186, -8])
    def test_nothing_is_erased_while_the_clock_is_far_from_the_last_round(
        self, app: App, clock: Clock, due: list[str], days: int
    ) -> None:
        right = clock.now
        clock.forward(days=days)
        for _ in range(50):
            done = round_(app)
            assert (done["erased"], done["held"]) == (0, True)
            clock.forward(minutes=1)
        clock.now = right + timedelta(minutes=50)
        assert not round_(app)["held"]
        assert not any(gone(app, no) for no in due)

    def test_deadlines_and_messages_go_on_meanwhile(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        no = wish(client).no
        move(app, no, "triaged", "dispatched")
        round_(app)
        clock.forward(days=400)
        done = round_(app)
        assert (done["held"], done["escalated"], found(app, no).state) == (True, 1, "triaged")

    def test_an_administrator_is_shown_the_date_and_confirms_it(
        self, client: Client, app: App, clock: Clock, due: list[str]
    ) -> None:
        clock.forward(days=YEAR)
        round_(app)
        staff, head = Desk(client), administrator(client)
        told = "2027 年 5 月 22 日"
        shown = f"{clock.now.year} 年 {clock.now.month} 月 {clock.now.day} 日"
        assert told in staff.get("/desk/").text
        assert shown in staff.get("/desk/").text
        assert f"今天就是 {shown}" not in staff.get("/desk/").text
        assert staff.post("/desk/clock/", {}).status == 403
        assert round_(app)["erased"] == 0
        assert f"今天就是 {shown}" in head.get("/desk/").text
        assert head.post("/desk/clock/", {}).location
        assert "对不上" not in head.get("/desk/").text
        assert app.current().audit.find(["who:李主任", "what:clock_confirmed"])
        assert round_(app)["erased"] == 2
        assert all(gone(app, no) for no in due)

    @pytest.mark.parametrize(("days", "held"), [(6, False), (8, True)])
    def test_a_machine_that_was_off_for_a_week_goes_on_and_longer_waits(
        self, app: App, clock: Clock, due: list[str], days: int, held: bool
    ) -> None:
        later(app, clock, days=YEAR - 180 - 2)
        round_(app)
        clock.forward(days=days)
        assert round_(app)["held"] is held

    def test_a_machine_that_runs_by_day_on_working_days_is_believed_all_year(
        self, app: App, clock: Clock
    ) -> None:
        with app.store.batch() as inside:  # The disk need not be waited for.
            for _ in range(52 * 7 * 24):
                clock.forward(hours=1)
                if clock.now.weekday() < 5 and 8 <= clock.now.hour < 18:
                    assert app.inside(inside).reference.observe()

    def test_a_clock_that_creeps_ahead_is_not_followed(self, app: App, clock: Clock) -> None:
        for _ in range(3):
            assert not round_(app)["held"]
            clock.forward(minutes=1)
            round_(app)
            clock.forward(days=3)
        assert round_(app)["held"]

    def test_a_store_of_before_is_held_against_its_newest_event(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        no = cancelled(client)
        clock.forward(days=YEAR + 1)
        assert round_(app)["held"]
        assert not gone(app, no)

    def test_a_new_store_believes_its_clock(self, app: App) -> None:
        assert not round_(app)["held"]


class TestErasing:
    def test_an_order_is_erased_a_year_after_its_end_whatever_came_later(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        no = wish(client).no
        move(app, no, *DONE)
        rating = {"solved": "partly", "problem": "raised"}
        app.orders.move(
            found(app, no), Step(Event("rated", RESIDENT, app.clock.now.isoformat(), rating))
        )
        move(app, no, "closed")
        later(app, clock, days=100)
        assert Desk(client).do(no, "answered", how="private", text="对不起").location
        later(app, clock, days=YEAR - 100)
        assert round_(app)["erased"] == 0
        later(app, clock, days=1)
        assert round_(app)["erased"] == 1
        assert gone(app, no)

    def test_an_order_that_nobody_finishes_ends_and_is_erased_a_year_after_its_last_step(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        forgotten, accepted, noted = (wish(client, name=name).no for name in ("甲", "乙", "丙"))
        move(app, accepted, "triaged", "dispatched", "accepted")
        later(app, clock, days=30)
        assert Desk(client).do(noted, "noted", note="打过电话，没人接").location
        later(app, clock, days=YEAR - 30)
        assert round_(app)["erased"] == 0
        later(app, clock, days=1)
        assert round_(app)["erased"] == 2
        for no in (forgotten, accepted):
            assert [event.kind for event in app.store.events(no)][-2:] == ["lapsed", "erased"]
            assert found(app, no).state == "rejected"
            assert gone(app, no)
        assert not gone(app, noted)
        assert app.store.tally(counters.NOW).get("team:barbers load", 0) == 0

    def test_an_order_with_a_problem_that_nobody_answers_is_closed_and_erased(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        no = wish(client).no
        move(app, no, *DONE)
        rating = {"solved": "partly", "problem": "raised"}
        app.orders.move(
            found(app, no), Step(Event("rated", RESIDENT, app.clock.now.isoformat(), rating))
        )
        later(app, clock, days=YEAR)
        done = round_(app)
        assert (done["closed"], done["erased"]) == (0, 0)
        later(app, clock, days=1)
        assert round_(app)["erased"] == 1
        assert [event.kind for event in app.store.events(no)][-2:] == ["closed", "erased"]

    def test_what_a_resident_reads_of_an_order_that_lapsed_and_was_erased(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        answer = wish(client)
        later(app, clock, days=YEAR + 1)
        round_(app)
        assert "个人信息删去以后，链接也不再打开" in client.get(answer.location).text

    def test_a_volunteer_is_erased_a_year_after_leaving_and_a_sign_up_after_it_came(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        waiting, left, active, refused = (
            joined(client, name=name, times=["weekday"]) for name in ("甲", "乙", "丙", "丁")
        )
        for no in (left, active):
            app.volunteers.move(volunteer(app, no).head, "approved", team="barbers")
        later(app, clock, days=100)
        app.volunteers.move(volunteer(app, refused).head, "deactivated")
        app.volunteers.move(volunteer(app, left).head, "deactivated")
        later(app, clock, days=YEAR - 100)
        assert round_(app)["erased"] == 0
        later(app, clock, days=1)
        assert round_(app)["erased"] == 2
        assert [gone(app, no) for no in (waiting, left, active, refused)] == [
            True, False, False, True
        ]  # fmt: skip
        later(app, clock, days=100)
        assert round_(app)["erased"] == 1
        assert gone(app, left)
        erased = app.store.events(left)[-1]
        assert (erased.kind, erased.by) == ("erased", "clock")
        assert volunteer(app, left).head.state == "erased"

    def test_volunteers_of_a_store_of_before_and_under_a_new_rule_get_their_day(
        self, client: Client, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        no = joined(client)
        with sqlite3.connect(tmp_path / "wudan.db") as db:
            db.execute("UPDATE heads SET due = '' WHERE no = ?", (no,))
        round_(app)
        assert volunteer(app, no).head.due == "2027-11-23"
        monkeypatch.setitem(app.bundle.site["desk"], "keep", 100)
        round_(app)
        assert volunteer(app, no).head.due == "2027-03-03"

    def test_a_day_erases_no_more_than_allowed_and_the_next_goes_on(
        self, client: Client, app: App, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(app.bundle.site["desk"], "erase_at_most", 3)
        for n in range(5):
            cancelled(client, name=f"{n}")
        joined(client)
        later(app, clock, days=YEAR + 1)
        assert round_(app)["erased"] == 3
        assert round_(app)["erased"] == 0
        later(app, clock, days=1)
        assert round_(app)["erased"] == 3

    def test_the_board_tells_a_week_before_how_many_will_be_erased(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        cancelled(client)
        wish(client, name="甲")
        joined(client)
        for days, number in ((YEAR - 8, 0), (2, 3)):
            later(app, clock, days=days)
            text = Desk(client, f"{days}").get("/desk/").text
            assert ("到期，会自动删去" in text) is bool(number)
            assert not number or f"有 {number} 件" in text
            assert app.retention.coming() == number

    def test_what_a_volunteer_picked_is_shown_by_its_words(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        no = joined(client, times=["weekday", "weekend"])
        assert "平时、周末" in Desk(client).get(f"/desk/person/?no={no}").text


class TestParts:
    def test_an_order_that_cannot_be_read_is_skipped_and_named(
        self, client: Client, app: App, clock: Clock, tmp_path: Path
    ) -> None:
        broken, damaged, whole = (wish(client, name=name).no for name in ("甲", "乙", "丙"))
        emptied = wish(client, name="戊").no
        ended = cancelled(client, name="丁")
        for no in (broken, damaged, whole):
            move(app, no, "triaged", "dispatched")
        with sqlite3.connect(tmp_path / "wudan.db") as db:
            of = "head = (SELECT id FROM heads WHERE no = ?)"
            db.execute(f"DELETE FROM events WHERE {of} AND seq = 2", (broken,))  # noqa: S608
            db.execute(f"UPDATE events SET data = '{{' WHERE {of}", (damaged,))  # noqa: S608
            db.execute("UPDATE heads SET data = '{}' WHERE no = ?", (emptied,))
        later(app, clock, days=YEAR + 1)
        done = round_(app)
        assert (done["escalated"], done["erased"]) == (1, 2)
        # A head that is damaged is derived anew from its history.
        assert gone(app, ended)
        assert gone(app, emptied)
        assert sorted(done["unreadable"]) == sorted([broken, damaged])
        assert "2 件的经过读不出来" in Desk(client).get("/desk/").text
        assert found(app, whole).state == "triaged"

    def test_a_part_that_breaks_off_holds_up_no_other(
        self, client: Client, app: App, clock: Clock, tmp_path: Path
    ) -> None:
        no = wish(client).no
        move(app, no, "triaged", "dispatched")
        clock.forward(days=5)
        with sqlite3.connect(tmp_path / "wudan.db") as db:
            db.execute("DROP TABLE messages")
            db.execute("CREATE TABLE messages (x)")
        done = schedule.tick(app)
        assert {*done["broken"]} == {"messages", "failed"}
        assert done["escalated"] == 1

    def test_a_head_of_another_version_breaks_no_list(
        self, client: Client, app: App, clock: Clock, tmp_path: Path
    ) -> None:
        no = wish(client).no
        move(app, no, "triaged")
        with sqlite3.connect(tmp_path / "wudan.db") as db:
            db.execute(
                "UPDATE heads SET data = json_set(json_remove(data, '$.ended_at', '$.rating_at'),"
                " '$.colour', 'red') WHERE no = ?",
                (no,),
            )
        desk = Desk(client)
        head = app.store.head(no)
        assert head is not None
        assert order_of(head).state == "triaged"
        for page in ("/desk/", "/desk/dispatch/", "/desk/find/?month=2026-11"):
            assert desk.get(page).status == 200
        assert desk.post("/desk/sheets/orders.xlsx", {"month": "2026-11"}).status == 200
        move(app, no, "dispatched")
        assert Team(client).get().status == 200

    def test_a_table_of_before_there_were_fingerprints_gets_one(
        self, dynamodb: str, bundle: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address = f"{dynamodb}/before"
        monkeypatch.setenv("WUDAN_STORE", address)
        monkeypatch.setenv("WUDAN_SECRET", SECRET.decode())
        monkeypatch.setenv("WUDAN_BUNDLE", str(bundle))
        assert connect(address).fact("secret") == ""
        done = schedule.handler({}, None)
        assert done["broken"] == {}
        assert connect(address).fact("secret") != ""


class TestLimits:
    def test_a_lock_ends_when_it_was_promised_although_the_clock_was_ahead(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        password = account(app, "王芳")
        no = wish(client).no
        clock.forward(days=400)
        for _ in range(7):
            with pytest.raises(Wrong):
                enter(app, "王芳", "x", device="known")
            with pytest.raises(Wrong):
                app.orders.by_phone(no, "0000")
        clock.forward(days=-400)
        with pytest.raises(Wrong):
            enter(app, "王芳", password, device="known")
        clock.forward(hours=1)
        assert enter(app, "王芳", password, device="known").name == "王芳"
        assert app.orders.by_phone(no, "5678").no == no

    def test_a_session_begun_by_a_clock_that_was_ahead_opens_nothing(
        self, client: Client, clock: Clock
    ) -> None:
        clock.forward(days=400)
        desk = Desk(client)
        assert desk.get("/desk/").status == 200
        clock.forward(minutes=-1)
        assert desk.get("/desk/").status == 200
        clock.forward(days=-400)
        assert desk.get("/desk/").status == 403

    def test_a_link_issued_by_a_clock_that_was_ahead_opens_nothing(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        clock.forward(days=400)
        team = Team(client)
        assert team.get().status == 200
        clock.forward(days=-400)
        assert team.get().status == 403
        assert "打开" not in Desk(client).get("/desk/teams/").text
        assert (
            client.get(app.team_links.address(app.team_links.issue("barbers", "王芳"))).status
            == 200
        )


@pytest.fixture(scope="module")
def bundled(bundle: Path) -> Iterator[Callable[[Clock], App]]:
    """Makes apps, each on an empty store of its own."""
    folder = Path(tempfile.mkdtemp())
    numbers = count()

    def made(now: Clock) -> App:
        path = f"sqlite:{folder}/{next(numbers)}.db"
        return App(bundle, lambda: connect(path), SECRET, now)

    yield made
    shutil.rmtree(folder)


class Wrongly(Clock):
    """A clock that may be off the true time, which the test keeps."""

    def __init__(self) -> None:
        super().__init__()
        self.off = timedelta(0)

    def __call__(self) -> datetime:
        return self.now + self.off


KEEP, MARGIN = 10, timedelta(days=7)
FAR = st.integers(-900, 900).map(lambda days: timedelta(days=days))
NEAR = st.integers(-30, 30).map(lambda days: timedelta(days=days))
JUMPS = st.lists(
    st.tuples(
        st.one_of(st.just(timedelta(0)), FAR, NEAR),
        st.integers(1, 12),
        st.sampled_from(("", "", "submitted", "cancelled", "rated", "joined", "guessed")),
        st.integers(20, 60),
    ),
    min_size=20,
    max_size=70,
)
"""How far the clock is off, for how many rounds, what people do first, and minutes of a round."""


@pytest.mark.slow
@settings(
    max_examples=tried(5, 15),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(jumps=JUMPS)
def test_however_a_clock_jumps_nothing_goes_early_locks_end_and_no_figure_is_negative(
    bundled: Callable[[Clock], App], jumps: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = Wrongly()
    app = bundled(now)
    monkeypatch.setitem(app.bundle.site["desk"], "keep", KEEP)
    # One transaction, so that the disk is not waited for.
    with app.store.batch() as inside:
        town = _Town(app.inside(inside), now)
        for off, rounds, deed, minutes in jumps:
            now.off = off
            getattr(town, deed or "nothing")()
            for _ in range(rounds):
                town.round()
                now.forward(minutes=minutes)
        town.check_figures()


class _Town:
    """People who do things, and what is true of them whatever the clock says."""

    def __init__(self, app: App, now: Wrongly):
        self.app, self.now, self.numbers = app, now, count()
        self.kept_from: dict[str, datetime] = {}
        """Since when, in truth, each history's personal data is no longer needed."""
        self.locked: list[str] = []

    def nothing(self) -> None:
        pass

    def submitted(self) -> str:
        no = f"N{next(self.numbers):07}"
        data = {"service": "haircut", "wording": "w", "key": "k"}
        at = self.app.reference.moment(self.app.clock.now.isoformat())
        step = Step(Event("submitted", RESIDENT, at, data), {"name": "李"})
        order = apply(Order(no), step.event)
        self.app.store.commit(self.app.orders.change(Order(no), order, [step]))
        self.kept_from[no] = self.now.now
        return no

    def cancelled(self) -> None:
        no = self.submitted()
        at = self.app.clock.now.isoformat()
        self.app.orders.move(found(self.app, no), Step(Event("cancelled", STAFF, at)))

    def rated(self) -> None:
        no = self.submitted()
        move(self.app, no, *DONE)
        at, solved = self.app.clock.now.isoformat(), {"solved": "solved"}
        self.app.orders.move(found(self.app, no), Step(Event("rated", RESIDENT, at, solved)))

    def joined(self) -> None:
        no = f"V{next(self.numbers):07}"
        at = self.app.reference.moment(self.app.clock.now.isoformat())
        event = Event("applied", RESIDENT, at, {})
        self.app.store.commit(self.app.volunteers.change(None, no, event, {"name": "李"}))
        self.kept_from[no] = self.now.now

    def guessed(self) -> None:
        """Somebody tries too often, and is told to try again in an hour."""
        no = f"G{next(self.numbers):07}"
        for _ in range(7):
            with pytest.raises(Wrong):
                self.app.orders.by_phone(no, "0000")
        self.locked.append(no)

    def round(self) -> None:
        done = schedule.tick(self.app)
        assert (done["broken"], done["unreadable"]) == ({}, [])
        for no, since in [*self.kept_from.items()]:
            if gone(self.app, no):
                # Its last step may have been the schedule's own, but that was no earlier.
                assert self.now.now - since >= timedelta(days=KEEP) - MARGIN, no
                del self.kept_from[no]

    def check_figures(self) -> None:
        self.now.off = timedelta(0)
        for sentence in ("whole|no_match", "no_match"):
            for no in self.locked:
                with pytest.raises(Wrong, match=sentence):
                    self.app.orders.by_phone(no, "0000")
            self.now.forward(hours=1)
        store = self.app.store
        for month in (counters.NOW, *store.months()):
            counts = store.tally(month)
            assert min(counts.values(), default=0) >= 0
            assert not [name for name in counts if ":-" in name]
        for no in store.numbers(repository.KIND):
            times = [event.at for event in store.events(no)]
            assert times == sorted(times, key=datetime.fromisoformat)
