"""Whatever is read from elsewhere is answered or told in a sentence, and nothing else happens.

Seeds are kept by being derived from each test itself (``derandomize``): who runs it again, on any
machine, tries the same inputs, so a failure can be repeated and a change that is right never fails.
What once failed stands as an example. With test_fuzz and test_mistakes the fuller lane tries more
than a hundred thousand inputs: four of each try of tokens, two of each try of requests.
"""

import io
import json
import os
import random
from base64 import urlsafe_b64encode
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from functions.app import App
from functions.context import senders
from functions.desk.entrance import kept, ticket
from functions.errors import Wrong
from functions.forms import confined, definition, order_number, person_numbers, spreadsheet
from functions.forms.kinds import KINDS
from functions.people import second_factor
from functions.storage.vault import Vault, recognises
from functions.web import http, links
from functions.web.http import FORM, UPLOAD, Request, Response
from generator.content import markup
from generator.content.reading import messages
from generator.content.reading.yaml_source import Document, read
from tests.support.community import SECRET
from tests.support.workbooks import workbook

TODAY = date(2026, 11, 23)
ALL = bool(os.environ.get("WUDAN_ALL_TESTS"))


def tries(fuller: int) -> settings:
    """So many inputs in the fuller lane, and some dozens in the quick one."""
    return settings(
        max_examples=fuller if ALL else 40,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


PIECES = st.sampled_from((
    *("1", "13812345678", "0773-2812345", "二", "١", "²", "９", "2026-11-23", "11月", "明天"),
    *("日", "单号", "no=", "&", "=", "%", "%ff", "+", ";", "'", '"', "\\", "\0", "\n", "\r", "\t"),
    *(" ", "\u3000", "\u200b", "\u202e", "\ufdd0", "\ufffe", "\U000e0001", "e\u0301" * 40, "𠮷"),
    *("a", "{x}", "{0.__class__}", "%s", "<b>", "</p>", "&#7;", "&amp;", "-", "- ", "---\n", "|"),
    *("[", "]", "](", ")", "![", "{", "}", ": ", ":", " #", "*", "_", "`", "> ", "1. ", "?", "? "),
    *("&a ", "*a ", "!t ", "% ", "@", "~", "a: ", "\n  ", "\n    - ", "http://a.cn", "[^1]"),
))  # fmt: skip
TEXT = st.text(max_size=20) | st.lists(PIECES, max_size=12).map("".join)
LONG = st.tuples(TEXT, PIECES, st.integers(0, 3000)).map(lambda t: t[0] + t[1] * t[2]) | TEXT
VAULT = Vault(SECRET)


@tries(6_000)
@given(LONG)
def test_any_text_is_an_answer_to_a_question_or_wrong_for_a_reason(text: str) -> None:
    choices = [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙"}]
    fields = [
        {"name": kind, "kind": kind, "label": kind, "role": kind, "required": False}
        | {"max": 200, "choices": choices, "error": ""}
        for kind in KINDS
    ]
    answers = definition.check({"fields": fields}, {kind: [text] for kind in KINDS}, TODAY)
    assert answers.values.keys().isdisjoint(answers.errors)
    assert all(isinstance(wrong, Wrong) and wrong.code for wrong in answers.errors.values())
    assert isinstance(person_numbers.found(text[:200]), str)
    no = order_number.parse(text)
    assert no is None or order_number.parse(no) == no


def asked(**parts: Any) -> Request:
    empty: dict[str, Any] = {"query": {}, "typed": {}, "cookies": {}, "files": {}}
    return Request("GET", "/desk/", **{**empty, **parts}, wants_json=False, secure=False)


PLAIN = st.none() | st.booleans() | st.integers() | TEXT | st.just("2026-11-23T10:00:00+08:00")
JSON = PLAIN | st.lists(PLAIN, max_size=7) | st.dictionaries(TEXT, PLAIN, max_size=3)


@tries(6_000)
@given(TEXT, TEXT, JSON)
def test_any_text_is_no_ticket_no_key_and_no_code(text: str, other: str, value: Any) -> None:
    app: Any = SimpleNamespace(vault=VAULT, clock=SimpleNamespace(now=None), store=None)
    packed = urlsafe_b64encode(json.dumps(value).encode()).decode()
    for sent in (text, f"{text}.{other}", f"{packed}.{other}", packed):
        assert ticket.read(asked(cookies={ticket.COOKIE: sent}), app) is None
        assert kept.opened(app, sent) is None
        assert not VAULT.is_key(sent, 1, "track", other)
        assert not recognises("0" * 64, sent)
    if not isinstance(value, list) or len(value) != 6:
        # Signed with our secret, as by another version of the program.
        signed = f"{packed}.{VAULT.stamp('session', packed)}"
        assert ticket.read(asked(cookies={ticket.COOKIE: signed}), app) is None
    named = asked(cookies={f"wudan_order_{text}": other, f"wudan_team_{other}": text})
    assert [*links.ORDER.kept(named).values()] == [other.partition(".")[0]] * bool(other)
    assert not second_factor._is_code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1, text) or len(text) == 6
    assert isinstance(senders.network(text), str)


RAW = st.binary(max_size=40) | LONG.map(lambda text: text.encode(errors="surrogatepass"))
PART = b'--b\r\nContent-Disposition: form-data; name="no"\r\n\r\n'
BODIES = RAW | RAW.map(lambda raw: PART + raw) | RAW.map(lambda raw: PART + raw + b"\r\n--b--\r\n")
TYPES = st.sampled_from([FORM, f"{UPLOAD}; boundary=b", UPLOAD, f"{FORM}; charset=x"]) | TEXT


@tries(12_000)
@given(BODIES, TYPES, TEXT, TEXT, st.sampled_from(["GET", "POST", "HEAD", "PUT", ""]))
def test_any_request_is_read_or_refused(
    app: App, raw: bytes, kind: str, query: str, cookie: str, method: str
) -> None:
    def act(request: Request, app: App) -> Response:
        assert all(isinstance(text, str) for texts in request.typed.values() for text in texts)
        return Response("", 204)

    headers = {"content-type": kind, "cookie": cookie, "accept": "application/json"}
    for body in (
        {"body": urlsafe_b64encode(raw).decode(), "isBase64Encoded": True},
        {"body": raw.decode("latin-1"), "isBase64Encoded": False},
    ):
        context = {"http": {"method": method, "path": "/x"}}
        event = {**body, "rawQueryString": query, "headers": headers, "requestContext": context}
        answer = http.act({"/x": {"GET": act, "POST": act}}, event, app)
        assert answer.status in (204, 400, 405, 413, 415)


@tries(12_000)
@given(LONG)
@example("? #")
@example("a: " + "[" * 5000)
@example("- " * 5000)
@example("a: " + "{a: " * 5000)
def test_any_file_of_yaml_is_read_or_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text, errors="surrogatepass")
    document = Document("a.yaml")
    read(str(file), document)
    assert document.data is not None or document.problems
    for problem in document.problems:
        assert any("\u4e00" <= sign <= "\u9fff" for sign in problem.what + problem.mend)
        assert len(problem.what + problem.mend) < 1500


