"""Messages as they arrive at robots and mail servers, which here are real ones on loopback."""

import base64
import hashlib
import hmac
import json
import socket
import socketserver
import ssl
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from functions.errors import Undelivered
from functions.messages.channels import KINDS, deliver
from functions.messages.outbox import sentence
from tests.support.robots import KEY, Robot, serving
from tests.support.servers import PRODUCT

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SECRET = "SEC-a+b/c=secret"
ROBOTS = ("wecom", "dingtalk", "feishu")
WORDS = yaml.safe_load((PRODUCT / "templates/words.yaml").read_text())["undelivered"]
TEXT = "申请 7K3M 已派给理发队\n请在 11 月 25 日前答复。"


def refusal(channel: dict[str, str], text: str = TEXT) -> str:
    with pytest.raises(Undelivered) as raised:
        deliver(channel, text, NOW)
    said = sentence(WORDS, raised.value)
    for own in (SECRET, KEY, "127.0.0.1", "p@ss", "p%40ss", "volunteer@", "wudan@"):
        assert own not in said
    assert said.endswith("。")
    return said


def closed_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port: int = unused.getsockname()[1]
        return port


class TestSES:
    CHANNEL = {  # noqa: RUF012
        "kind": "ses",
        "sender": "wudan@example.cn",
        "to": "volunteer@example.cn, wudan@example.cn",
        "region": "ap-northeast-1",
    }

    @pytest.fixture(autouse=True)
    def _account(self, robot: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
        # The default session remembers the first keys that it met.
        monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", f"http://127.0.0.1:{robot.server_port}")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        robot.answer = b'{"MessageId": "1"}'

    def test_a_mail_goes_to_everybody_named_with_its_first_line_as_subject(
        self, robot: Robot
    ) -> None:
        deliver(self.CHANNEL, TEXT, NOW)
        ((path, sent),) = robot.posts
        assert path == "/v2/email/outbound-emails"
        assert sent["FromEmailAddress"] == "wudan@example.cn"
        assert sent["Destination"]["ToAddresses"] == ["volunteer@example.cn", "wudan@example.cn"]
        simple = sent["Content"]["Simple"]
        assert simple["Subject"]["Data"] == TEXT.splitlines()[0]
        assert simple["Body"]["Text"]["Data"] == TEXT

    def test_where_boto3_is_not_installed_staff_read_what_is_missing(
        self, robot: Robot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "boto3", None)  # An import says then that it is not there.
        assert "boto3" in refusal(self.CHANNEL)
        assert not robot.posts

    @pytest.mark.slow
    def test_a_mail_that_is_not_taken_is_told_by_the_code_alone(self, robot: Robot) -> None:
        robot.status = 400
        robot.answer = b'{"__type": "MessageRejected", "message": "volunteer@example.cn"}'
        assert "MessageRejected" in refusal(self.CHANNEL)
        assert len(robot.posts) == 1, "the outbox tries again, not the client"

    def test_a_server_out_of_reach_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", f"http://127.0.0.1:{closed_port()}")
        assert "EndpointConnectionError" in refusal(self.CHANNEL)


class TestRobots:
    @pytest.mark.parametrize("kind", ["wecom", "dingtalk"])
    def test_wecom_and_dingtalk_get_text_as_json(self, robot: Robot, kind: str) -> None:
        deliver({"kind": kind, "url": robot.url}, TEXT, NOW)
        body = {"msgtype": "text", "text": {"content": TEXT}}
        assert robot.posts == [(f"/cgi-bin/webhook/send?key={KEY}", body)]
        assert robot.types == ["application/json; charset=utf-8"]

    def test_feishu_gets_text_as_json(self, robot: Robot) -> None:
        deliver({"kind": "feishu", "url": robot.url}, TEXT, NOW)
        assert robot.posts[0][1] == {"msg_type": "text", "content": {"text": TEXT}}

    def test_feishu_of_old_says_its_code_under_another_name(self, robot: Robot) -> None:
        robot.answer = b'{"StatusCode":0,"StatusMessage":"success"}'
        deliver({"kind": "feishu", "url": robot.url}, TEXT, NOW)
        assert len(robot.posts) == 1

    @pytest.mark.parametrize("start", ["", "a", "ab"])
    def test_a_long_text_is_cut_for_wecom_between_characters(
        self, robot: Robot, start: str
    ) -> None:
        deliver({"kind": "wecom", "url": robot.url}, start + "愿" * 700, NOW)
        content = robot.posts[0][1]["text"]["content"]
        assert content == start + "愿" * 681 + "…"
        assert len(content.encode()) <= 2048

    def test_a_text_that_just_fits_wecom_is_whole(self, robot: Robot) -> None:
        text = "愿" * 682 + "ab"
        deliver({"kind": "wecom", "url": robot.url}, text, NOW)
        assert robot.posts[0][1]["text"]["content"] == text

    def test_dingtalk_is_signed_in_the_address(self, robot: Robot) -> None:
        deliver({"kind": "dingtalk", "url": robot.url, "secret": SECRET}, TEXT, NOW)
        query = parse_qs(urlsplit(robot.posts[0][0]).query, strict_parsing=True)
        stamp = "1795428000000"
        mac = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256)
        sign = base64.b64encode(mac.digest()).decode()
        assert query == {"key": [KEY], "timestamp": [stamp], "sign": [sign]}

    def test_feishu_is_signed_in_the_body(self, robot: Robot) -> None:
        deliver({"kind": "feishu", "url": robot.url, "secret": SECRET}, TEXT, NOW)
        body = robot.posts[0][1]
        mac = hmac.new(f"1795428000\n{SECRET}".encode(), b"", hashlib.sha256)
        assert body["timestamp"] == "1795428000"
        assert body["sign"] == base64.b64encode(mac.digest()).decode()

    @pytest.mark.parametrize("kind", ROBOTS)
    def test_a_refusal_is_told_in_the_words_of_the_robot(self, robot: Robot, kind: str) -> None:
        robot.answer = b'{"errcode":93000,"errmsg":"invalid url","code":93000,"msg":"invalid url"}'
        said = refusal({"kind": kind, "url": robot.url, "secret": SECRET})
        assert said == "机器人没有收下（93000）：invalid url。"

    @pytest.mark.parametrize("kind", ROBOTS)
    def test_what_a_robot_repeats_of_ours_is_not_told(self, robot: Robot, kind: str) -> None:
        known = "" if kind == "wecom" else SECRET
        told = f"{robot.url} {KEY} {known} 127.0.0.1:{robot.server_port} 不对"
        robot.answer = json.dumps({"errcode": KEY, "code": KEY, "errmsg": told}).encode()
        assert "不对" in refusal({"kind": kind, "url": robot.url, "secret": SECRET})

    @pytest.mark.parametrize("kind", ROBOTS)
    def test_an_error_of_the_server_is_told_with_its_reason(self, robot: Robot, kind: str) -> None:
        robot.status = 500
        assert "HTTP 500" in refusal({"kind": kind, "url": robot.url})
        robot.status, robot.answer = 400, b'{"code":9499,"msg":"Bad Request"}'
        said = refusal({"kind": kind, "url": robot.url})
        assert said == "机器人的服务器答复 HTTP 400：Bad Request。"

    @pytest.mark.parametrize("kind", ROBOTS)
    @pytest.mark.parametrize(
        "answer", [b"<html>", b"", b"\xff", b"[0]", b"0", b"{}", b"null", b"[" * 60000]
    )
    def test_an_answer_that_says_nothing_is_no_success(
        self, robot: Robot, kind: str, answer: bytes
    ) -> None:
        robot.answer = answer
        assert "看不懂" in refusal({"kind": kind, "url": robot.url})

    @pytest.mark.parametrize("kind", ROBOTS)
    def test_nobody_is_sent_elsewhere(self, robot: Robot, kind: str) -> None:
        robot.status, robot.location = 302, robot.url
        assert "HTTP 302" in refusal({"kind": kind, "url": robot.url})
        assert len(robot.posts) == 1

    @pytest.mark.parametrize("kind", ROBOTS)
    def test_a_closed_port_is_told(self, kind: str) -> None:
        url = f"http://127.0.0.1:{closed_port()}/send?key={KEY}"
        assert "连不上" in refusal({"kind": kind, "url": url})

    @pytest.mark.parametrize("kind", ROBOTS)
    @pytest.mark.parametrize("scheme", ["file://", "ftp://", "data:", ""])
    def test_only_addresses_of_the_web_are_opened(self, kind: str, scheme: str) -> None:
        assert "http" in refusal({"kind": kind, "url": f"{scheme}/etc/passwd?key={KEY}"})

    @pytest.mark.parametrize("kind", ROBOTS)
    @pytest.mark.parametrize(
        "url",
        ["http://[::1/{}", "http://127.0.0.1:x/{}", "http://127.0.0.1/愿 {}\n{}", "http:///{}"],
    )
    def test_an_address_that_cannot_be_is_told_and_not_repeated(self, kind: str, url: str) -> None:
        refusal({"kind": kind, "url": url.replace("{}", KEY)})


