"""Every command that a document shows, run twice in one community, in the order shown."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from threading import Timer
from typing import NamedTuple
from urllib.request import urlopen

import boto3
import pytest

from tests.support.servers import CREDENTIALS, PRODUCT, create_distribution, create_table, ministack

IN_BOTH_LANGUAGES = [("README.md", "README.zh.md"), ("docs/handbook.md", "docs/handbook.zh.md")]
DOCUMENTS = (*chain(*IN_BOTH_LANGUAGES), "docs/operate.md", "infra/template.yaml")
SAMPLE = ("site.yaml", "calendar.yaml", "content", "static", "templates")
PATIENCE = 60  # Seconds.


class Run(NamedTuple):
    """How a command is run."""

    instead: str = ""
    """What is run where the document shows the command's options, or would take too long."""
    refused: str = ""
    """What the second run says, where it must refuse."""


NEVER_OVERWRITES = "已经有"
ONE_OF_A_NAME = "或者已经有了"
NEWEST = "$(ls -d ../copies/*.db | tail -n 1)"
"""The newest copy, whose name nobody knows beforehand."""

RUN = {
    "make help": Run(),
    # It installs an environment, then runs this.
    "make serve": Run("build.py serve --port 0"),
    "build.py serve --behind 127.0.0.1": Run("build.py serve --behind 127.0.0.1 --port 0"),
    # The commands, each with options that the table of the README shows.
    "build.py build …": Run("build.py build --root . --out tried/public --clean --profile"),
    "build.py check …": Run("build.py check --root ."),
    "build.py check": Run(),
    "build.py serve …": Run(
        "build.py serve --root . --out tried/public --data tried --host 127.0.0.1 --port 0 --watch"
    ),
    "build.py schema …": Run("build.py schema --root ."),
    "build.py schema": Run(),
    "build.py new …": Run("build.py new --root . fair 春风行动招聘会", NEVER_OVERWRITES),
    "build.py import …": Run("build.py import --root . --template partner", NEVER_OVERWRITES),
    "build.py import --template team": Run(refused=NEVER_OVERWRITES),
    "build.py staff …": Run(
        "build.py staff --root . --data tried --administrator add 李梅", ONE_OF_A_NAME
    ),
    "build.py demo …": Run("build.py demo --root . --data tried/demo --orders 10"),
    "build.py move --from STORE --to STORE": Run(
        "build.py move --from sqlite:tried/demo/wudan.db --to sqlite:tried/moved/wudan.db"
    ),
    "build.py bundle …": Run("build.py bundle --root . --out tried/zips"),
    "build.py publish …": Run(
        "build.py publish --root . --out public --bucket BUCKET --sources sources --dry-run"
    ),
    "build.py doctor …": Run("build.py doctor --root . --data tried/demo --mend"),
    # What is shown as it is typed.
    "build.py new news 清明祭扫活动": Run(refused=NEVER_OVERWRITES),
    "build.py new grid 第十一网格": Run(refused=NEVER_OVERWRITES),
    "build.py new fair TITLE": Run(refused=NEVER_OVERWRITES),
    "build.py new fair 标题": Run(refused=NEVER_OVERWRITES),
    # Ten orders, because the community is moved to DynamoDB below.
    "build.py demo": Run("build.py demo --orders 10"),
    "build.py staff add 王芳 --administrator": Run(refused=ONE_OF_A_NAME),
    "build.py staff add NAME --administrator": Run(refused=ONE_OF_A_NAME),
    "build.py staff reset NAME": Run(),
    "build.py staff role NAME --administrator": Run(),
    "build.py doctor": Run(),
    "build.py doctor --mend": Run(),
    "build.py backup …": Run("build.py backup --root . --data tried --with-secret tried/copies"),
    "build.py restore …": Run(
        "build.py restore --root . --data tried $(ls -d tried/copies/*.db | tail -n 1)"
    ),
    "build.py secret …": Run("build.py secret --root . --data tried rotate"),
    "build.py backup ../copies": Run(),
    "build.py backup FOLDER": Run("build.py backup ../copies"),
    "build.py restore ../copies/wudan-20261125-031500.db": Run(f"build.py restore {NEWEST}"),
    "build.py restore FILE": Run(f"build.py restore {NEWEST}"),
    "mkdir -p drill && cp var/secret drill/secret": Run(),
    "build.py restore --data drill ../copies/wudan-20261125-031500.db": Run(
        f"build.py restore --data drill {NEWEST}"
    ),
    "build.py doctor --data drill": Run(),
    "rm -r drill": Run(refused="drill"),
    "build.py secret rotate": Run(),
    "build.py secret team": Run(),
    "build.py move --from sqlite:var/wudan.db --to dynamodb:TABLE": Run(),
    "WUDAN_STORE=dynamodb:TABLE WUDAN_SECRET=… build.py build": Run(),
    "WUDAN_STORE=dynamodb:RESTORED WUDAN_SECRET=… build.py doctor": Run(
        "WUDAN_STORE=dynamodb:TABLE WUDAN_SECRET=… build.py doctor"
    ),
    "build.py move --from dynamodb:RESTORED --to sqlite:home/wudan.db": Run(
        "build.py move --from dynamodb:TABLE --to sqlite:home/wudan.db"
    ),
    "cp var/secret home/secret": Run(),
    "build.py publish --bucket BUCKET --distribution ID": Run(),
}
"""By command; a row of options (``build.py build [--root DIR] …``) stands under its name."""

