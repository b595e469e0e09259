"""The law of builds: whatever happened before, a build leaves what a first build would make."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from functions.context.bundle import INDEX
from generator.build import compare, incremental, render
from generator.content import markup
from generator.content.reading import codec, yaml_source
from generator.errors import ContentError
from generator.files import file_stamps, parallel
from generator.files.cache import Cache
from generator.files.file_stamps import JUST_NOW
from generator.site import theme
from tests.support import corpus
from tests.support.depth import tried
from tests.support.documents import saved, word
from tests.support.servers import PRODUCT
from tests.support.site import MADE, NEWS, SITE, handed_over, tree

LINES = (
    *("ended: 2026-11-30", "renamed_from: [old, older]", "draft: true", "publish_on: 2199-01-01"),
    *("expires_on: 2026-01-01", "updated: 2198-01-01"),
)
"""What an item can say of itself that decides where it is."""
KILLED = """
import os, signal, sys
from pathlib import Path
from generator.build import incremental
from generator.files import cache

left = int(sys.argv[2])

def counted(real):
    def call(*args, **more):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **more)
    return call

os.replace = counted(os.replace)
Path.replace = counted(Path.replace)
Path.unlink = counted(Path.unlink)
for name in ("note", "commit", "put"):
    setattr(cache.Cache, name, counted(getattr(cache.Cache, name)))
