"""An order that was done before, and did not end there, is marked wherever it is listed."""

from collections.abc import Callable

from tests.support.client import Answer, Client
from tests.support.orders import DONE, RATING, Desk, Team, move, wish

MARK = ".badge"


def marked(page: Answer) -> bool:
    return "重新办" in [badge.text() for badge in page.page.css(MARK)]


def test_a_reopened_order_is_marked_in_every_list_and_on_every_page(client: Client) -> None:
    desk, team, answer = Desk(client), Team(client), wish(client)
    move(client.app, answer.no, *DONE)
    places: list[Callable[[], Answer]] = [
        lambda: client.get(answer.location),
        lambda: desk.get("/desk/"),
        lambda: desk.get(f"/desk/order/?no={answer.no}"),
        lambda: desk.get("/desk/find/?q=5678"),
        lambda: team.get(),
        lambda: team.get(answer.no),
    ]
    assert not any(marked(place()) for place in places)
    form = client.get(answer.location).form("/api/rating")
    assert client.post("/api/rating", {**form, **RATING, "solved": "unsolved"}).location
    move(client.app, answer.no, *DONE[:2])
    assert [marked(place()) for place in places] == [True] * len(places)
