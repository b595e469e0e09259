"""How a page builds itself up before the reader's eyes."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PATIENCE
from tests.support.program import Server

SIZES = {"phone": (360, 640), "desk": (1280, 800)}
ADDRESSES = ("/", "/news/", "/news/service-day/", "/menu/", "/wish/", "/report/", "/teams/")

SEEN = """async () => {
  const shifts = [];
  new PerformanceObserver((list) => shifts.push(...list.getEntries().map((e) => e.value)))
    .observe({type: "layout-shift", buffered: true});
  await new Promise((done) => setTimeout(done, 300));
  const loaded = performance.getEntriesByType("resource");
  return {
    shifts,
    awaited: loaded.filter((e) => e.renderBlockingStatus === "blocking").map((e) => e.name),
  };
}"""


@pytest.mark.parametrize("size", SIZES)
def test_nothing_moves_while_a_page_loads_and_only_its_style_is_waited_for(
    chromium: Browser, server: Server, size: str
) -> None:
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    for address in ADDRESSES:
        page.goto(server.address + address, wait_until="networkidle")
        seen: dict[str, Any] = page.evaluate(SEEN)
        assert seen["shifts"] == [], address
        styles = [Path(urlsplit(style).path).name.partition(".")[0] for style in seen["awaited"]]
        assert styles == (["style", "charts"] if "/report/" in address else ["style"])
    context.close()