root = Path(sys.argv[1])
incremental.build(root, root / "public")
"""
"""A build that kills itself at its n-th write: to the site, or to what it remembers."""

SLUGS = st.sampled_from(["spring", "winter", "festival", "spring-2", "a"])
WORDS = st.sampled_from(["春天", "秋天", "a", "服务日", "**粗**", "1. 一\n  2. 二", "<b>x</b>"])
TAGS = st.lists(st.sampled_from(["春天", "花", "服务日"]), unique=True)
DAYS = st.sampled_from(["2026-03-15", "2026-03-16", "2025-12-01"])
OWN = st.sampled_from(["404.html", "base.html", "news.html", "macros/text.html", "robots.txt"])
FIGURES: list[dict[str, Any]] = [
    {"made": "2026-04-01", "months": {}, "wishes": [], "answers": []},
    {
        "made": "2026-05-01",
        "months": {"2026-04": {"all wishes": 7, "service:haircut wishes": 7}},
        "wishes": [{"text": "理发", "service": "haircut", "state": "done", "date": "2026-04-02"}],
        "answers": [],
    },
]


class Law(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp())
        self.root = Path(shutil.copytree(SITE, self.base / "root", ignore=MADE))
        (self.root / "content/pages/about.yaml").write_text("title: ${name}\nbody: 在${name}\n")
        self.builder = incremental.Builder(self.root, self.root / "public")
        self.edited: list[Path] | None = None
        self.version = 0

    def teardown(self) -> None:
        shutil.rmtree(self.base)

    def write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.saw(path)

    def remove(self, file: str) -> None:
        (self.root / file).unlink(missing_ok=True)
        self.saw(self.root / file)

    def saw(self, path: Path) -> None:
        """What somebody who watches the content would know; of other changes nobody knows."""
        watched = path.is_relative_to(self.root / "content") and self.edited is not None
        self.edited = [*(self.edited or []), path] if watched else None

    @rule(slug=SLUGS, title=WORDS, day=DAYS, tags=TAGS, body=WORDS)
    def news_is_written(self, slug: str, title: str, day: str, tags: list[str], body: str) -> None:
        named = ", ".join(tags)
        text = (
            f"title: '{title.splitlines()[0]}'\ndate: {day}\ntags: [{named}]\nbody: |\n  {body}\n"
        )
        self.write(f"content/news/{slug}.yaml", text)

    @rule(slug=SLUGS, body=WORDS)
    def a_body_is_edited(self, slug: str, body: str) -> None:
        path = self.root / f"content/news/{slug}.yaml"
        if path.exists():
            head = path.read_text().partition("body:")[0]
            self.write(f"content/news/{slug}.yaml", f"{head}body: |\n  {body}\n")

    @rule(slug=SLUGS)
    def news_goes(self, slug: str) -> None:
        self.remove(f"content/news/{slug}.yaml")

    @rule(old=SLUGS, new=SLUGS)
    def news_is_renamed(self, old: str, new: str) -> None:
        if (path := self.root / f"content/news/{old}.yaml").exists():
            path.rename(path.with_stem(new))
            self.saw(path)
            self.saw(path.with_stem(new))

    @rule(slug=SLUGS, line=st.sampled_from([*LINES, "featured: true"]))
    def news_comes_ends_is_pinned_corrected_or_renamed(self, slug: str, line: str) -> None:
        path = self.root / f"content/news/{slug}.yaml"
        others = [file.read_text() for file in path.parent.iterdir() if file != path]
        if path.exists() and not any("renamed_from" in text for text in others):
            text = path.read_text().replace(f"{line}\n", "")
            self.write(f"content/news/{slug}.yaml", f"{line}\n{text}")

    @rule(line=st.sampled_from(["", *(f"{line}\n" for line in LINES)]))
    def a_team_comes_ends_begins_again_is_corrected_or_renamed(self, line: str) -> None:
        text = (SITE / "content/teams/barbers.yaml").read_text()
        self.write("content/teams/barbers.yaml", f"{line}{text}")

    @rule(name=WORDS, there=st.booleans())
    def a_team_comes_changes_or_goes(self, name: str, there: bool) -> None:
        self.write("content/teams/cooks.yaml", f"name: '{name.splitlines()[0]}队'\n")
        if not there:
            self.remove("content/teams/cooks.yaml")

    @rule(name=OWN, mark=st.integers(0, 3))
    def a_template_is_edited(self, name: str, mark: int) -> None:
        text = (PRODUCT / "templates" / name).read_text()
        self.write(f"templates/{name}", f"{text}{{# {mark} #}}{'<!-- -->' * mark}")

    @rule(name=OWN)
    def a_template_is_the_products_again(self, name: str) -> None:
        self.remove(f"templates/{name}")

    @rule(name=st.sampled_from(["style.css", "photo.svg", "more/x.txt"]), text=WORDS)
    def a_static_file_is_written(self, name: str, text: str) -> None:
        self.write(f"static/{name}", f"<svg><!-- {text} --></svg>" if "svg" in name else text)

    @rule(text=WORDS, offered=st.booleans())
    def an_attachment_comes_changes_or_is_offered_no_more(self, text: str, offered: bool) -> None:
        path = self.root / "static/files/a.docx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(saved(word(text)))
        self.saw(path)
        files = "attachments:\n  - file: files/a.docx\n    title: 表\n" if offered else ""
        self.write("content/fairs/files.yaml", f"title: 会\ndate: 2026-04-13\nplace: 站\n{files}")

    @rule(name=st.sampled_from(["style.css", "more/x.txt"]))
    def a_static_file_goes(self, name: str) -> None:
        self.remove(f"static/{name}")

    @rule(name=st.sampled_from(["试验社区", "新社区", "<社区>"]))
    def the_community_is_renamed(self, name: str) -> None:
        lines = (self.root / "site.yaml").read_text().splitlines()
        lines = [f"name: '{name}'" if line.startswith("name:") else line for line in lines]
        self.write("site.yaml", "\n".join(lines) + "\n")

    @rule(figures=st.sampled_from(FIGURES))
    def figures_come(self, figures: dict[str, Any]) -> None:
        if not self.broken():
            incremental.build(self.root, self.root / "public", figures=figures)

    @rule()
    def a_file_is_touched(self) -> None:
        os.utime(self.root / "content/teams/barbers.yaml")
        self.saw(self.root / "content/teams/barbers.yaml")

    @rule()
    def content_is_broken(self) -> None:
        self.write("content/news/broken.yaml", "title: x\n")

    @precondition(lambda self: self.broken())
    @rule()
    def content_is_mended(self) -> None:
        self.remove("content/news/broken.yaml")

    @rule(page=st.sampled_from(["index.html", "news/index.html", "feed.xml"]), text=WORDS)
    def a_page_is_spoilt(self, page: str, text: str) -> None:
        if (self.root / "public" / page).exists():
            self.write(f"public/{page}", text)

    @rule(page=st.sampled_from(["index.html", "news/index.html", "static"]))
    def a_page_goes(self, page: str) -> None:
        path = self.root / "public" / page
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        self.saw(path)

    @rule()
    def the_memory_is_lost(self) -> None:
        shutil.rmtree(self.root / incremental.MADE, ignore_errors=True)
        self.saw(self.root / incremental.MADE)

    @rule(
        seed=st.integers(0, 1000),
        name=st.sampled_from(["cache.db", "cache.db-wal", f"bundle/{INDEX}"]),
    )
    def the_memory_is_damaged(self, seed: int, name: str) -> None:
        path, chance = self.root / incremental.MADE / name, random.Random(seed)
        if path.exists() and (data := bytearray(path.read_bytes())):
            for _ in range(chance.choice([1, 20, 1000])):
                data[chance.randrange(len(data))] = chance.randrange(256)
            path.write_bytes(data[: chance.choice([len(data), len(data), len(data) // 2])])
            self.saw(path)

    @rule()
    def the_program_is_another_version(self) -> None:
        self.version += 1
        self.edited = None

    @rule(at=st.integers(1, 150))
    def a_build_is_killed(self, at: int) -> None:
        self.edited = None
        command: list[str | Path] = [sys.executable, "-c", KILLED, self.root, str(at)]
        ran = subprocess.run(command, cwd=PRODUCT, capture_output=True)
        assert ran.returncode == -signal.SIGKILL or not ran.returncode or self.broken(), ran.stderr

    def broken(self) -> bool:
        return (self.root / "content/news/broken.yaml").exists()

    @invariant()
    def it_is_as_if_built_for_the_first_time(self) -> None:
        if self.broken():
            with pytest.raises(ContentError):
                self.build(self.builder)
            return
        self.build(self.builder)
        first = Path(shutil.copytree(self.root, self.base / "first", ignore=MADE))
        self.build(incremental.Builder(first, first / "public"))
        assert tree(self.root / "public") == tree(first / "public")
        ours, theirs = (handed_over(each) for each in (self.root, first))
        assert ours == theirs
        shutil.rmtree(first)

    def build(self, builder: incremental.Builder) -> None:
        with patch.object(theme, "sources", versioned(self.base, self.version)):
            if builder is self.builder and self.edited is not None:
                builder.follow(self.edited)
            else:
                builder.build()
        if builder is self.builder:
            self.edited = []


def versioned(base: Path, number: int) -> Callable[[], list[Path]]:
    """The program's files, and another one for each version but the first."""
    more = base / f"version-{number}.py"
    more.write_text(str(number))
    files = theme.sources() + [more] * bool(number)
    return lambda: files