NOT_RUN = {
    "build.py import FILE": "tests/integration/intake writes such files, and runs it with them",
    "make test": "it runs this test",
    ".ci/run": "it runs this test",
    'curl -H "Authorization: Bearer $WUDAN_HEALTH_TOKEN" http://127.0.0.1:8000/health': (
        "no server runs meanwhile; tests/integration/serve/test_health.py asks the same"
    ),
    "git pull": "the folder is no repository",
    "pip install .": "tests/e2e/test_wheel.py installs it",
    "pip install '.[aws]'": "as the one above, with boto3",
    "pip install -r requirements-aws.txt": "this environment has what is in it",
    "wudan serve": "tests/e2e/test_wheel.py runs wudan; `build.py serve …` is run",
    "build.py secret lost": "the secret is not lost; tests/integration/ops/test_rotation.py",
    "python -m bench.cost": "a measurement of minutes",
    "build.py bundle --out release": "`build.py bundle …` is run, and takes ten seconds",
    "aws s3 sync release s3://CODE-BUCKET/2026-11-24/": "needs an account with Amazon",
    "aws dynamodb restore-table-to-point-in-time --source-table-name TABLE "
    "--target-table-name RESTORED --use-latest-restorable-time": (
        "needs Amazon's command line; tests/integration/ops/test_transfer.py asks for the same"
    ),
    "aws cloudformation deploy --stack-name wudan --template-file release/template.yaml "
    "--capabilities CAPABILITY_IAM "
    "--parameter-overrides CodeBucket=CODE-BUCKET CodePrefix=2026-11-24/": (
        "needs an account with Amazon; tests/integration/deploy/test_infra.py deploys this one"
    ),
}
"""Commands that cannot be run here, and why."""


STANDS_FOR = {"备份文件": "FILE", "文件夹": "FOLDER", "名字": "NAME"}
"""What a Chinese document writes for what the reader puts in, and an English one."""


def shown(document: str) -> list[str]:
    """The commands of a document, in order: lines of ``sh`` blocks, and inline code."""
    text = (PRODUCT / document).read_text()
    if document.endswith(".yaml"):  # Its head shows commands as an indented block of comments.
        head = "".join(re.findall(r"^# ?(.*\n)", text, re.MULTILINE))
        return lines("\n".join(re.findall(r"^  (.+)", head, re.MULTILINE)))
    found = []
    for block, inline in re.findall(r"^```(.*?)^```|`([^`]+)`", text, re.MULTILINE | re.DOTALL):
        if block.startswith("sh\n"):
            found += lines(block.removeprefix("sh\n"))
        elif re.match(r"(build\.py|wudan(?= )|pip|make|python|\.ci/|\.venv/)\b", inline):
            found.append(plain(inline.replace("\\|", "|")))
    return found