class TestSettings:
    def test_none_does_nothing(self) -> None:
        deliver({"kind": "none", "url": "$WUDAN_NO_SUCH"}, TEXT, NOW)

    def test_values_are_read_from_the_environment(
        self, robot: Robot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WUDAN_ROBOT", robot.url)
        monkeypatch.setenv("WUDAN_SIGN", SECRET)
        channel = {"kind": "dingtalk", "url": "$WUDAN_ROBOT", "secret": "$WUDAN_SIGN"}
        deliver(channel, TEXT, NOW)
        deliver({**channel, "url": robot.url, "secret": SECRET}, TEXT, NOW)
        assert robot.posts[0] == robot.posts[1]

    @pytest.mark.parametrize("name", ["url", "secret"])
    def test_a_variable_that_is_not_set_is_named(
        self, robot: Robot, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WUDAN_EMPTY", "")
        for variable in ("WUDAN_NO_SUCH", "WUDAN_EMPTY"):
            channel = {"kind": "feishu", "url": robot.url, name: f"${variable}"}
            assert variable in refusal(channel)
        assert robot.posts == []

    @pytest.mark.parametrize("kind", [*ROBOTS, "smtp"])
    def test_what_is_missing_is_named(self, kind: str) -> None:
        assert "url" in refusal({"kind": kind, "sender": "a@example.org", "to": "b@example.org"})

    def test_an_unknown_kind_is_told_with_those_that_are_known(self) -> None:
        said = refusal({"kind": "wechat"})
        assert all(kind in said for kind in KINDS)

    @pytest.mark.parametrize("kind", ["wecom", "smtp"])
    def test_a_text_that_cannot_be_encoded_is_told(self, kind: str) -> None:
        channel = {"kind": kind, "url": "http://127.0.0.1/", "sender": "a@b.cn", "to": "c@d.cn"}
        assert "字符" in refusal(channel, "\ud800")


class Postman(socketserver.ThreadingTCPServer):
    """A mail server: what it heard, line by line, and the mails that it took."""

    def __init__(self, context: ssl.SSLContext | None = None, starts: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), PostmanHandler)
        self.context, self.starts = context, starts
        self.heard: list[str] = []
        self.mails: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.port = self.socket.getsockname()[1]


class PostmanHandler(socketserver.BaseRequestHandler):
    server: Postman

    def handle(self) -> None:
        self.connection = self.request
        try:
            if self.server.context and not self.server.starts:
                self.encrypt()
            self.say("220 here")
            while (line := self.file.readline()) and self.answer(line.decode().rstrip("\r\n")):
                pass
        except OSError:
            pass  # The client did not trust us.
        finally:
            self.connection.close()

    def setup(self) -> None:
        self.file = self.request.makefile("rb")

    def finish(self) -> None:
        self.file.close()

    def encrypt(self) -> None:
        assert self.server.context
        self.file.close()
        self.connection = self.server.context.wrap_socket(self.request, server_side=True)
        self.file = self.connection.makefile("rb")

    def say(self, line: str) -> None:
        self.connection.sendall(f"{line}\r\n".encode())

    def answer(self, line: str) -> bool:
        # The case of commands means nothing (RFC 5321, 2.4), and Python's versions differ in it.
        command, colon, address = line.partition(":")
        if colon:
            line = command.upper() + colon + address
        self.server.heard.append(line)
        verb = line.split()[0].upper()
        refused = self.server.answers.get(line) or self.server.answers.get(verb)
        if refused:
            self.say(refused)
        elif verb == "EHLO":
            encrypted = isinstance(self.connection, ssl.SSLSocket)
            offer = self.server.starts and not encrypted
            self.say("250-here" + ("\r\n250-STARTTLS" if offer else "") + "\r\n250 AUTH PLAIN")
        elif verb == "STARTTLS":
            self.say("220 go on")
            self.encrypt()
        elif verb == "AUTH":
            self.say("235 welcome")
        elif verb == "DATA":
            self.take()
        else:
            self.say("221 bye" if verb == "QUIT" else "250 ok")
        return verb != "QUIT"

    def take(self) -> None:
        self.say("354 go on")
        lines = list(iter(self.file.readline, b".\r\n"))
        raw = b"".join(line.removeprefix(b".") for line in lines)
        self.server.mails.append(message_from_bytes(raw, policy=policy.default))
        self.say("250 taken")


@pytest.fixture
def postman() -> Iterator[Postman]:
    postman = Postman()
    with serving(postman):
        yield postman


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate for 127.0.0.1, which clients are told to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    file = tmp_path / "server.pem"
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(pem)
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def mailbox(postman: Postman, scheme: str = "smtp", user: str = "") -> dict[str, str]:
    return {
        "kind": "smtp",
        "url": f"{scheme}://{user}127.0.0.1:{postman.port}",
        "sender": "吴丹社区 <wudan@example.org>",
        "to": "station@example.org, volunteer@example.org",
    }


USER = "wudan%40example.org:p%40ss%3Aw@"
LOGIN = base64.b64encode(b"\0wudan@example.org\0p@ss:w").decode()


class TestMail:
    def test_a_mail_arrives_as_it_was_written(self, postman: Postman) -> None:
        deliver(mailbox(postman), TEXT + "\n.\n.末行", NOW)
        (mail,) = postman.mails
        assert mail["Subject"] == "申请 7K3M 已派给理发队"
        assert mail["From"] == "吴丹社区 <wudan@example.org>"
        assert mail["Date"].datetime == NOW
        assert mail.get_content_type() == "text/plain"
        assert mail.get_content().splitlines() == [*TEXT.splitlines(), ".", ".末行"]
        readers = [line for line in postman.heard if line.startswith("RCPT")]
        assert readers == ["RCPT TO:<station@example.org>", "RCPT TO:<volunteer@example.org>"]
        assert postman.heard[-1] == "QUIT"

    @pytest.mark.parametrize("starts", [True, False])
    def test_a_login_is_decoded_and_encrypted(self, context: ssl.SSLContext, starts: bool) -> None:
        postman = Postman(context, starts)
        with serving(postman):
            deliver(mailbox(postman, "smtp" if starts else "smtps", USER), TEXT, NOW)
        assert f"AUTH PLAIN {LOGIN}" in postman.heard
        assert ("STARTTLS" in postman.heard) == starts
        assert len(postman.mails) == 1

    def test_a_password_is_not_told_to_a_server_that_cannot_encrypt(self, postman: Postman) -> None:
        assert "加密" in refusal(mailbox(postman, user=USER))
        assert [line.split()[0] for line in postman.heard] == ["ehlo", "QUIT"]

    @pytest.mark.parametrize("starts", [True, False])
    def test_a_server_that_cannot_be_trusted_gets_nothing(
        self, context: ssl.SSLContext, starts: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
        postman = Postman(context, starts)
        with serving(postman):
            assert "连不上" in refusal(mailbox(postman, "smtp" if starts else "smtps", USER))
        assert not [line for line in postman.heard if line.startswith("AUTH")]
        assert postman.mails == []

    def test_a_wrong_password_is_told_by_its_code(self, context: ssl.SSLContext) -> None:
        postman = Postman(context)
        postman.answers["AUTH"] = "535 wudan@example.org p@ss:w"
        with serving(postman):
            assert "535" in refusal(mailbox(postman, "smtps", USER))

    @pytest.mark.parametrize("verb", ["MAIL", "DATA"])
    def test_a_refusal_is_told_by_its_code(self, postman: Postman, verb: str) -> None:
        postman.answers[verb] = "554 not from wudan@example.org"
        assert "554" in refusal(mailbox(postman))

    def test_readers_who_are_refused_are_told_but_not_named(self, postman: Postman) -> None:
        postman.answers["RCPT TO:<volunteer@example.org>"] = "550 volunteer@example.org"
        assert "拒收 1 个" in refusal(mailbox(postman))
        assert len(postman.mails) == 1
        postman.answers["RCPT"] = "550 no"
        assert "所有" in refusal(mailbox(postman))

    def test_a_mail_cannot_be_given_other_headers(self, postman: Postman) -> None:
        deliver(mailbox(postman), "标题\rBcc: x@example.org\r\n正文", NOW)
        assert postman.mails[0]["Subject"] == "标题"
        assert postman.mails[0]["Bcc"] is None
        refusal({**mailbox(postman), "to": "a@example.org\nBcc: x@example.org"})

    def test_a_closed_port_is_told(self) -> None:
        channel = {"kind": "smtp", "sender": "wudan@example.org", "to": "volunteer@example.org"}
        url = f"smtp://{USER}127.0.0.1:{closed_port()}"
        assert "连不上" in refusal({**channel, "url": url})

    @pytest.mark.parametrize("url", ["http://127.0.0.1", "smtp://", "smtp:x", "smtp://[::1"])
    def test_an_address_of_another_kind_is_told(self, url: str) -> None:
        channel = {"kind": "smtp", "sender": "wudan@example.org", "to": "volunteer@example.org"}
        assert "地址" in refusal({**channel, "url": url})
