"""Deliver a message to a group's robot, a mailbox, a resident's phone, or nowhere.

The sentence of an error is stored and shown to staff, so its names must not hold an address, a key
or a secret: whoever knows these can write to the group.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import smtplib
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from http.client import HTTPException
from typing import Any
from urllib import request
from urllib.parse import SplitResult, quote, quote_plus, unquote, urlencode, urlsplit

from functions.errors import Undelivered, Unreachable

TIMEOUT = 10
"""Seconds that a server has for each step."""

JSON = "application/json; charset=utf-8"

Channel = Mapping[str, str]


def deliver(channel: Channel, text: str, now: datetime) -> None:
    """Deliver a message. A setting that begins with ``$`` is read from the environment.

    Raises:
        Undelivered: it was not taken, or nobody can tell that it was.
    """
    kind = _read(channel, "kind")
    if kind not in KINDS:
        raise Undelivered("kind", kinds="、".join(KINDS))
    try:
        KINDS[kind](channel, text, now)
    except ValueError:
        # So the standard library refuses addresses and characters, and quotes them.
        raise Undelivered("characters") from None
    except ModuleNotFoundError as error:  # boto3 is an extra.
        raise Undelivered("library", library=error.name or "") from None


def _read(channel: Channel, name: str, default: str | None = None) -> str:
    value = channel.get(name, "")
    if value.startswith("$"):
        value = os.environ.get(value[1:], "")
        if not value:
            raise Undelivered("variable", variable=channel[name][1:])
    if not value and default is None:
        raise Undelivered("setting", setting=name)
    return value or default or ""


def _wecom(channel: Channel, text: str, now: datetime) -> None:
    """企业微信《群机器人配置说明》, 文本类型: at most 2048 bytes of UTF-8."""
    encoded = text.encode()
    if len(encoded) > 2048:
        text = encoded[: 2048 - len("…".encode())].decode(errors="ignore") + "…"
    body = {"msgtype": "text", "text": {"content": text}}
    _post(_read(channel, "url"), body, "", "errcode")


def _dingtalk(channel: Channel, text: str, now: datetime) -> None:
    """钉钉《自定义机器人安全设置》, 加签: milliseconds and signature go into the address."""
    url, secret = _read(channel, "url"), _read(channel, "secret", "")
    if secret:
        timestamp = int(now.timestamp() * 1000)
        sign = quote_plus(_signature(secret, f"{timestamp}\n{secret}"))
        url += f"{'&' if '?' in url else '?'}timestamp={timestamp}&sign={sign}"
    _post(url, {"msgtype": "text", "text": {"content": text}}, secret, "errcode")


def _feishu(channel: Channel, text: str, now: datetime) -> None:
    """飞书《自定义机器人使用指南》, 签名校验: the key signs nothing, and is made anew each time."""
    secret = _read(channel, "secret", "")
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:
        timestamp = str(int(now.timestamp()))
        body |= {"timestamp": timestamp, "sign": _signature(f"{timestamp}\n{secret}", "")}
    _post(_read(channel, "url"), body, secret, "code", "StatusCode")


def _signature(key: str, message: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), message.encode(), "sha256")).decode()


def _post(url: str, body: Mapping[str, Any], secret: str, *codes: str) -> None:
    """Send to a robot, which says 0 under the first of ``codes`` that it knows."""
    status, answer = _exchange(url, json.dumps(body).encode())
    known: dict[str, Any] = {}
    with suppress(ValueError, RecursionError):
        value = json.loads(answer)
        known = value if isinstance(value, dict) else {}
    code = next((known[name] for name in codes if name in known), None)
    if status == 200 and code == 0:
        return
    explanation = known.get("errmsg") or known.get("msg") or known.get("StatusMessage") or ""
    reason = " ".join(_without(str(explanation), url, secret).split())[:200]
    if status != 200:
        raise Undelivered("robot_status", status=status, reason=reason)
    if code is None:
        raise Undelivered("robot_answer", reason=reason)
    number = _without(str(code), url, secret)[:20]
    raise Undelivered("robot_refused", number=number, reason=reason)


def _without(text: str, url: str, secret: str) -> str:
    """A robot's answer without our address and secret. Keys are longer than other words."""
    words = re.split(r"[/?&=]", url) + re.split(r"[/?&=]", unquote(url))
    ours = {url, secret, *(word for word in words if len(word) > len("access_token"))}
    for word in sorted(ours - {""}, key=len, reverse=True):
        text = text.replace(word, "***")
    return text


