"""Posts to the desk that a page of another site causes."""

import re

import pytest

from functions import desk
from functions.app import App
from functions.people.accounts import ADMINISTRATOR
from tests.support.client import Client
from tests.support.orders import WISH, Desk, account
from tests.support.servers import PRODUCT

FOREIGN = {"sec-fetch-site": "cross-site"}
POSTS = [path for path, methods in desk.ROUTES.items() if "POST" in methods]


def test_nobody_is_signed_in_by_another_site(client: Client, app: App) -> None:
    typed = {"name": "王芳", "password": account(app, "王芳")}
    for headers in (FOREIGN, {"origin": "http://evil.example"}, {"origin": "null"}):
        answer = client.post("/desk/sign-in/", typed, host="desk.local:8000", **headers)
        assert (answer.status, answer.cookies) == (403, ())
        assert "别的网站" in answer.text
    own = client.post("/desk/sign-in/", typed, host="a.local", origin="http://a.local")
    assert own.location == "/desk/"


@pytest.mark.parametrize("path", POSTS)
def test_no_form_of_the_desk_is_taken_from_another_site(client: Client, path: str) -> None:
    desk = Desk(client, role=ADMINISTRATOR)
    answer = client.post(path, {"token": desk.token}, cookie=desk.cookie, **FOREIGN)
    assert answer.status == 403
    assert "别的网站" in answer.text


def test_what_a_browser_says_does_not_replace_the_token(client: Client) -> None:
    desk = Desk(client)
    own = {"cookie": desk.cookie, "sec-fetch-site": "same-origin"}
    assert client.post("/desk/sign-out/", {}, **own).status == 403
    assert client.post("/desk/sign-out/", {"token": desk.token}, **own).status == 303


def test_pages_of_the_desk_let_browsers_say_that_a_post_is_ours(client: Client) -> None:
    desk = Desk(client)
    refused = client.post("/desk/sign-in/", {"name": "王芳", "password": "x"})
    for page in (
        client.get("/desk/sign-in/"),
        refused,
        desk.get("/desk/"),
        desk.get("/desk/wish/"),
    ):
        assert page.headers["referrer-policy"] == "same-origin"


def test_residents_forms_act_by_no_cookie_and_are_taken_from_anywhere(client: Client) -> None:
    assert client.post("/api/wish", WISH, **FOREIGN).status == 303


def test_cloudfront_passes_on_to_the_desk_what_is_looked_at() -> None:
    template = (PRODUCT / "infra/template.yaml").read_text()
    [behaviour] = re.findall(r"- PathPattern: /desk/\*\n(.*?)- PathPattern", template, re.DOTALL)
    assert "Headers: [Accept, Origin, Sec-Fetch-Site]" in behaviour
