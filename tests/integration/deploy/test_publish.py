"""A site brought to a bucket: what is sent, in which order, and what is left when it is killed."""

import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from functools import cache
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit
from uuid import uuid4

import boto3
import msgspec
import pytest
from click.testing import CliRunner, Result
from selectolax.lexbor import LexborHTMLParser

import build
from functions.asgi import ROUTES
from generator.build import incremental
from generator.content.settings import Publish
from generator.deploy import bucket as service
from generator.deploy import publish, publish_lock
from generator.deploy.publish import NOTES, Publication
from generator.errors import WudanError
from generator.files.output import file_of
from tests.support import servers
from tests.support.deployed import unpacked
from tests.support.depth import tried
from tests.support.site import MADE, SITE

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

ENGINES = {"seaweed": servers.seaweed, "ministack": servers.ministack}
SEAWEED, MINISTACK = (pytest.mark.parametrize("engine", [name], indirect=True) for name in ENGINES)
HOME = "https://test.example.cn"
KILLS = tried(5, 20)


class Bucket(NamedTuple):
    """A bucket of a server's, as others see it."""

    name: str
    url: str
    s3: "S3Client"

    @property
    def place(self) -> Publish:
        return Publish(bucket=self.name, endpoint=self.url)

    def all_keys(self) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return [each["Key"] for page in pages for each in page.get("Contents", ())]

    def objects(self) -> dict[str, bytes]:
        """All there is, without what publications note of each other."""
        return {key: self.read(key) for key in self.all_keys() if not key.startswith(".wudan/")}

    def read(self, key: str) -> bytes:
        answer = self.s3.get_object(Bucket=self.name, Key=key)
        return unpacked(answer["Body"].read(), answer.get("ContentEncoding", ""))

    def put(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=self.name, Key=key, Body=body)


@pytest.fixture(scope="session", params=ENGINES)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of an S3 server."""
    with ENGINES[request.param](tmp_path_factory.mktemp(request.param)) as url:
        yield url


@pytest.fixture
def bucket(engine: str) -> Bucket:
    s3 = boto3.client("s3", endpoint_url=engine)
    name = f"site-{uuid4().hex}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "cn-north-1"})
    return Bucket(name, engine, s3)


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One site at three times: pages and files come, change and go, and so does what all use."""
    base = tmp_path_factory.mktemp("states")
    roots = [shutil.copytree(SITE, base / name, ignore=MADE) for name in ("first", "then", "last")]
    for number, root in enumerate(roots):
        news, style = root / "content/news", root / "static/style.css"
        style.write_text(f"body {{ order: {number} }}")
        (root / "static/photo.svg").write_text(f"<svg><!-- {number} --></svg>")
        (root / f"static/only-{number}.svg").write_text("<svg/>")
        for name in (f"neighbour-{number}", f"other-{number}"):
            text = (news / "spring.yaml").read_text()
            text = text.replace("photo.svg", f"only-{number}.svg").replace("春天]", f"第{number}]")
            (news / f"{name}.yaml").write_text(text)
        (news / f"{['winter', 'spring', 'none'][number]}.yaml").unlink(missing_ok=True)
        incremental.build(root, root / "public")
    return [root / "public" for root in roots]


def folder(out: Path) -> dict[str, bytes]:
    """What is to be published of a folder."""
    files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    return {key: path.read_bytes() for key, path in files.items() if not key.startswith(".")}


def published(out: Path, place: Publish) -> Publication:
    work = Publication(out, place)
    assert [*work.run()]
    return work


def broken(objects: Mapping[str, bytes]) -> list[str]:
    """What leads nowhere for whoever comes to the home page and follows links."""
    found, seen, ahead = [], {"/"}, ["/"] if publish.HOME in objects else []
    for address in ahead:
        body = objects.get(file_of(unquote(address)))
        if body is None:
            found.append(address)
            continue
        new = _links(address, body) - seen - ROUTES.keys()
        seen |= new
        ahead += sorted(new)
    return found


