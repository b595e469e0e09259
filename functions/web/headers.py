"""The headers that keep browsers from doing what our pages never mean, the same on every answer.

``serve`` adds them to whatever it sends, functions to their answers, CloudFront to what it takes
from the bucket (``infra/template.yaml``, which a test compares with this module). Where nobody can
set headers, as before a bucket in China, built pages carry :data:`META_POLICY`.
"""

_POLICY = {
    "default-src": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
_NO_META = "frame-ancestors"
"""What browsers ignore, and complain about, where a page itself says it."""


def _spelled(*names: str) -> str:
    return "; ".join(f"{name} {_POLICY[name]}" for name in names)


SECURITY = {
    "content-security-policy": _spelled(*_POLICY),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
TLS = {"strict-transport-security": "max-age=31536000"}
"""For answers over TLS. Other names below a community's domain may have no certificate."""
META_POLICY = _spelled(*(name for name in _POLICY if name != _NO_META))
"""The policy as a page itself can say it."""


def encoded(secure: bool) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, as ASGI has them; ``secure`` where it goes over TLS."""
    headers = SECURITY | TLS if secure else SECURITY
    return [(name.encode(), value.encode()) for name, value in headers.items()]
