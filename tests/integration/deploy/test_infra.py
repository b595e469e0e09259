"""The stack for AWS, deployed: a form over HTTP to API, Lambda, table; the site in its bucket."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import boto3
import pytest
from click.testing import CliRunner

import build
from functions.app import App
from functions.forms import order_number
from functions.storage.connect import connect
from functions.web.http import DOOR, HEADERS
from generator.deploy.publish import NOTES, SEARCH
from tests.support.client import Answer, Client
from tests.support.deployed import ADDRESSES, unpacked
from tests.support.orders import JOIN, WISH, carried_through
from tests.support.orders import wish as make_wish
from tests.support.servers import ministack

REGIONS = {"aws": "ap-east-1", "aws-cn": "cn-north-1"}
PATIENCE = 60
"""Seconds for the stack; it takes one or two."""


class Stack(NamedTuple):
    url: str
    region: str
    template: str
    outputs: Mapping[str, str]

    def client(self, service: str) -> Any:
        make: Any = boto3.client
        return make(service, endpoint_url=self.url, region_name=self.region)

    def request(
        self, host: str, method: str, address: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """What a name of the stack's answers, as it is sent and without going where it leads."""
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        connection.request(method, address, body, {"host": host, **headers})
        answer = connection.getresponse()
        raw = unpacked(answer.read(), answer.headers["content-encoding"])
        connection.close()
        said = {name.lower(): value for name, value in answer.getheaders()}
        cookies: Sequence[str] = answer.headers.get_all("set-cookie") or ()
        return Answer(answer.status, said, raw.decode(errors="replace"), raw, cookies)

    def page(self, address: str) -> Answer:
        """What CloudFront shows at an address of the site."""
        headers = {"x-forwarded-proto": "https"}
        return self.request(self.outputs["Address"], "GET", address, None, headers)


