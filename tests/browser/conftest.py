"""What tests in a real browser share: Chromium, WebKit, a resident's phone, a desk, the program."""

import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Thread
from typing import NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from selenium.webdriver import WebKitGTK
from selenium.webdriver.webkitgtk.service import Service

from generator.build.incremental import Builder
from generator.serve.server import files
from tests.support import every_page
from tests.support.servers import missing

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 15_000  # Milliseconds.


Launch = Callable[[int], Browser]
"""Starts Chromium for a reader who set it to letters of so many pixels."""


@pytest.fixture(scope="session")
def launch() -> Iterator[Launch]:
    """The Chromium of this machine; Playwright's own is never downloaded."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        missing("Chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:

        def launch(letters: int) -> Browser:
            flags = [*FLAGS, f"--blink-settings=defaultFontSize={letters}"]
            return playwright.chromium.launch(executable_path=program, args=flags)

        yield launch


@pytest.fixture(scope="session")
def chromium(launch: Launch) -> Iterator[Browser]:
    """Chromium as it comes."""
    browser = launch(16)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def webkit() -> Iterator[WebKitGTK]:
    """The engine of Safari, from Debian's webkit2gtk-driver, on a screen that nobody sees."""
    for program in ("WebKitWebDriver", "Xvfb"):
        if shutil.which(program) is None:
            missing(f"{program}, of Debian's webkit2gtk-driver and xvfb")
    with _screen() as display:
        service = Service(shutil.which("WebKitWebDriver"), env={**os.environ, "DISPLAY": display})
        with warnings.catch_warnings():  # Selenium warns of what it does itself.
            warnings.simplefilter("ignore", DeprecationWarning)
            browser = WebKitGTK(service=service)
        yield browser
        browser.quit()


@contextmanager
def _screen() -> Iterator[str]:
    """The name of a display of our own."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1200x24"]
    process = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    try:
        os.close(writing)
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


FAIR = """\
title: 冬季招聘会
date: 2026-12-15
start: 14:30
end: 17:00
place: 大厅
positions:
  - {title: 保洁员, employer: 某公司, age_to: 60}
  - {title: 收银员, employer: 某商店, schooling: 初中, age_to: 55}
  - {title: 会计, employer: 某公司, schooling: 大专, pay_from: 5000}
"""


class Kinds(NamedTuple):
    """A server of files, and the address of a page of every kind."""

    server: str
    addresses: list[str]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a server of these files."""
    with make_server("127.0.0.1", 0, files(folder), handler_class=_Quiet) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kinds]:
    """A page of every kind: of the site, the residents' functions, the desk, a team."""
    root = tmp_path_factory.mktemp("kinds")
    addresses = every_page.write(root)
    with serving(root / "public") as address:
        yield Kinds(address, addresses)


@pytest.fixture
def dated(root: Path) -> Iterator[str]:
    """The small site as it was built on a service day, on which a job fair is, too."""
    (root / "content/fairs/jobs.yaml").write_text(FAIR)
    day = date(2026, 12, 15)
    Builder(root, root / "public", lambda: day).build()
    with serving(root / "public") as server:
        yield server


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A page on a phone that runs no scripts."""
    with _phone(chromium) as page:
        yield page


@pytest.fixture
def leaders(chromium: Browser) -> Iterator[Page]:
    """The same on the phone of somebody else, a team's leader."""
    with _phone(chromium) as page:
        yield page


@contextmanager
def _phone(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        has_touch=True,
        java_script_enabled=False,
        locale="zh-CN",
    )
    yield _page(context)
    context.close()


@pytest.fixture
def desktop(chromium: Browser) -> Iterator[Page]:
    """A page on a computer."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    yield _page(context)
    context.close()


def _page(context: BrowserContext) -> Page:
    context.set_default_timeout(PATIENCE)
    return context.new_page()