@cache
def _links(address: str, body: bytes) -> frozenset[str]:
    """Where a page leads. Most are as they were when the site was last looked at."""
    links = re.findall(rf"{HOME}[^\s<\"&]*", body.decode(errors="replace"))
    if address.endswith("/"):
        page = LexborHTMLParser(body)
        named = [
            node.attributes[n] for n in ("href", "src", "action") for node in page.css(f"[{n}]")
        ]
        links += [urljoin(HOME + address, link or "") for link in named]
    return frozenset(urlsplit(link).path for link in links if link.startswith(HOME))


class Gate(ThreadingHTTPServer):
    """Stands before a server: lets writes through one after the other and looks at the site after
    each. It may be told to kill a process after some."""

    daemon_threads = True

    def __init__(self, bucket: Bucket):
        super().__init__(("127.0.0.1", 0), _Passing)
        self.behind = urlsplit(bucket.url).netloc
        self.place = Publish(bucket=bucket.name, endpoint=f"http://127.0.0.1:{self.server_port}")
        self.objects: dict[str, bytes] = {}
        self.writes: list[tuple[str, str]] = []
        self.broken: list[str] = []
        self.one = threading.Lock()
        self.left = 0
        self.refuses = 0
        """The status for conditional writes, of a service that knows none."""
        self.victim: subprocess.Popen[bytes] | None = None

    def sent(self) -> list[str]:
        """The keys of the site that were written since it was last asked, in order."""
        keys = [key for method, key in self.writes if method == "PUT" and key != NOTES]
        self.writes.clear()
        return keys

    def wrote(self, method: str, key: str, body: bytes) -> None:
        if key == publish_lock.KEY:
            return
        self.writes.append((method, key))
        if method == "PUT":
            self.objects[key] = body
        else:
            del self.objects[key]
        self.broken += broken(self.objects)
        self.left -= 1
        if self.left == 0 and self.victim:
            self.victim.kill()
            self.victim.wait(60)  # Then its connections are closed.

    def handle_error(self, request: object, client_address: object) -> None:
        """Who is killed hangs up at any moment."""


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Gate

    def do_GET(self) -> None:
        self.answer(*self.passed_on(b""))

    def do_PUT(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        if self.server.refuses and "if-none-match" in self.headers:
            self.send_error(self.server.refuses)
            return
        with self.server.one:
            # The dead must not write, and of what they began to send the rest never comes.
            if len(body) < length or self.is_deserted():
                self.close_connection = True
                return
            answer = self.passed_on(body)
            key = unquote(self.path.partition("?")[0]).split("/", 2)[2]
            self.server.wrote(self.command, key, unpacked(body, self.headers["content-encoding"]))
        self.answer(*answer)

    do_HEAD = do_GET  # noqa: N815
    do_DELETE = do_PUT  # noqa: N815

    def is_deserted(self) -> bool:
        """Whether nobody waits for the answer any more. The connection has no timeout: with one,
        ``recv`` would wait for it in spite of the flag."""
        try:
            return not self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def passed_on(self, body: bytes) -> tuple[HTTPResponse, bytes]:
        # With a limit: all other writes wait for this one.
        connection = HTTPConnection(self.server.behind, timeout=30)
        headers = {**self.headers, "connection": "close"}
        headers.pop("Expect", None)  # It was asked of this server, which has the body.
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        return answer, said

    def answer(self, answer: HTTPResponse, said: bytes) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        length = answer.headers["content-length"] if self.command == "HEAD" else len(said)
        self.send_header("content-length", str(length))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def gate(bucket: Bucket) -> Iterator[Gate]:
    with Gate(bucket) as gate:
        thread = threading.Thread(target=gate.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield gate
        gate.shutdown()
        thread.join()


def kill_publish(out: Path, gate: Gate, after: int) -> None:
    """A publication as it is started by hand, killed after so many writes."""
    # Nobody waits here until the turn of another who was killed is over.
    service.client(gate.place).delete_object(Bucket=gate.place.bucket, Key=publish_lock.KEY)
    command = [sys.executable, "build.py", "publish", f"--root={out.parent}"]
    command += [f"--bucket={gate.place.bucket}", f"--endpoint={gate.place.endpoint}"]
    with gate.one:
        gate.left = after
        gate.victim = subprocess.Popen(command, cwd=servers.PRODUCT)
    assert gate.victim.wait(60) == -signal.SIGKILL


def test_every_link_works_wherever_a_publication_is_killed_and_the_next_completes_it(
    bucket: Bucket, gate: Gate, states: list[Path]
) -> None:
    chance = random.Random(20261124)
    now = states[0]
    published(now, gate.place)
    for _ in range(KILLS):
        now = chance.choice([out for out in states if out != now])
        work = Publication(now, gate.place)
        number = len(work.new) + len(work.changed) + len(work.gone)
        kill_publish(now, gate, after=chance.randint(1, number))
        assert broken(bucket.objects()) == []
        # Sometimes the site has changed before the next run, which may be killed as well.
        if chance.random() < 0.7:
            now = chance.choice(states)
            [*Publication(now, gate.place).run()]
            assert bucket.objects() == folder(now)
    assert gate.broken == []


def test_two_publications_at_once_take_turns(
    bucket: Bucket, gate: Gate, states: list[Path]
) -> None:
    published(states[0], gate.place)
    for _ in range(tried(1, 3)):
        both = [
            subprocess.Popen(
                [sys.executable, "build.py", "publish", f"--root={out.parent}",
                 f"--bucket={gate.place.bucket}", f"--endpoint={gate.place.endpoint}"],
                cwd=servers.PRODUCT,
            )
            for out in states[1:]
        ]  # fmt: skip
        assert [each.wait(60) for each in both] == [0, 0]
        assert bucket.objects() in [folder(out) for out in states[1:]]
    assert gate.broken == []
    assert publish_lock.KEY not in bucket.all_keys()


def test_a_turn_that_is_renewed_is_waited_for(bucket: Bucket) -> None:
    said: list[str] = []
    marks: set[bytes] = set()
    with publish_lock.Turn(bucket.place, said.append, lifetime=2.0):
        waiting = threading.Thread(target=lambda: taken(bucket, said))
        waiting.start()
        while len(marks) < 2 * publish_lock.RENEWALS:
            marks.add(bucket.read(publish_lock.KEY))
        assert said == [publish_lock.WAITING]
    waiting.join(60)
    assert said == [publish_lock.WAITING, "taken"]
    assert bucket.all_keys() == []


def taken(bucket: Bucket, said: list[str]) -> None:
    with publish_lock.Turn(bucket.place, said.append, lifetime=2.0):
        said.append("taken")


def test_the_turn_of_one_who_was_killed_ends_by_itself(bucket: Bucket) -> None:
    bucket.put(publish_lock.KEY, b"nobody")
    said: list[str] = []
    taken(bucket, said)
    assert said == [publish_lock.WAITING, "taken"]
    assert bucket.all_keys() == []


def test_who_lost_the_turn_stops_and_leaves_it_to_the_other(
    bucket: Bucket, states: list[Path]
) -> None:
    with publish_lock.Turn(bucket.place, print, lifetime=0.4) as mine:
        bucket.put(publish_lock.KEY, b"another")
        with pytest.raises(WudanError, match="另一处"):
            [*mine.guard(iter(lambda: "a file", None))]
    assert bucket.read(publish_lock.KEY) == b"another"


@pytest.mark.parametrize("status", [400, 501])
def test_a_service_without_conditional_writes_is_published_to_all_the_same(
    bucket: Bucket, gate: Gate, states: list[Path], status: int
) -> None:
    gate.refuses = status
    assert run(states[0], gate.place).exit_code == 0
    assert bucket.objects() == folder(states[0])
    assert publish_lock.KEY not in bucket.all_keys()


def test_a_first_publication_appears_at_once(
    bucket: Bucket, gate: Gate, states: list[Path]
) -> None:
    for after in (1, 10, 30):
        kill_publish(states[after % 3], gate, after)
        assert publish.HOME not in gate.objects
    published(states[0], gate.place)
    assert bucket.objects() == folder(states[0])
    assert gate.broken == []


@MINISTACK
def test_in_china_a_page_lies_under_its_address_too(
    bucket: Bucket, states: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", bucket.url)
    published(states[0], Publish(bucket=bucket.name))
    page = bucket.s3.get_object(Bucket=bucket.name, Key="about/")
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert bucket.read("about/") == bucket.read("about/index.html")
    assert not Publication(states[0], Publish(bucket=bucket.name)).changed


def ring(root: Path, names: set[str]) -> Path:
    """A list of pages that all link to each other."""
    out, links = root / "public", "".join(f'<a href="/{name}/">' for name in sorted(names))
    shutil.rmtree(out, ignore_errors=True)
    for name in {"list", *names}:
        (out / name).mkdir(parents=True)
        (out / name / "index.html").write_text(links)
    (out / "index.html").write_text('<a href="/list/">')
    (out / ".wudan").touch()
    return out


NAMES = {f"page-{number}" for number in range(9)}


@pytest.mark.parametrize(
    ("before", "then", "after"),
    [
        (set(), NAMES, 2),  # One of the new pages is there, none of its neighbours.
        (set(), NAMES, 12),  # The list leads to them.
        (NAMES, set(), 4),  # The list has left them, and one is gone.
        (None, NAMES, 12),  # All is there but the home page,
        (None, NAMES, 13),  # and with it.
    ],
)
def test_every_link_works_when_the_site_is_another_after_a_kill(
    root: Path, gate: Gate, before: set[str] | None, then: set[str], after: int
) -> None:
    if before is not None:
        published(ring(root, before), gate.place)
    kill_publish(ring(root, then), gate, after)
    left = {key.partition("/")[0] for key in gate.objects} & NAMES
    published(ring(root, {min(left), "until-now-unknown"}), gate.place)
    assert gate.broken == []


def pages(base: Path, number: int) -> Path:
    out = base / "public"
    for each in range(number):
        page = out / f"news/{each}/index.html"
        page.parent.mkdir(parents=True)
        page.write_text(f'<p>{each}<a href="/">')
    (out / "index.html").write_text("".join(f'<a href="/news/{n}/">' for n in range(number)))
    (out / ".wudan").write_text("")
    return out


@MINISTACK
def test_of_thousands_of_pages_only_what_changed_is_sent(
    tmp_path: Path, bucket: Bucket, gate: Gate
) -> None:
    out = pages(tmp_path, tried(1_100, 10_000))  # S3 lists a thousand at once.
    published(out, bucket.place)
    for key in ("news/1021/index.html", "index.html"):
        (out / key).write_text("new")
    published(out, gate.place)
    assert gate.sent() == ["news/1021/index.html", "index.html"]
    assert [*Publication(out, gate.place).run()] == []
    assert gate.writes == []


def test_what_a_killed_run_sent_is_not_sent_again(
    tmp_path: Path, bucket: Bucket, gate: Gate
) -> None:
    out = pages(tmp_path, 60)
    (tmp_path / "site.yaml").write_bytes((SITE / "site.yaml").read_bytes())
    kill_publish(out, gate, after=31)
    before = gate.sent()
    published(out, gate.place)
    assert len(before) == 30
    assert sorted(before + gate.sent()) == sorted(folder(out))
    assert bucket.objects() == folder(out)


def test_each_file_is_served_as_what_it_is_and_kept_as_long_as_it_is_valid(
    bucket: Bucket, states: list[Path]
) -> None:
    published(states[0], bucket.place)
    served = {}
    for key in folder(states[0]):
        answer = bucket.s3.head_object(Bucket=bucket.name, Key=key)
        packed = answer.get("ContentEncoding") == "gzip"
        size = (states[0] / key).stat().st_size
        assert packed == (size >= 1000 and not key.endswith(".ics")), key
        name = re.sub(r"\.[0-9a-f]{10}\.|(?<=/)[0-9a-f]{20}-\d+\.", ".*.", key)
        served[name] = answer["ContentType"], answer["CacheControl"]
    assert served.pop("static/style.*.css") == ("text/css; charset=utf-8", publish.FOR_EVER)
    assert served.pop("static/site.*.js") == ("text/javascript; charset=utf-8", publish.FOR_EVER)
    for name in ("desk", "charts"):
        assert served.pop(f"static/{name}.*.css")[1] == publish.FOR_EVER
    assert served.pop("static/pictures/.*.svg") == ("image/svg+xml", publish.FOR_EVER)
    assert {lifetime for _, lifetime in served.values()} == {"public, max-age=60"}
    types = {key: kind for key, (kind, _) in served.items()}
    assert types["service-day.ics"] == "text/calendar; charset=utf-8"
    assert types["feed.xml"] == "application/atom+xml"
    assert types["sitemap.xml"] == "application/xml"
    assert types["robots.txt"] == "text/plain; charset=utf-8"
    assert types["tags/服务日/index.html"] == "text/html; charset=utf-8"


def test_what_others_put_there_stays_and_without_notes_nothing_goes(
    bucket: Bucket, gate: Gate, states: list[Path]
) -> None:
    bucket.put("upload/theirs.pdf", b"theirs")
    bucket.put("index.html", b"from before")
    gate.objects["index.html"] = b"from before"
    published(states[0], gate.place)
    gate.sent()
    published(states[1], gate.place)
    assert bucket.objects() == folder(states[1]) | {"upload/theirs.pdf": b"theirs"}
    gate.sent()
    for lost in (b"", b"{", b"[]"):
        bucket.put(NOTES, lost)
        assert [*Publication(states[1], gate.place).run()] == []
        assert gate.sent() == []
    bucket.put(NOTES, b"")
    published(states[2], gate.place)
    there = bucket.objects()
    assert folder(states[2]).items() <= there.items()
    assert there.keys() == {*folder(states[1]), *folder(states[2]), "upload/theirs.pdf"}


def test_an_object_that_others_changed_is_put_right(bucket: Bucket, states: list[Path]) -> None:
    published(states[0], bucket.place)
    bucket.put("robots.txt", b"Disallow: /")
    bucket.s3.delete_object(Bucket=bucket.name, Key="feed.xml")
    work = published(states[0], bucket.place)
    assert (work.new, work.changed, work.gone) == (["feed.xml"], ["robots.txt"], [])
    assert bucket.objects() == folder(states[0])


def run(out: Path, place: Publish, *more: str) -> Result:
    given = [f"--{key}={value}" for key, value in msgspec.to_builtins(place).items() if value]
    return CliRunner().invoke(build.main, ["publish", f"--root={out.parent}", *given, *more])


def test_the_command_says_what_it_did_and_beforehand_what_it_would_do(
    bucket: Bucket, states: list[Path]
) -> None:
    dry = run(states[0], bucket.place, "--dry-run")
    number = len(folder(states[0]))
    assert dry.output.count("上传 ") - 1 == number
    assert dry.output.endswith(f"要上传 {number} 个文件，要删去 0 个，0 个没有变。\n")
    assert bucket.objects() == {}
    assert run(states[0], bucket.place).output == (
        f"上传 {number} 个文件，删去 0 个，0 个没有变。\n"
    )
    assert run(states[0], bucket.place).output == (
        f"上传 0 个文件，删去 0 个，{number} 个没有变。\n"
    )
    before = bucket.read(NOTES)
    assert "删去 news/neighbour-0/index.html" in run(states[1], bucket.place, "--dry-run").output
    assert (bucket.objects(), bucket.read(NOTES)) == (folder(states[0]), before)


def test_where_it_goes_may_stand_in_the_settings(
    bucket: Bucket, root: Path, states: list[Path]
) -> None:
    shutil.copytree(states[0], root / "public")
    settings = (root / "site.yaml").read_text()
    (root / "site.yaml").write_text(
        f"{settings}publish: {{bucket: nobodys, endpoint: {bucket.url!r}}}\n"
    )
    assert run(root / "public", Publish(bucket=bucket.name)).exit_code == 0
    assert bucket.objects() == folder(states[0])


@pytest.fixture
def keyless(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"bucket": "nobodys"}, "没有名为“nobodys”的存储桶"),
        ({"bucket": "No Bucket!"}, "没有名为“No Bucket!”的存储桶"),
        ({"bucket": ""}, "请用 --bucket 指明"),
        ({"endpoint": "oss.example.cn"}, "--endpoint 要写成"),
        ({"profile": "nobody"}, "没有名为“nobody”的密钥配置"),
        ({"endpoint": f"http://127.0.0.1:{servers.free_port()}"}, "连不上"),
    ],
)
def test_a_mistake_is_one_sentence(
    bucket: Bucket, states: list[Path], wrong: dict[str, str], said: str
) -> None:
    place = msgspec.structs.replace(bucket.place, **wrong)
    assert told(run(states[0], place)).find(said) >= 0


