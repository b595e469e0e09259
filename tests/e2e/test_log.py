"""What ``build.py serve`` writes to its log."""

import json
import re
import sys
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

from generator.build import incremental
from tests.support.orders import WISH
from tests.support.servers import answers, free_port, running

pytestmark = pytest.mark.slow

PRODUCT = Path(__file__).parents[2]
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d (?:INFO|ERROR) ")


def test_a_request_is_a_line_where_wanted_and_an_error_in_any_case(
    root: Path, tmp_path: Path
) -> None:
    written = {}
    for options in ([], ["--log"]):
        log, port = tmp_path / f"log{len(options)}", free_port()
        address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "build.py", "serve", "--root", str(root), "--port", str(port)]
        with running([*command, *options], answers(f"{address}/"), log=log):
            urllib.request.urlopen(f"{address}/wish/?service=haircut").close()
            typed = urlencode({**WISH, "detail": f"第 {len(options)} 次"}).encode()
            jar = CookieJar()
            browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
            assert "key=" not in browser.open(f"{address}/api/wish", typed).geturl()
            with urllib.request.urlopen(f"{address}/health") as health:
                assert json.load(health) == {"status": "ok"}
            (incremental.bundle_folder(root) / "bundle.json").write_bytes(b"{")
            urllib.request.urlopen(f"{address}/wish/").close()
        written[bool(options)] = log.read_text()
        (cookie,) = jar
        assert str(cookie.value) not in written[bool(options)]
    for text in written.values():
        assert "reading the bundle: json.decoder.JSONDecodeError" in text
        assert not [typed for typed in WISH.values() if typed in text and len(typed) > 3]
    assert "/wish/ 200" not in written[False]
    wanted = [line for line in written[True].splitlines() if LINE.match(line)]
    assert [line for line in wanted if "POST /api/wish 303" in line]
    assert [line for line in wanted if "GET /wish/ 200" in line]
    assert "service=" not in written[True]
