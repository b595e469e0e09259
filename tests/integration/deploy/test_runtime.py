"""The functions as they are deployed, under what runs them on Lambda: AWS's own runtime client."""

import base64
import gzip
import json
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import Request, urlopen

import boto3
import pytest

from functions.app import App
from functions.forms import order_number
from functions.storage.connect import connect
from functions.web.http import FORM
from generator.content.settings import Publish
from generator.deploy import nightly
from generator.deploy.package import ARCHITECTURES, FUNCTIONS
from tests.support.client import Answer, Client
from tests.support.community import SECRET
from tests.support.deployed import ADDRESSES
from tests.support.orders import WISH, carried_through, wish
from tests.support.servers import CREDENTIALS, answers, free_port, missing

Event = Mapping[str, Any]
PATIENCE = 60


class RuntimeApi(ThreadingHTTPServer):
    """Lambda's side of one function: hands out events, takes what comes of them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Calls)
        self.events: Queue[bytes] = Queue()
        self.outcomes: Queue[tuple[str, bytes]] = Queue()

    def invoke(self, event: Event) -> Any:
        self.events.put(json.dumps(event).encode())
        outcome, body = self.outcomes.get(timeout=PATIENCE)
        assert outcome == "response", body
        return json.loads(body)


class _Calls(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # Else every answer waits 40 ms for the client's word.
    server: RuntimeApi

    def do_GET(self) -> None:
        event = self.server.events.get()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")  # The client dies without it.
        self.send_header("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        self.send_header("Lambda-Runtime-Deadline-Ms", "4102444800000")
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:::function:wudan")
        self._end(event)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(202)
        self._end(b"")
        self.server.outcomes.put((self.path.rpartition("/")[2], body))

    def _end(self, body: bytes) -> None:
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def process(command: list[Any], task: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """A program in the task's folder, with the environment that it gets and nothing else."""
    running = subprocess.Popen(command, cwd=task, env={**environment})
    try:
        yield
    finally:
        running.kill()
        running.wait()


@contextmanager
def started(function: str, tasks: Path, environment: Mapping[str, str]) -> Iterator[RuntimeApi]:
    with RuntimeApi() as api:
        threading.Thread(target=api.serve_forever, daemon=True).start()
        address = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}"}
        with process(program(function), tasks / function, {**environment, **address}):
            yield api
        api.shutdown()


def program(function: str) -> list[Any]:
    """AWS's runtime client, without the venv's packages (``-S``)."""
    return [sys.executable, "-S", "-m", "awslambdaric", f"{FUNCTIONS[function]}.handler"]