def told(result: Result) -> str:
    assert (result.exit_code, result.stdout) == (1, "")
    assert isinstance(result.exception, SystemExit)
    [line] = result.stderr.splitlines()
    return line


@pytest.mark.usefixtures("keyless")
def test_missing_keys_are_told(bucket: Bucket, states: list[Path]) -> None:
    assert "没有找到访问密钥" in told(run(states[0], bucket.place))


@SEAWEED
def test_wrong_keys_are_told(
    bucket: Bucket, states: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    assert "密钥不对" in told(run(states[0], bucket.place))


def test_a_folder_that_no_build_finished_is_not_published(bucket: Bucket, root: Path) -> None:
    for make in (lambda out: None, Path.mkdir, lambda out: (out / ".wudan").touch()):
        make(root / "public")
        assert "请先运行 build" in told(run(root / "public", bucket.place))


@pytest.fixture
def cloudfront(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT", bucket.url)
    client: Any = boto3.client("cloudfront")
    return client


@pytest.fixture
def distribution(cloudfront: Any) -> str:
    return servers.create_distribution(cloudfront)


def forgotten(cloudfront: Any, distribution: str) -> list[list[str]]:
    """The paths of each invalidation."""
    listed = cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"]
    each = (
        cloudfront.get_invalidation(DistributionId=distribution, Id=item["Id"])["Invalidation"]
        for item in listed.get("Items", ())
    )
    return sorted(item["InvalidationBatch"]["Paths"]["Items"] for item in each)


@MINISTACK
def test_cloudfront_forgets_what_changed_and_what_went_and_nothing_else(
    tmp_path: Path, bucket: Bucket, cloudfront: Any, distribution: str
) -> None:
    out = pages(tmp_path, 3)
    (out / "tags/服务 日").mkdir(parents=True)
    (out / "tags/服务 日/index.html").touch()
    place = msgspec.structs.replace(bucket.place, distribution=distribution)
    [*Publication(out, place).run()]
    assert forgotten(cloudfront, distribution) == [["/", "/index.html"]]
    (out / "tags/服务 日/index.html").write_text("changed")
    (out / "news/new.html").touch()
    (out / "news/1/index.html").unlink()
    [*Publication(out, place).run()]
    tag = "/tags/%E6%9C%8D%E5%8A%A1%20%E6%97%A5/"
    assert forgotten(cloudfront, distribution)[1:] == [
        ["/news/1/", "/news/1/index.html"],
        [tag, f"{tag}index.html"],
    ]


@MINISTACK
def test_cloudfront_forgets_everything_where_much_changed(
    tmp_path: Path, bucket: Bucket, cloudfront: Any, distribution: str
) -> None:
    out = pages(tmp_path, 501)
    published(out, bucket.place)
    for page in out.glob("news/*/index.html"):
        page.write_text("changed")
    published(out, msgspec.structs.replace(bucket.place, distribution=distribution))
    assert forgotten(cloudfront, distribution) == [["/*"]]


@MINISTACK
@pytest.mark.usefixtures("cloudfront")
def test_a_wrong_distribution_is_told_when_the_files_are_there(
    bucket: Bucket, states: list[Path]
) -> None:
    place = msgspec.structs.replace(bucket.place, distribution="E0000000000000")
    assert "--distribution" in told(run(states[0], place))
    assert bucket.objects() == folder(states[0])
