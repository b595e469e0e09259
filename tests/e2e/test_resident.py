"""A resident's way through the real program: its own process, over HTTP, killed in between."""

import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest

from functions.app import App
from functions.forms import order_number
from functions.storage.connect import connect
from generator.build import incremental
from tests.support.orders import DONE, move
from tests.support.program import Server, run
from tests.support.servers import PRODUCT

pytestmark = pytest.mark.slow

WISH = {
    "service": "haircut",
    "detail": "想在家理发",
    "name": "欧阳奶奶",
    "phone": "+86 138-1234-5678",
    "address": "1 栋",
    "consent": "yes",
}
RATING = {"attitude": "5", "skill": "5", "timeliness": "4", "solved": "solved"}


def test_a_wish_is_filed_followed_carried_out_and_rated(
    server: Server, root: Path, tmp_path: Path
) -> None:
    assert server.get("/").status == 200
    body = urlencode({**server.get("/wish/").form("/api/wish"), **WISH}, doseq=True)
    filed = server.post("/api/wish", body)
    assert order_number.spell(filed.no) in server.get(filed.location).text
    assert server.post("/api/wish", body).location == filed.location

    server.kill()
    server.start()
    assert order_number.spell(filed.no) in server.get(filed.location).text

    data = tmp_path / "data"
    secret = (data / "secret").read_bytes()
    app = App(incremental.bundle_folder(root), lambda: connect(f"sqlite:{data}/wudan.db"), secret)
    move(app, filed.no, *DONE)
    page = server.get(filed.location)
    rating = {**page.form("/api/rating"), **RATING}
    assert server.post("/api/rating", urlencode(rating, doseq=True)).no == filed.no
    again = server.post("/api/rating", urlencode({**rating, "skill": "1"}, doseq=True))
    assert again.status == 409
    assert "您已经评过这一单了" in again.text
    assert app.personal.contact(filed.no)["name"] == "欧阳奶奶"


def test_an_acknowledged_wish_survives_kill_at_once(server: Server) -> None:
    body = urlencode(WISH)
    for n in range(3):
        location = server.post("/api/wish", f"{body}&again=yes&once={n}").location
        server.kill()
        server.start()
        assert server.get(location).status == 200


def test_static_pages_files_and_errors_are_served(server: Server) -> None:
    home = server.get("/")
    css = home.page.css_first("link[rel=stylesheet]")
    assert css is not None
    style = server.get(css.attributes["href"] or "")
    assert style.headers["content-type"].startswith("text/css")
    assert "immutable" in style.headers["cache-control"]
    assert server.get("/service-day.ics").headers["content-type"].startswith("text/calendar")
    for page in ("/", "/wish/"):
        asked = server.head(page)
        assert asked.body == ""
        assert int(asked.headers["content-length"]) == len(server.get(page).body.encode())
    missing = server.get("/nothing/")
    assert missing.status == 404
    assert missing.page.css_first("h1") is not None
    assert server.get("/news").headers["location"] == "news/"
    for outside in ("/../site.yaml", "/%2e%2e/site.yaml", "/static/../../site.yaml"):
        assert server.get(outside).status == 404


def test_what_builds_keep_for_themselves_is_not_served(server: Server, root: Path) -> None:
    (root / "public/.wudan-writing-1").write_text("half a page")
    for hidden in ("/.wudan", "/.wudan-writing-1", "/%2ewudan"):
        assert server.get(hidden).status == 404


def test_a_site_that_cannot_be_written_keeps_no_form_from_working(
    root: Path, tmp_path: Path
) -> None:
    nowhere = str(root / "site.yaml" / "public")
    command = [sys.executable, "build.py", "serve", "--root", str(root), "--out", nowhere]
    command += ["--data", str(tmp_path / "data"), "--port", "0"]
    ended = subprocess.run(command, cwd=PRODUCT, capture_output=True, text=True)
    assert ended.returncode == 1  # There is no bundle either.
    assert "读写不了" in ended.stderr
    assert "Traceback" not in ended.stderr

    run("build", "--root", str(root))
    server = Server(root, tmp_path / "data", "--out", nowhere)
    try:
        assert "网站没有生成" in server.beginning
        body = urlencode({**server.get("/wish/").form("/api/wish"), **WISH}, doseq=True)
        filed = server.post("/api/wish", body)
        assert order_number.spell(filed.no) in server.get(filed.location).text
        home = server.get("/")
        assert (home.status, "/wish/" in home.body) == (503, True)
    finally:
        server.kill()


def test_a_body_far_too_large_is_refused(server: Server) -> None:
    assert server.post("/api/wish", "detail=" + "x" * 200_000).status == 413


@pytest.mark.slow
def test_who_is_slow_holds_nobody_up(root: Path, tmp_path: Path) -> None:
    (root / "static").mkdir(exist_ok=True)
    (root / "static/long.bin").write_bytes(bytes(5_000_000))
    server = Server(root, tmp_path / "data")
    address = ("127.0.0.1", int(server.address.rsplit(":")[-1]))
    half_a_wish = (
        b"POST /api/wish HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nservice=haircut&"
    )
    a_file = b"GET /static/long.bin HTTP/1.1\r\nHost: x\r\n\r\n"
    try:
        assert server.head("/static/long.bin").status == 200
        with ExitStack() as stack:
            for said in [half_a_wish, a_file] * 40:
                slow = stack.enter_context(socket.create_connection(address))
                slow.sendall(said)
            assert server.get("/").status == 200
            assert server.post("/api/wish", urlencode(WISH)).status == 303
    finally:
        server.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_every_signal_that_ends_the_server_ends_it_alike(
    root: Path, tmp_path: Path, number: signal.Signals
) -> None:
    server = Server(root, tmp_path / "data")
    assert "0 单" in server.beginning
    wishes = [{**WISH, "detail": f"{n}", "phone": f"139000000{n}"} for n in range(10, 40)]
    filed = [server.post("/api/wish", urlencode(wish)) for wish in wishes]
    assert {answer.status for answer in filed} == {303}
    assert server.end(number) == 0
    copy = tmp_path / "copy"
    copy.mkdir()
    assert sorted(file.name for file in (tmp_path / "data").iterdir() if file.stat().st_size) == [
        "secret",
        "wudan.db",
    ]
    for name in ("wudan.db", "secret"):
        shutil.copy(tmp_path / "data" / name, copy / name)
    again = Server(root, copy)
    assert "30 单" in again.beginning
    assert {again.get(answer.location).status for answer in filed} == {200}
    again.kill()