def _exchange(url: str, body: bytes, more: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    """Post once. Error statuses are returned too, and redirects are not followed."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise Undelivered("robot_address")
    opener = request.OpenerDirector()
    for handler in (request.ProxyHandler(), request.HTTPHandler(), request.HTTPSHandler()):
        opener.add_handler(handler)
    headers = {"Content-Type": JSON} | {n.title(): value for n, value in (more or {}).items()}
    post = request.Request(url, body, headers)  # noqa: S310 - The scheme is checked above.
    try:
        with opener.open(post, timeout=TIMEOUT) as answer:
            return answer.status, answer.read(65536)
    except (OSError, HTTPException):
        raise Unreachable("robot_silent", seconds=TIMEOUT) from None


def _smtp(channel: Channel, text: str, now: datetime) -> None:
    """A mail (RFC 5322) to a server that takes submissions (RFC 6409, RFC 8314)."""
    message = EmailMessage(SMTP)
    message["From"] = _read(channel, "sender")
    message["To"] = _read(channel, "to")
    message["Subject"] = _subject(text)
    message["Date"] = now
    message.set_content(text, cte="base64")
    try:
        refused = _submit(urlsplit(_read(channel, "url")), message)
    except smtplib.SMTPRecipientsRefused:
        raise Undelivered("mail_readers") from None
    except smtplib.SMTPResponseException as error:
        raise Undelivered("mail_refused", number=error.smtp_code) from None
    except OSError:
        raise Unreachable("mail_silent", seconds=TIMEOUT) from None
    if refused:
        raise Undelivered("mail_some_readers", count=refused)


def _subject(text: str) -> str:
    return next(iter(text.strip().splitlines()), "")


def _submit(place: SplitResult, message: EmailMessage) -> int:
    """Send a mail, and return how many of its readers were refused."""
    if place.scheme not in ("smtp", "smtps") or not place.hostname:
        raise Undelivered("mail_address")
    context = ssl.create_default_context()
    server: smtplib.SMTP
    host, port = place.hostname, place.port or (465 if place.scheme == "smtps" else 587)
    if place.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    with server:
        server.ehlo_or_helo_if_needed()
        if place.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
        if place.username:
            # Whoever stands between could hide that the server offers encryption.
            if not isinstance(server.sock, ssl.SSLSocket):
                raise Undelivered("mail_unencrypted")
            server.login(unquote(place.username), unquote(place.password or ""))
        return len(server.send_message(message))


def _ses(channel: Channel, text: str, now: datetime) -> None:
    """Amazon SES API v2, ``SendEmail``; credentials are those of the environment."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    config = Config(
        connect_timeout=TIMEOUT, read_timeout=TIMEOUT, retries={"total_max_attempts": 1}
    )
    to = [address.strip() for address in _read(channel, "to").split(",")]
    sender, region = _read(channel, "sender"), _read(channel, "region", "")
    try:
        boto3.client("sesv2", region_name=region or None, config=config).send_email(
            FromEmailAddress=sender,
            Destination={"ToAddresses": to},
            Content={
                "Simple": {
                    "Subject": {"Data": _subject(text), "Charset": "UTF-8"},
                    "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
                }
            },
        )
    except ClientError as error:
        raise Undelivered("ses_refused", number=error.response["Error"]["Code"]) from None
    except BotoCoreError as error:
        raise Unreachable("ses_silent", error=type(error).__name__) from None


def _webhook(channel: Channel, text: str, now: datetime) -> None:
    """A gateway of the community's own. It gets JSON, and in ``X-Wudan-Signature`` the HMAC-SHA256,
    in hexadecimal, of the seconds in ``X-Wudan-Timestamp``, a full stop and the body."""
    url, secret = _read(channel, "url"), _read(channel, "secret")
    message = {"id": _read(channel, "id"), "phone": _read(channel, "phone"), "text": text}
    body, timestamp = json.dumps(message).encode(), str(int(now.timestamp()))
    signature = hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, "sha256").hex()
    headers = {"X-Wudan-Timestamp": timestamp, "X-Wudan-Signature": signature}
    status, _ = _exchange(url, body, headers)
    if not 200 <= status < 300:
        raise Undelivered("gateway_status", status=status)


ALIYUN = "https://dysmsapi.aliyuncs.com/"
FILLED_IN = ("no", "service", "link")


def _aliyun(channel: Channel, text: str, now: datetime) -> None:
    """阿里云短信服务 SendSms (2017-05-25). The text is that of a template that Aliyun approved."""
    url, key = _read(channel, "url", ALIYUN), _read(channel, "key")
    query = {
        "PhoneNumbers": _read(channel, "phone").removeprefix("+86"),
        "SignName": _read(channel, "sign"),
        "TemplateCode": _read(channel, f"template.{_read(channel, 'event')}"),
        "TemplateParam": json.dumps({name: channel[name] for name in FILLED_IN}),
        "OutId": _read(channel, "id"),
    }
    headers = acs3(urlsplit(url).netloc, query, key, _read(channel, "secret"), now)
    _, answer = _exchange(f"{url}?{urlencode(query, quote_via=quote)}", b"", headers)
    known: Any = {}
    with suppress(ValueError, RecursionError):
        known = json.loads(answer)
    code = known.get("Code") if isinstance(known, dict) else None
    if code != "OK":
        raise Undelivered("aliyun_refused", number=re.sub("[^A-Za-z0-9_.]", "", str(code))[:60])


def acs3(
    host: str, query: Mapping[str, str], key: str, secret: str, now: datetime
) -> dict[str, str]:
    """The headers of a call of ``SendSms`` without a body, signed (阿里云《V3版本请求体&签名机制》,
    ``ACS3-HMAC-SHA256``)."""
    nothing = hashlib.sha256(b"").hexdigest()
    headers = {
        "content-type": JSON,
        "host": host,
        "x-acs-action": "SendSms",
        "x-acs-content-sha256": nothing,
        "x-acs-date": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": secrets.token_hex(16),
        "x-acs-version": "2017-05-25",
    }
    canonical = "&".join(
        f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(query.items())
    )
    lines, signed = [f"{name}:{value}" for name, value in headers.items()], ";".join(headers)
    canonical_request = "\n".join(["POST", "/", canonical, *lines, "", signed, nothing])
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical_request.encode()).hexdigest()}"
    signature = hmac.digest(secret.encode(), to_sign.encode(), "sha256").hex()
    authorization = f"Credential={key},SignedHeaders={signed},Signature={signature}"
    return {**headers, "Authorization": f"ACS3-HMAC-SHA256 {authorization}"}


KINDS: dict[str, Callable[[Channel, str, datetime], None]] = {
    "wecom": _wecom,
    "dingtalk": _dingtalk,
    "feishu": _feishu,
    "smtp": _smtp,
    "ses": _ses,
    "webhook": _webhook,
    "aliyun": _aliyun,
    "none": lambda channel, text, now: None,
}
