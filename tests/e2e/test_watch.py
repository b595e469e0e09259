"""Whatever is edited while the site is served is built; whatever goes wrong is told."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from generator.build.incremental import Builder
from generator.files.output import Report
from generator.serve import watch
from generator.serve.reload import Shown
from tests.support.program import Server

pytestmark = pytest.mark.slow

NEWS = "content/news/spring.yaml"


@pytest.fixture
def server(root: Path, tmp_path: Path) -> Iterator[Server]:
    server = Server(root, tmp_path / "data", "--watch")
    yield server
    server.kill()


def soon(holds: Callable[[], bool]) -> bool:
    """Whether it holds within ten seconds."""
    until = time.monotonic() + 10
    while not (held := holds()) and time.monotonic() < until:
        time.sleep(0.05)
    return held


def save(file: Path, old: str, new: str) -> None:
    """Save by rename, as most editors do."""
    text = file.read_text()
    assert old in text
    beside = file.with_name(f".{file.name}.new")
    beside.write_text(text.replace(old, new))
    beside.replace(file)


def shows(server: Server, text: str, path: str = "/news/spring/") -> Callable[[], bool]:
    return lambda: text in server.get(path).body


def test_a_mistake_lies_over_the_last_good_page_until_it_is_mended(
    server: Server, root: Path
) -> None:
    page = server.get("/news/spring/").page
    script = page.css_first('script[src^="/__reload__"]')
    assert script is not None
    assert "location.reload" in server.get(script.attributes["src"] or "").body
    before = server.get("/__reload__").body

    save(root / NEWS, "title: 春天的服务日", "titel: <b>春天")
    assert soon(lambda: server.get("/__reload__").body != before)
    page = server.get("/news/spring/").page
    told = [each.text() for each in page.css("#wudan-mistakes li")]
    assert f"{NEWS}:1:1: 不认识“titel”。是不是“title”？" in told
    assert (page.css_first("h1") or page).text() == "春天的服务日"
    assert "overflow" in server.get("/__reload__.css").body

    save(root / NEWS, "titel: <b>春天", "title: 春日")
    assert soon(shows(server, "春日"))
    assert not server.get("/news/spring/").page.css("#wudan-mistakes")


def test_a_start_with_mistakes_serves_the_last_good_site_and_follows(
    root: Path, tmp_path: Path
) -> None:
    first = Server(root, tmp_path / "data")
    first.kill()
    save(root / NEWS, "title: 春天的服务日", "titel: 春日")
    server = Server(root, tmp_path / "data", "--watch")
    try:
        assert "内容里有要改的地方，网站先用上一次的样子" in server.beginning
        assert f"{NEWS}:1:1: 不认识“titel”。是不是“title”？" in server.beginning
        assert "春天的服务日" in server.get("/news/spring/").body
        assert soon(lambda: bool(server.get("/news/spring/").page.css("#wudan-mistakes")))
        save(root / NEWS, "titel: 春日", "title: 春日")
        assert soon(shows(server, "春日"))
    finally:
        server.kill()


def test_files_saved_again_and_folders_replaced_or_made_are_seen(
    server: Server, root: Path
) -> None:
    for old, new in (("试验社区", "甲"), ("甲", "乙"), ("乙", "丙社区")):
        save(root / "site.yaml", f"name: {old}", f"name: {new}")
        assert soon(shows(server, new, "/"))

    save(root / "calendar.yaml", "holidays:", "holidays:\n  - 2031-05-05")
    bundle = root / ".wudan/bundle/bundle.json"
    assert soon(lambda: "2031-05-05" in json.loads(bundle.read_text())["calendar"]["holidays"])

    shutil.copytree(root / "content", root / "fresh")
    (root / "content").rename(root / "old")
    (root / "fresh").rename(root / "content")
    for number in range(2):
        save(root / NEWS, "春天的服务日" if not number else "第0次", f"第{number}次")
        assert soon(shows(server, f"第{number}次"))

    (root / "templates").mkdir()
    for number in range(2):
        (root / "templates/404.html").write_text(f"<p>没有{number}</p></body>")
        assert soon(shows(server, f"没有{number}", "/nowhere/"))


def test_without_watch_edits_are_built_and_pages_are_left_alone(root: Path, tmp_path: Path) -> None:
    server = Server(root, tmp_path / "data")
    try:
        save(root / NEWS, "title: 春天的服务日", "titel: 春天")
        assert "不认识“titel”" in server.said()
        save(root / NEWS, "titel: 春天", "title: 春日")
        assert soon(shows(server, "春日"))
        assert "__reload__" not in server.get("/news/spring/").body
    finally:
        server.kill()


class Faulty(Builder):
    """A builder that breaks in a way that nobody thought of, until it is told to work."""

    works = False
    builds = 0

    def build(self, *args: Any, **more: Any) -> Report:
        self.builds += 1
        if not self.works:
            raise KeyError("nobody thought of it")
        return Report(1, 0, 0)

    def follow(self, edited: object) -> Report:
        return self.build()


@pytest.mark.parametrize("broken", ["the build", "the watch"])
def test_what_nobody_thought_of_is_told_and_the_watch_goes_on(
    root: Path, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if broken == "the watch":
        monkeypatch.setitem(watch.TIMES, "debounce", "no number")
        monkeypatch.setattr(watch, "PAUSE", 0.1)
    builder, shown, said, stopping = Faulty(root, root / "public"), Shown(), [""], Event()
    thread = Thread(
        target=watch.Watch(builder, shown, said.append, lambda: None).run, args=(stopping,)
    )
    thread.start()
    try:
        assert soon(lambda: bool(shown.mistakes))
        assert any("出了意外" in sentence for sentence in said)
        builder.works, before = True, builder.builds
        (root / NEWS).touch()
        assert soon(lambda: builder.builds > before)
        assert soon(lambda: not shown.mistakes)
        assert thread.is_alive()
    finally:
        stopping.set()
        thread.join()