@pytest.fixture
def environment(dynamodb: str, runtime: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    """What a function finds in its environment; every test has a community of its own."""
    return {
        **CREDENTIALS,
        "AWS_ENDPOINT_URL_DYNAMODB": os.environ["AWS_ENDPOINT_URL_DYNAMODB"],
        "LANG": "en_US.UTF-8",
        "PYTHONPATH": str(runtime),
        "TZ": ":UTC",
        "WUDAN_BUNDLE": "bundle",
        "WUDAN_SECRET": SECRET.decode(),
        "WUDAN_STORE": f"{dynamodb}/{request.node.name}",
    }


class Browser(Client):
    """Its requests become events as an HTTP API makes them, and go to the function at once.

    ``encoded`` are the bodies of forms on AWS itself; some gateways leave them as they are.
    """

    def __init__(self, app: App, invoke: Callable[[str, Event], Any], encoded: bool):
        super().__init__(app)
        self.invoke = invoke
        self.encoded = encoded

    def ask(
        self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        event = payload(method, address, body, headers, self.encoded)
        answer = self.invoke(ADDRESSES[event["rawPath"]], event)
        text, raw = answer["body"], b""
        if answer.get("isBase64Encoded"):
            text, raw = "", base64.b64decode(text)
        cookies = answer.get("cookies", ())
        return Answer(answer["statusCode"], answer["headers"], text, raw, cookies)


def payload(
    method: str, address: str, body: bytes | None, headers: Mapping[str, str], encoded: bool
) -> dict[str, Any]:
    """Format 2.0, as "Create AWS Lambda proxy integrations for HTTP APIs" shows it."""
    place = urlsplit(address)
    cookies = [name.strip() for name in headers.get("cookie", "").split(";") if name]
    others = {name: value for name, value in headers.items() if name != "cookie"}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": place.path,
        "rawQueryString": place.query,
        "headers": {"host": "wudan.example.cn", "x-forwarded-proto": "https", **others},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api-id",
            "domainName": "api-id.execute-api.cn-north-1.amazonaws.com.cn",
            "domainPrefix": "api-id",
            "http": {
                "method": method,
                "path": place.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "agent",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "23/Nov/2026:02:00:00 +0000",
            "timeEpoch": 1795399200000,
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if place.query:
        event["queryStringParameters"] = dict(parse_qsl(place.query))
    if body is not None:
        text = base64.b64encode(body).decode() if encoded else body.decode()
        event |= {"body": text, "isBase64Encoded": encoded}
    return event


@pytest.mark.parametrize("encoded", [True, False], ids=["base64", "plain"])
def test_five_orders_under_the_runtime_client(
    tasks: Path, bundle: Path, environment: dict[str, str], encoded: bool
) -> None:
    with ExitStack() as stack:
        apis = {name: stack.enter_context(started(name, tasks, environment)) for name in FUNCTIONS}
        app = App(bundle, lambda: connect(environment["WUDAN_STORE"]), SECRET)
        browser = Browser(app, lambda name, event: apis[name].invoke(event), encoded)
        no = carried_through(browser)
        assert [event.kind for event in app.store.events(no)][-1] == "answered"
        page = browser.get(wish(browser).location)
        assert page.status == 200
        assert browser.post("/api/wish", {**WISH, "phone": "1"}).status == 422
        tick = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
        assert apis["clock"].invoke(tick).keys() >= {"escalated", "erased", "sent"}


def test_a_night_under_the_runtime_client(
    tasks: Path, root: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", environment["AWS_ENDPOINT_URL_DYNAMODB"])
    s3, there = boto3.client("s3"), {"LocationConstraint": "cn-north-1"}
    for name in ("site", "sources"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=cast(Any, there))
    environment |= {
        "AWS_ENDPOINT_URL_S3": os.environ["AWS_ENDPOINT_URL_S3"],
        "WUDAN_SITE": "site",
        "WUDAN_SOURCES": "sources",
        "WUDAN_DISTRIBUTION": "",
    }
    with started("night", tasks, environment) as api:
        assert api.invoke({}) == {"written": 0, "removed": 0}, "Nothing was published yet."
        nightly.leave_sources(root, root / "public", Publish(sources="sources"))
        done = api.invoke({})
    pages = [path for path in (root / "public").rglob("*") if path.name == "index.html"]
    assert done["written"] >= len(pages)
    body = s3.get_object(Bucket="site", Key="index.html")["Body"].read()
    assert gzip.decompress(body) == (root / "public/index.html").read_bytes()


@pytest.fixture
def emulator() -> Path:
    machine = {wheel: name for name, wheel in ARCHITECTURES.items()}[platform.machine()]
    place = f"lib/*/site-packages/samcli/local/rapid/aws-lambda-rie-{machine}"
    found = next(Path(sys.prefix, "sam").glob(place), None)
    if found is None:
        missing("AWS's emulator of Lambda: make .venv/sam")
    return found


def test_a_wish_is_filed_under_the_emulator_that_aws_ships(
    emulator: Path, tasks: Path, bundle: Path, environment: dict[str, str]
) -> None:
    here, api = (f"127.0.0.1:{free_port()}" for _ in range(2))
    command = [emulator, "--runtime-interface-emulator-address", here, "--runtime-api-address", api]
    body = urlencode(WISH).encode()
    event = payload("POST", "/api/wish", body, {"content-type": FORM}, encoded=True)
    with process([*command, *program("wish")], tasks / "wish", environment):
        until = time.monotonic() + PATIENCE
        while not answers(f"http://{here}/")():
            assert time.monotonic() < until
            time.sleep(0.05)
        asked = Request(  # Its one address, whatever the function is called.
            f"http://{here}/2015-03-31/functions/function/invocations", json.dumps(event).encode()
        )
        with urlopen(asked, timeout=PATIENCE) as said:
            answer = json.load(said)
    assert answer["statusCode"] == 303
    no = dict(parse_qsl(urlsplit(answer["headers"]["location"]).query))["no"]
    assert order_number.parse(no) == no
    assert connect(environment["WUDAN_STORE"]).head(no)