def lines(block: str) -> list[str]:
    """The commands of a block; a backslash continues a line."""
    return [plain(line) for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def plain(command: str) -> str:
    """Without a comment and the interpreter; of a row of options, only the command's name."""
    command = re.sub(r"\s+# .*", "", " ".join(command.split()))
    for chinese, english in STANDS_FOR.items():
        command = command.replace(chinese, english)
    command = command.replace(".venv/bin/python build.py", "build.py").replace(".venv/bin/", "")
    return re.sub(r"^(build\.py \w+) .*[\[|].*", r"\1 …", command)


SHOWN = [*dict.fromkeys(command for document in DOCUMENTS for command in shown(document))]
"""Each command once, where it is first shown."""


def test_every_command_that_a_document_shows_is_run_or_says_why_not() -> None:
    assert {*SHOWN} == RUN.keys() | NOT_RUN.keys()


@pytest.mark.parametrize(("english", "chinese"), IN_BOTH_LANGUAGES)
def test_a_document_has_the_same_chapters_in_both_languages(english: str, chinese: str) -> None:
    assert outline(english) == outline(chinese)


def outline(document: str) -> list[tuple[str, set[str]]]:
    """The level of each heading, with the code below it, but for words that differ by language."""
    parts = re.split(r"^(#+) .*$", (PRODUCT / document).read_text(), flags=re.MULTILINE)[1:]
    return [
        (
            level,
            {
                re.sub(r"[一-鿿]+|\b[A-Z]+\b", "…", code[1] or code[2])
                for code in CODE.finditer(text)
            },
        )
        for level, text in zip(parts[::2], parts[1::2], strict=True)
    ]


CODE = re.compile(r"`([^`\n]+)`|^((?:make|pip|wudan|\.venv/)\S* .*?)(?: +#|$)", re.MULTILINE)
"""Code within a line, or a line of a block of commands."""


class Community:
    """A folder as the documents assume it, on a machine that reaches a bucket and a table."""

    def __init__(self, folder: Path, aws: str):
        for name in SAMPLE:
            source = PRODUCT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
        wheels = PRODUCT / ".wudan/wheels"  # What was downloaded once need not be again.
        for made in (wheels, folder / ".wudan"):
            made.mkdir(parents=True, exist_ok=True)
        (folder / ".wudan/wheels").symlink_to(wheels)
        self._folder = folder
        ours = ("WUDAN_", "AWS_ENDPOINT_URL")  # What a document does not set is not set.
        inherited = {n: v for n, v in os.environ.items() if not n.startswith(ours)}
        self._environment = {**inherited, **CREDENTIALS, "AWS_ENDPOINT_URL": aws}
        for name in ("site", "sources"):
            boto3.client("s3", endpoint_url=aws).create_bucket(
                Bucket=name, CreateBucketConfiguration={"LocationConstraint": "cn-north-1"}
            )
        create_table("TABLE", boto3.client("dynamodb", endpoint_url=aws))
        distribution = create_distribution(boto3.client("cloudfront", endpoint_url=aws))
        python = shlex.quote(sys.executable)
        self._values = {
            r"^make ": f"make -C {shlex.quote(str(PRODUCT))} ",
            r"^python ": f"{python} ",
            r"(?<!\S)build\.py ": f"{python} {shlex.quote(str(PRODUCT / 'build.py'))} ",
            "/where/you/keep/it/": "var/",
            "WUDAN_SECRET=…": "WUDAN_SECRET=$(cat var/secret)",
            "--bucket BUCKET": "--bucket site",
            "--distribution ID": f"--distribution {distribution}",
        }

    def run(self, command: str) -> tuple[int, str]:
        """The exit code of a command and what it said; a server is stopped once it answers."""
        for place_holder, value in self._values.items():
            command = re.sub(place_holder, value.replace("\\", r"\\"), command)
        with subprocess.Popen(
            ["bash", "-c", command],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            watchdog = Timer(PATIENCE, process.kill)
            watchdog.start()
            assert process.stdout
            said = ""
            for line in process.stdout:
                said += line
                if address := re.search(r"网站在 (\S+)", line):
                    with urlopen(address[1]) as home:
                        assert home.status == 200
                    process.send_signal(signal.SIGINT)
            watchdog.cancel()
        return process.returncode, said


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Community]:
    services = "dynamodb,s3,cloudfront"
    with ministack(tmp_path_factory.mktemp("aws"), SERVICES=services) as aws:
        yield Community(tmp_path_factory.mktemp("community"), aws)


@pytest.mark.parametrize("command", [command for command in SHOWN if command not in NOT_RUN])
def test_a_command_that_a_document_shows_can_be_run_twice(
    command: str, community: Community
) -> None:
    """Each finds what those before it have left, as it does where somebody follows a document."""
    run = RUN[command]
    first, second = (community.run(run.instead or command) for _ in range(2))
    assert first[0] == 0, first[1]
    if run.refused:
        assert second[0] != 0
        assert run.refused in second[1]
        assert "Traceback" not in second[1] or command.startswith("python -c")
    else:
        assert second[0] == 0, second[1]