TestLaw = pytest.mark.slow(Law.TestCase)
TestLaw.settings = settings(
    max_examples=tried(3, 6),
    stateful_step_count=15,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],  # To shrink a failure takes longer than the whole suite.
    suppress_health_check=[HealthCheck.too_slow],
)


class Work:
    """Counts what a build does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.done: Counter[str] = Counter()
        assert compare, "imported, so that static files, whose stamps it takes, are not counted"
        monkeypatch.setattr(parallel, "MANY", 1_000_000)  # What other processes do is not seen.
        for kind, (holder, name) in {
            "stamped": (file_stamps, "stamp"),
            "read": (yaml_source, "read"),
            "converted": (markup, "convert"),
            "drawn": (render.Renderer, "render"),
        }.items():
            monkeypatch.setattr(holder, name, self.counted(kind, getattr(holder, name)))

    def counted(self, kind: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            self.done[kind] += 1
            return real(*args)

        return call

    def of(self, root: Path) -> dict[str, int]:
        """Of one build; files that were written a moment ago are no longer suspect."""
        time.sleep(2 * JUST_NOW / 1e9)
        return self.during(lambda: incremental.build(root, root / "public"))

    def during(self, build: Callable[[], object]) -> dict[str, int]:
        self.done.clear()
        build()
        return dict(self.done)


@pytest.mark.slow
@pytest.mark.parametrize("news", [30, 120])
def test_the_work_grows_with_the_change_and_not_with_the_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, news: int
) -> None:
    corpus.make(tmp_path / "root", news, 5, 8)
    root, work = tmp_path / "root", Work(monkeypatch)
    item = root / "content/news/item-000007.yaml"
    files = len([path for path in (root / "content").rglob("*") if path.is_file()])
    first = work.of(root)
    assert first["drawn"] > news
    assert first["converted"] <= files, "no text twice"
    assert work.of(root) == {"stamped": files}
    settings = 1  # They are read whenever anything is done.

    item.write_text(item.read_text().replace("请看", "请再看"))
    assert work.of(root) == {"stamped": files, "read": 1 + settings, "converted": 1, "drawn": 1}
    assert work.of(root) == {"stamped": files}
    item.write_text(item.read_text().replace("title: ", "title: 新"))
    titled = work.of(root)
    assert titled.pop("drawn") <= 12, "its page, its neighbours, lists, tags, the feed"
    assert titled == {"stamped": files, "read": 1 + settings}

    (root / "static/photos/new.png").write_bytes(b"new")
    assert work.of(root) == {"stamped": files, "read": settings}, "no page shows it"

    builder = incremental.Builder(root, root / "public")
    builder.build()
    item.write_text(item.read_text().replace("请再看", "请看看"))
    watched = work.during(lambda: builder.follow([item]))
    assert watched == {"stamped": 1, "read": 1 + settings, "converted": 1, "drawn": 1}


class Bytes:
    """Encodes as the build does, and counts the bytes."""

    def __init__(self) -> None:
        self.encoder, self.total = codec._encoder, 0

    def encode(self, value: object) -> bytes:
        encoded = self.encoder.encode(value)
        self.total += len(encoded)
        return encoded


@pytest.mark.slow
def test_what_the_memory_knows_is_neither_read_twice_nor_digested_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (root / "content/partners/clinic.yaml").open("a") as file:
        file.write(f"summary: {'long ' * 100_000}\n")
    time.sleep(2 * JUST_NOW / 1e9)  # A file that was just written is read again.
    incremental.build(root, root / "public")
    (root / NEWS).write_text((root / NEWS).read_text().replace("title: ", "title: 新"))
    read, counter, real = Counter[str](), Bytes(), Cache.all

    def read_all(cache: Cache, shelf: str) -> dict[str, bytes]:
        read[shelf] += 1
        return real(cache, shelf)

    monkeypatch.setattr(Cache, "all", read_all)
    monkeypatch.setattr(codec, "_encoder", counter)
    assert incremental.build(root, root / "public").written
    assert read["shown files"] == read["content/partners"] == max(read.values()) == 1
    assert 0 < counter.total < 500_000, "the partner was encoded, for a digest or to be stored"
