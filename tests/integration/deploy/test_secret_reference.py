"""``WUDAN_SECRET`` may say where the secret is: in a file, or in AWS Secrets Manager."""

from pathlib import Path

import boto3
import pytest

from functions.app import from_environment
from functions.errors import Unusable
from functions.storage import opening
from generator.operator_messages import STORE
from tests.support.community import SECRET
from tests.support.servers import ministack


def test_a_secret_is_read_from_the_file_that_is_named(
    tmp_path: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "elsewhere"
    file.write_bytes(b"\xef\xbb\xbf" + SECRET)
    monkeypatch.setenv("WUDAN_SECRET", f"file:{file}")
    monkeypatch.setenv("WUDAN_STORE", f"sqlite:{tmp_path}/var/wudan.db")
    monkeypatch.setenv("WUDAN_BUNDLE", str(bundle))
    assert opening.configured() == SECRET.decode()
    app = from_environment("secret")
    assert app.store.fact("secret") in app.vault.fingerprints
    assert not (tmp_path / "var/secret").exists()
    app.close()


def test_a_file_that_is_not_there_is_told_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WUDAN_SECRET", f"file:{tmp_path}/gone")
    with pytest.raises(Unusable, match="secret_missing") as told:
        opening.configured()
    assert f"{tmp_path}/gone" in STORE["secret_missing"].format(**told.value.names)


def test_what_names_nothing_is_the_secret_itself() -> None:
    for secret in (SECRET.decode(), "", "a:b"):
        assert opening.resolved(secret) == secret


@pytest.mark.slow
def test_a_secret_is_fetched_by_its_arn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ministack(tmp_path, SERVICES="secretsmanager") as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", url)
        fetched_by_its_arn()


def fetched_by_its_arn() -> None:
    client = boto3.client("secretsmanager")
    arn = client.create_secret(Name="wudan", SecretString=SECRET.decode())["ARN"]
    assert opening.resolved(arn) == SECRET.decode()
    key = '{"duty": "desk", "key": "of the desk alone"}'
    other = client.create_secret(Name="desk", SecretString=key)["ARN"]
    assert opening.resolved(f"{arn} {other}") == f"{SECRET.decode()}\n{key}"
    with pytest.raises(Unusable, match="secret_unreachable") as told:
        opening.resolved(f"{arn}-gone")
    assert "ARN" in STORE["secret_unreachable"].format(**told.value.names)
