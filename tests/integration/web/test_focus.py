"""After a mistake the focus is on what says so, at the desk and for teams as for residents, and
without scripts: the page opens with it there."""

from collections.abc import Callable

import pytest

from functions.people import accounts
from tests.support.client import Answer, Client
from tests.support.orders import JOIN, TOLD, Desk, Team, wish

Mistake = Callable[[Client, Desk, str], Answer]


def volunteer(client: Client) -> str:
    client.post("/api/volunteer", JOIN)
    (head,) = client.app.store.find("volunteer")
    return head.no


def of_volunteer(**typed: str) -> Mistake:
    return lambda client, desk, no: desk.post("/desk/person/", {"no": volunteer(client), **typed})


def posted(path: str, **typed: str) -> Mistake:
    return lambda client, desk, no: desk.post(path, typed)


MISTAKES: dict[str, Mistake] = {
    "a wish": posted("/api/wish", name="李"),
    "a wish at the desk": posted("/desk/wish/", **{**TOLD, "phone": "12"}),
    "a step": lambda client, desk, no: desk.do(no, "triaged", level=""),
    "a step that comes too late": lambda client, desk, no: desk.post(
        "/desk/order/", {"no": no, "do": "triaged", "version": "7", "level": "routine"}
    ),
    "a team's step": lambda client, desk, no: Team(client).do(no, "accepted"),
    "a correction": lambda client, desk, no: desk.do(no, "corrected", **{**TOLD, "phone": "12"}),
    "a volunteer's correction": of_volunteer(do="corrected", version="1", phone="12"),
    "a volunteer without a team": of_volunteer(do="approved", team=""),
    "an account": posted("/desk/staff/", do="add", name=""),
    "many without a tick": posted("/desk/triage/"),
    "a file that is none": posted("/desk/sheets/", kind="wishes"),
    "a text that somebody else wrote": lambda client, desk, no: [
        desk.post("/desk/report/text/", {"month": "2026-11", "version": "0", "text": text})
        for text in ("一", "二")
    ][-1],
    "a resident's note": lambda client, desk, no: client.post(
        "/api/order", {**client.get(client.app.orders.address_of(no)).form("/api/order", do="note")}
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_page_opens_with_the_focus_on_what_is_wrong(client: Client, mistake: Mistake) -> None:
    desk, no = Desk(client, role=accounts.ADMINISTRATOR), wish(client).no
    if mistake is MISTAKES["a team's step"]:
        desk.dispatched(no)
    answer = mistake(client, desk, no)
    assert answer.status in (200, 409, 422)
    first = answer.page.css_first("[autofocus]")
    assert first is not None
    assert first.attributes["role"] == "alert"
    assert first.attributes["tabindex"] == "-1"
    assert first.text(strip=True)


def test_a_wrong_password_or_a_text_too_short_to_search_for_leads_to_its_field(
    client: Client,
) -> None:
    wrong = client.post("/desk/sign-in/", {"name": "王芳", "password": "x"}).page
    found = Desk(client).get("/desk/find/?q=1").page
    for page, name in ((wrong, "password"), (found, "q")):
        (field,) = page.css("[autofocus]")
        assert field.attributes["name"] == name
