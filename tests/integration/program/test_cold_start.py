"""What a resident waits for: a fresh process that files one wish loads no more than it needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.community import SECRET
from tests.support.servers import PRODUCT

SCRIPT = """
import sys
from urllib.parse import urlencode
from functions.wish import handler

body = {"service": "haircut", "detail": "x", "name": "x", "phone": "13812345678", "consent": "yes"}
body |= {"once": "one form"}
event = {
    "rawQueryString": "",
    "headers": {"content-type": "application/x-www-form-urlencoded"},
    "requestContext": {"http": {"method": "POST", "path": "/api/wish"}},
    "body": urlencode(body),
    "isBase64Encoded": False,
}
assert handler(event, None)["statusCode"] == 303
assert handler(event, None)["statusCode"] == 303
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_filing_a_wish_loads_the_store_and_the_cipher_and_no_more(
    bundle: Path, tmp_path: Path
) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("WUDAN_")},
        "WUDAN_BUNDLE": str(bundle),
        "WUDAN_STORE": f"sqlite:{tmp_path}/data/wudan.db",
    }
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=PRODUCT, env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    loaded = set(ran.stdout.split())
    others = loaded - set(sys.stdlib_module_names) - {"__main__", "functions"}
    # What lies in site-packages as .pth files, or comes with a system's own Python, is loaded by
    # every process.
    every = ("_", "distutils", "sitecustomize")
    others = {name for name in others if not name.startswith(every)}
    assert others <= {"cryptography", "typing_extensions", "cffi"}
    # These were a quarter of what a cold start imports, measured in instructions.
    assert not loaded & {"dataclasses", "inspect"}
    secret = tmp_path / "data/secret"
    assert len(secret.read_text()) == 64
    assert secret.stat().st_mode & 0o077 == 0


LEAST = """
import sys
import boto3

item = {"pk": {"S": "least"}, "sk": {"S": "least"}}
boto3.client("dynamodb").put_item(TableName="wudan", Item=item)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_on_dynamodb_it_loads_what_boto3_does_and_the_cipher_and_no_more(
    bundle: Path, dynamodb: str, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "WUDAN_BUNDLE": str(bundle),
        "WUDAN_STORE": f"{dynamodb}/{tmp_path.name}",
        "WUDAN_SECRET": SECRET.decode(),
    }
    loaded = {}
    for script in (SCRIPT, LEAST):
        ran = subprocess.run(
            [sys.executable, "-c", script],
            cwd=PRODUCT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stderr
        loaded[script] = {*ran.stdout.split()} - set(sys.stdlib_module_names)
    others = {name for name in loaded[SCRIPT] - loaded[LEAST] if not name.startswith("_")}
    assert others <= {"functions", "cryptography", "typing_extensions", "cffi"}


def test_a_secret_is_asked_for_where_none_can_be_made(bundle: Path, tmp_path: Path) -> None:
    script = "from functions.app import from_environment; from_environment()"
    environment = {**os.environ, "WUDAN_STORE": "dynamodb:orders", "WUDAN_SECRET": ""}
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=PRODUCT, env=environment, capture_output=True, text=True
    )
    assert "secret_missing: place=WUDAN_SECRET" in ran.stderr


@pytest.mark.slow
def test_a_build_loads_no_log_and_no_diagnosis_before_it_finds_something(root: Path) -> None:
    script = """
import sys
from pathlib import Path
from generator.build import incremental
incremental.build(Path(sys.argv[1]), Path(sys.argv[1]) / "public")
print(*sys.modules)
"""
    command = [sys.executable, "-c", script, str(root)]
    ran = subprocess.run(command, cwd=PRODUCT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    loaded = set(ran.stdout.split())
    assert not loaded & {"functions.context.logs", "generator.content.reading.yaml_mistakes"}


def test_a_build_that_finds_nothing_changed_loads_no_question_and_compiles_no_pattern_of_theirs(
    small_site: Path,
) -> None:
    script = """
import sys
from pathlib import Path
from generator.build import incremental
print(incremental.build(Path(sys.argv[1]), Path(sys.argv[1]) / "public").written)
print(*sys.modules)
"""
    command = [sys.executable, "-c", script, str(small_site)]
    ran = subprocess.run(command, cwd=PRODUCT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    written, loaded = ran.stdout.splitlines()
    assert written == "0"
    assert not [name for name in loaded.split() if name.startswith("functions.forms")]