@tries(4_000)
@given(LONG)
@example("- " * 2000 + "x")
def test_any_markdown_is_a_safe_page_or_told(text: str) -> None:
    refused = markup.too_much(text)
    if refused:
        assert refused.code in messages.SENTENCES
        return
    raw = markup.convert(text)
    safe = markup.safe(raw)
    assert "<script" not in safe
    assert {loss.code for loss in markup.losses(text, raw, safe)} <= messages.SENTENCES.keys()


BOOK = workbook(["姓名", "电话"], ["韦奶奶", "13977312345"], ["", "x"])


def damaged(seed: int) -> bytes:
    """The workbook, of which parts or the whole were changed, cut, doubled or left out."""
    chance, made = random.Random(seed), io.BytesIO()

    def change(raw: bytes) -> bytes:
        at, end = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
        put = chance.choice(
            (b"", b"<", b"&x;", b"\0", b"99999999", raw[at:end] * 2, os.fsencode("é"))
        )
        return raw[:at] + put + raw[chance.choice((at, at + 1, end)) :]

    with ZipFile(io.BytesIO(BOOK)) as old, ZipFile(made, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if chance.random() < 0.95:
                new.writestr(name, change(part) if chance.random() < 0.3 else part)
    return change(made.getvalue()) if chance.random() < 0.2 else made.getvalue()


@tries(2_000)
@given(st.integers(0, 10**9).map(damaged) | st.binary(max_size=200))
def test_any_workbook_is_rows_of_text_or_refused_by_a_code(app: App, raw: bytes) -> None:
    found = json.loads(json.dumps(confined.outcome(spreadsheet.__name__, raw)))
    if "wrong" in found:
        assert found["wrong"] in app.bundle.words["imports"]["unreadable"]
    else:
        assert all(
            isinstance(cell, str)
            for _, rows in found["read"]
            for _, cells in rows
            for cell in cells
        )


@pytest.mark.parametrize("text", ["a: " + "[" * 40 + "]" * 40, "- " * 40 + "a"])
def test_what_lies_too_deep_is_told_with_its_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(f"b: 1\n{text}" if text[0] == "a" else text)
    document = Document("a.yaml")
    read(str(tmp_path / "a.yaml"), document)
    (problem,) = document.problems
    assert "套得太深" in problem.what
