"""What only this community's secret can make or read: tracking keys and personal data."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from functools import cached_property
from typing import Any

NONCE = 12

# Made once, because json.dumps makes one for each call that wants other than its defaults.
_sorted_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


class Vault:
    """Keys derived from one secret, one for each purpose."""

    def __init__(self, secret: bytes):
        self._keyed = hmac.new(secret, digestmod="sha256")

    def tracking_key(self, no: str) -> str:
        """The key that opens an order's progress: 128 bits, as 22 characters for an address.

        It is made from the number, so that a lost answer can be repeated and a forgotten key
        told again, though only :func:`fingerprint` of it is stored.
        """
        key = self._derive(f"track:{no}")[:16]
        return base64.urlsafe_b64encode(key).rstrip(b"=").decode()

    def stamp(self, *parts: Any) -> str:
        """A name for a submission: the same for the same parts, and it tells nothing of them."""
        said = _sorted_json(parts)
        return self._derive(f"stamp:{said}").hex()

    def fresh(self) -> str:
        """An id that nobody can guess, for one drawn form."""
        return secrets.token_urlsafe(16)

    def seal(self, no: str, personal: dict[str, Any]) -> bytes:
        """Encrypt (AES-256-GCM) what belongs to this number; under another it does not open."""
        nonce = os.urandom(NONCE)
        sealed: bytes = self._cipher.encrypt(nonce, json.dumps(personal).encode(), no.encode())
        return nonce + sealed

    def open(self, no: str, sealed: bytes) -> dict[str, Any]:
        """What was sealed.

        Raises:
            cryptography.exceptions.InvalidTag: sealed with another secret, or tampered with.
        """
        plain = self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], no.encode())
        return json.loads(plain)  # type: ignore[no-any-return]

    @cached_property
    def _cipher(self) -> Any:
        # The library is loaded only where something is sealed.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._derive("seal"))

    def _derive(self, purpose: str) -> bytes:
        # A copy, for hmac.digest gives way to other threads each time, which takes ten times as
        # long as the digest where there are any.
        keyed = self._keyed.copy()
        keyed.update(purpose.encode())
        return keyed.digest()


def fingerprint(key: str) -> str:
    """What is stored of a key: it recognises the key and does not give it away."""
    return hashlib.sha256(key.encode()).hexdigest()


def recognises(stored: str, key: str) -> bool:
    """Whether this is the key of that fingerprint, in time that tells nothing."""
    return hmac.compare_digest(stored, fingerprint(key))
