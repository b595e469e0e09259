"""``/.well-known/security.txt`` (RFC 9116): whom to tell of a hole."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from generator.build import incremental
from generator.content import library
from generator.deploy.publish import _files
from generator.errors import ContentError
from generator.files.output import is_hidden
from generator.serve.server import files
from tests.support.servers import PRODUCT

SECURITY = "security: {report: 'mailto:safe@test.example.cn', until: 2027-05-01}\n"
PLACE = ".well-known/security.txt"


def written(root: Path, more: str = SECURITY) -> Path:
    site = root / "site.yaml"
    site.write_text(site.read_text() + more)
    incremental.build(root, root / "public")
    return root / "public"


@pytest.mark.slow
def test_it_has_what_the_standard_wants(root: Path) -> None:
    lines = (written(root) / PLACE).read_text().splitlines()
    fields = dict(line.split(": ", 1) for line in lines)
    assert fields["Contact"] == "mailto:safe@test.example.cn"
    assert fields["Expires"] == "2027-05-01T15:59:59Z"  # The end of that day in China.
    assert fields["Canonical"] == f"https://test.example.cn/{PLACE}"


@pytest.mark.slow
def test_it_is_served_and_published_where_nothing_else_with_a_dot_is(root: Path) -> None:
    public = written(root)
    said: list[str] = []
    environ = {"REQUEST_METHOD": "HEAD", "PATH_INFO": f"/{PLACE}"}

    def begin(status: str, headers: object, *rest: object) -> Any:
        said.append(status)

    assert [*files(public)(environ, begin)] == []
    assert said == ["200 OK"]
    assert PLACE in dict(_files(public, by_address=False))
    for name in (".wudan", "a/.b", ".well-known/.x", ".well-knowns/x", "x/.well-known/y", "..."):
        assert is_hidden(name)
    for name in (PLACE, "index.html", "a.b/c"):
        assert not is_hidden(name)


@pytest.mark.slow
def test_without_whom_to_tell_there_is_none(root: Path) -> None:
    public = written(root)
    site = root / "site.yaml"
    site.write_text(site.read_text().replace(SECURITY, ""))
    incremental.build(root, public)
    assert not (public / PLACE).exists()


@pytest.mark.parametrize(
    "report", ["javascript:x", "a@b.cn", "http://a.cn/", "tel:110", "mailto:a"]
)
def test_where_nobody_can_write_to_is_told(root: Path, report: str) -> None:
    with pytest.raises(ContentError, match="请写 mailto: 加邮箱"):
        written(root, SECURITY.replace("mailto:safe@test.example.cn", report))


def test_the_sample_names_somebody_for_some_time_to_come() -> None:
    security = library.load(PRODUCT).settings.security
    assert security
    assert security.until > date(2026, 11, 26) + timedelta(days=180)
    assert re.match("mailto:", security.report)