class Browser(Client):
    """Sends to the function's API what the others hand to the functions at once."""

    def __init__(self, app: App, stack: Stack):
        super().__init__(app)
        self.stack = stack

    def ask(
        self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        function = ADDRESSES[urlsplit(address).path]
        host = f"{self.stack.outputs[f'{function.title()}Api']}.execute-api.localhost"
        # With its stage in the address; else ministack loses the slash at the end of /wish/.
        shown = {DOOR: variables(self.stack, function)["WUDAN_DOOR"], **headers}
        return self.stack.request(host, method, f"/$default{address}", body, shown)


@pytest.fixture(scope="module", params=REGIONS)
def stack(
    request: pytest.FixtureRequest,
    zips: Path,
    runtime: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    """Everything deployed, with rights enforced (``AUTH``) and AWS's own packages at hand."""
    folder, region = tmp_path_factory.mktemp("stack"), REGIONS[request.param]
    with ministack(folder, AUTH="true", PYTHONPATH=str(runtime)) as url:
        template = (zips / "template.yaml").read_text()
        # ministack knows one partition, wherever it is.
        template = template.replace('!Ref "AWS::Partition"', request.param)
        # It answers over HTTP only, which the buckets refuse.
        template = template.replace(
            '"aws:SecureTransport": false', '"aws:SecureTransport": nowhere'
        )
        stack = Stack(url, region, template, {})
        here: Any = {"LocationConstraint": region}
        stack.client("s3").create_bucket(Bucket="code", CreateBucketConfiguration=here)
        for path in zips.glob("*.*"):
            stack.client("s3").upload_file(str(path), "code", f"first/{path.name}")
        yield deployed(stack)


def deployed(stack: Stack) -> Stack:
    values = {"CodeBucket": "code", "CodePrefix": "first/", "AlarmMail": "desk@example.cn"}
    cloudformation = stack.client("cloudformation")
    cloudformation.create_stack(
        StackName="wudan",
        TemplateBody=stack.template,
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    state = settled(cloudformation, "wudan")
    events = cloudformation.describe_stack_events(StackName="wudan")["StackEvents"]
    failed = [event for event in events if "FAILED" in event["ResourceStatus"]]
    assert state == "CREATE_COMPLETE", failed
    [made] = cloudformation.describe_stacks(StackName="wudan")["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in made["Outputs"]}
    return stack._replace(outputs=outputs)


def settled(cloudformation: Any, name: str) -> str:
    """The state of a stack when it is through with what it was told."""
    until = time.monotonic() + PATIENCE
    while True:
        [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
        state = str(stack["StackStatus"])
        if not state.endswith("_IN_PROGRESS"):
            return state
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.fixture
def browser(stack: Stack, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", stack.url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", stack.region)
    table = stack.outputs["Table"]
    return Browser(App(bundle, lambda: connect(f"dynamodb:{table}"), secret(stack)), stack)


def secret(stack: Stack) -> bytes:
    """What the desk fetches by the names in its environment: all there is."""
    arns = variables(stack, "desk")["WUDAN_SECRET"].split()
    assert [arn.startswith("arn:") for arn in arns] == [True] * 3
    client = stack.client("secretsmanager")
    found = [client.get_secret_value(SecretId=arn)["SecretString"] for arn in arns]
    return "\n".join(found).encode()


def variables(stack: Stack, function: str) -> dict[str, str]:
    """The environment of a function. ministack leaves references to secrets as they are in
    nested stacks, which is as good a door as any."""
    found = stack.client("lambda").get_function_configuration(FunctionName=f"wudan-{function}")
    environment: dict[str, str] = found["Environment"]["Variables"]
    return environment


def test_a_wish_goes_from_the_form_into_the_table_and_its_page_shows_it(browser: Browser) -> None:
    answer = make_wish(browser)
    assert answer.status == 303
    assert order_number.spell(answer.no) in browser.get(answer.location).text
    assert browser.app.store.head(answer.no)
    assert browser.post("/api/wish", {**WISH, "phone": "1"}).status == 422


def test_each_function_does_all_of_its_work_with_the_rights_that_it_has(browser: Browser) -> None:
    no = carried_through(browser)
    assert [event.kind for event in browser.app.store.events(no)][-1] == "answered"
    answer = browser.stack.client("lambda").invoke(FunctionName="wudan-clock", Payload=b"{}")
    done = json.load(answer["Payload"])
    assert (done["sent"], done["broken"], done["held"]) == (0, {}, False)
    assert browser.app.store.fact("secret") in browser.app.vault.fingerprints


def test_a_function_answers_only_what_came_by_cloudfront(browser: Browser) -> None:
    for shown in ("", "another", "中".encode().decode("latin-1")):
        answer = browser.send("GET", "/wish/", None, {DOOR: shown})
        # The API makes 409 of it: see infra/function.yaml.
        assert (answer.status, answer.body) in ((403, ""), (409, ""))


def test_what_is_typed_again_is_recognised_with_the_rights_that_wishes_have(
    browser: Browser,
) -> None:
    first = make_wish(browser, detail="请来看看水管", phone="13911112222")
    assert first.status == 303
    browser.get(first.location)
    again = browser.post("/api/wish", {**WISH, "detail": "请来看看水管", "phone": "13911112222"})
    assert (again.status, "/api/order" in again.body or "已经" in again.text) == (200, True)


def test_a_right_that_is_taken_away_is_missed(browser: Browser) -> None:
    """Or the test above would show nothing."""
    iam = browser.stack.client("iam")
    [role] = [r["RoleName"] for r in iam.list_roles()["Roles"] if "Volunteer" in r["RoleName"]]
    policy = iam.get_role_policy(RoleName=role, PolicyName="least")["PolicyDocument"]
    policy["Statement"][1]["Action"].remove("dynamodb:PutItem")
    iam.put_role_policy(RoleName=role, PolicyName="least", PolicyDocument=json.dumps(policy))
    assert browser.post("/api/volunteer", {**JOIN, "name": "李女士"}).status == 500


def test_each_address_of_a_function_leads_there_and_all_others_to_the_bucket(stack: Stack) -> None:
    cloudfront = stack.client("cloudfront")
    config = cloudfront.get_distribution_config(Id=stack.outputs["Distribution"])
    behaviours = config["DistributionConfig"]["CacheBehaviors"]["Items"]

    def target(path: str) -> str:
        met = (b["TargetOriginId"] for b in behaviours if fnmatchcase(path, b["PathPattern"]))
        return next(met, "site")

    assert {path: target(path) for path in ADDRESSES} == ADDRESSES
    for path in ("/", "/join/thanks/", "/teams/", "/teams/barbers/", "/news/", "/404.html"):
        assert target(path) == "site"


def test_the_site_is_served_from_its_bucket_and_from_nowhere_else(
    stack: Stack, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = published(stack, bundle, monkeypatch)
    home, about, nothing = (stack.page(path) for path in ("/", "/about/", "/nothing/"))
    assert home.raw == (public / "index.html").read_bytes()
    assert about.raw == (public / "about/index.html").read_bytes()
    for answer in (nothing, stack.page(f"/{NOTES}")):
        assert (answer.status, answer.raw) == (404, (public / "404.html").read_bytes())
    bucket = stack.request(f"{stack.outputs['Site']}.s3.localhost", "GET", "/index.html", None, {})
    assert bucket.status == 403
    if stack.region == REGIONS["aws"]:  # China's CloudFront sets no headers.
        assert home.headers["content-security-policy"] == HEADERS["content-security-policy"]
        assert home.headers["strict-transport-security"].startswith("max-age=")


def published(stack: Stack, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site, brought to the stack by the command; returns its folder."""
    for name in ("S3", "CLOUDFRONT"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{name}", stack.url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", stack.region)
    root = bundle.parent.parent
    given = [f"--{name.lower()}={stack.outputs[name]}" for name in ("Sources", "Distribution")]
    command = ["publish", f"--root={root}", f"--bucket={stack.outputs['Site']}", *given]
    ran = CliRunner().invoke(build.main, command)
    assert ran.exit_code == 0, ran.output
    return root / "public"


def test_each_night_the_pages_show_the_figures_of_the_day(
    browser: Browser, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = browser.stack
    published(stack, bundle, monkeypatch)
    before = stack.page("/report/")
    assert before.status == 200
    make_wish(browser)
    answer = stack.client("lambda").invoke(FunctionName="wudan-night", Payload=b"{}")
    done = json.load(answer["Payload"])
    assert done.get("written", 0) > 0, done
    assert stack.page("/report/").raw != before.raw
    again = stack.client("lambda").invoke(FunctionName="wudan-night", Payload=b"{}")
    assert json.load(again["Payload"]) == {"written": 0, "removed": 0}


def test_what_is_published_is_found_and_the_index_is_nobodys_download(
    browser: Browser, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = browser.stack
    settings = variables(stack, "search")
    assert settings["WUDAN_SEARCH"] == f"s3://{stack.outputs['Site']}/{SEARCH}"
    assert not settings.keys() & {"WUDAN_STORE", "WUDAN_SECRET"}
    published(stack, bundle, monkeypatch)
    assert stack.page(f"/{SEARCH}").status == 404
    answer = browser.get("/api/search?q=%E7%90%86%E5%8F%91")
    assert (answer.status, "/menu/haircut/" in answer.body) == (200, True)


def test_orders_secret_and_site_outlive_the_stack(stack: Stack) -> None:
    key, *_ = secret(stack).decode().splitlines()
    cloudformation = stack.client("cloudformation")
    made = cloudformation.describe_stacks(StackName="wudan")["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName="wudan")
    assert settled(cloudformation, made) == "DELETE_COMPLETE"
    table = stack.client("dynamodb").describe_table(TableName=stack.outputs["Table"])["Table"]
    assert (table["TableStatus"], table["DeletionProtectionEnabled"]) == ("ACTIVE", True)
    kept = stack.client("secretsmanager").get_secret_value(SecretId=stack.outputs["Secret"])
    assert (kept["SecretString"], len(key)) == (key, 64)
    stack.client("s3").head_object(Bucket=stack.outputs["Site"], Key="index.html")
