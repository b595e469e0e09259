"""A service says what it needs: some are not done at home, some take place on few days."""

import pytest

from tests.integration.desk.test_imports import WISHES
from tests.support.client import Answer, Client
from tests.support.community import Clock
from tests.support.orders import WISH, Desk, Team, found, wish
from tests.support.workbooks import bring, upload, workbook

COMING = "12月15日（周二）、1月15日（周五）、2月15日（周一）"
AT_THE_HALL = {**WISH, "service": "mending", "address": ""}


def hints(answer: Answer, name: str) -> str:
    """What is said of a question before anything is typed."""
    control = answer.page.css_first(f'[name="{name}"]')
    assert control is not None
    ids = (control.attributes["aria-describedby"] or "").split()
    return "".join(part.text() for id_ in ids for part in answer.page.css(f"#{id_}"))


def test_the_form_of_a_service_says_before_typing_what_it_needs(client: Client) -> None:
    form = client.get("/wish/?service=mending")
    assert "不上门，住址可以不填" in hints(form, "address")
    assert f"这项服务在每月 15 日办，接下来的日子是{COMING}" in hints(form, "date")
    assert not form.page.css("#wish-address[aria-required]")
    assert [COMING in facts.text() for facts in form.page.css(".facts")] == [True]


def test_the_form_of_any_other_service_says_nothing_of_it(client: Client) -> None:
    for address in ("/wish/", "/wish/?service=haircut", "/wish/?service=other"):
        form = client.get(address)
        assert "住址可以不填" not in form.text
        assert "接下来的日子" not in form.text


def test_a_day_without_the_service_is_told_with_the_next_ones(client: Client) -> None:
    wrong = wish(client, **AT_THE_HALL, date="2026-12-03")
    assert (wrong.status, set(wrong.errors)) == (422, {"date"})
    assert f"每月 15 日办。接下来的日子是{COMING}" in wrong.errors["date"]
    assert "住址可以不填" in hints(wrong, "address")
    right = wish(client, **AT_THE_HALL, date="12月15日")
    assert found(client.app, right.no).wished == "2026-12-15"
    assert COMING in client.get(right.location).text


def test_programs_are_told_the_same(client: Client) -> None:
    sent = {**AT_THE_HALL, "date": "2026-12-03"}
    answer = client.post("/api/wish", sent, accept="application/json")
    assert answer.status == 422
    assert COMING in answer.body
    assert client.post("/api/wish", {**sent, "date": ""}, accept="application/json").status == 201


@pytest.mark.slow
def test_staff_and_tables_are_held_to_the_same(client: Client) -> None:
    desk = Desk(client)
    form = {**AT_THE_HALL, "source": "phone", "date": "2026-12-03"}
    assert COMING in desk.post("/desk/wish/", form).errors["date"]
    assert desk.post("/desk/wish/", {**form, "date": ""}).location
    row = ["修理家电", "收音机", "王", "13812345678", "", "写在纸上的", "是", "", "2026-12-03"]
    looked = upload(desk, "wishes", workbook(WISHES, row))
    assert f"每月 15 日办。接下来的日子是{COMING}" in looked.text
    row[-1] = "2026-12-15"
    assert "收下了 1 行" in bring(desk, "wishes", workbook(WISHES, row)).text


def test_what_is_done_on_few_days_is_not_promised_before_them(client: Client) -> None:
    desk = Desk(client)
    for service, due in (("mending", "2026-12-15"), ("haircut", "2026-11-26")):
        answer = wish(client, **{**AT_THE_HALL, "service": service})
        assert desk.do(answer.no, "triaged", level="routine", service=service).location
        assert found(client.app, answer.no).due == due
    late = wish(client, **AT_THE_HALL)
    desk.do(late.no, "triaged", level="complex", service="mending")
    assert found(client.app, late.no).due > "2026-12-15"


def test_a_wished_day_has_its_day_of_the_week_wherever_it_is_shown(client: Client) -> None:
    def says(page: Answer) -> bool:
        return "2026年12月15日（周二）" in page.text.replace(" ", "")

    form = client.get("/wish/").form("/api/wish")
    typed = {**form, **WISH, "date": "12月15日", "do": "check"}
    assert says(client.post("/api/wish", typed))
    filed = wish(client, date="12月15日 星期二")
    assert says(client.get(filed.location))
    desk, team = Desk(client), Team(client)
    for address in (f"/desk/order/?no={filed.no}", "/desk/?state=submitted", "/desk/triage/"):
        assert says(desk.get(address)), address
    desk.do(filed.no, "triaged", level="routine", service="haircut")
    assert says(desk.get("/desk/dispatch/"))
    desk.do(filed.no, "dispatched", team="barbers")
    assert says(team.get())


def test_today_is_wished_for_only_while_the_station_is_open(client: Client, clock: Clock) -> None:
    filed = wish(client, date="今天")
    assert found(client.app, filed.no).wished == "2026-11-23"
    correct = client.get(filed.location).form("/api/order", do="correct")
    clock.forward(hours=7, minutes=1)
    late = wish(client, date="今天")
    assert (late.status, "今天到 17:00 为止" in late.errors["date"]) == (422, True)
    assert found(client.app, wish(client, date="明天").no).wished == "2026-11-24"
    left = client.post("/api/order", {**correct, "detail": "改了"})
    assert left.location, "what was wished for in time stays"
    moved = wish(client, date="2026-11-24")
    correct = client.get(moved.location).form("/api/order", do="correct")
    refused = client.post("/api/order", {**correct, "date": "今天"})
    assert "今天到 17:00 为止" in refused.errors["date"]
    desk = Desk(client)
    form = {**desk.get("/desk/wish/").form("/desk/wish/"), **WISH, "source": "phone"}
    assert desk.post("/desk/wish/", {**form, "date": "今天"}).location, "staff know who is there"


def test_a_service_of_few_days_ends_at_its_own_hours(client: Client, clock: Clock) -> None:
    clock.forward(days=22)
    client.app.bundle.practical["mending"]["when"] = "每月 15 日 9:00–11:30，在大厅"
    assert wish(client, **AT_THE_HALL, date="今天").location
    clock.forward(hours=2)
    assert "今天到 11:30 为止" in wish(client, **AT_THE_HALL, date="今天").errors["date"]
