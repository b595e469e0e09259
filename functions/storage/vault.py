"""What only this community's secret can make or read: tracking keys, stamps and personal data."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from functools import cached_property, lru_cache
from json.encoder import encode_basestring
from typing import Any

NONCE = 12
KEY, FORMER = 32, 22
"""Characters of a key in an address, four bits each; and of one from before there were versions."""
SHORTEST = 16
"""Characters that a secret has at least; those that are made here have 64."""

LATELY = 32
"""How many digests are remembered: a request asks for some of them twice."""

# Made once, because json.dumps makes an encoder for each call with settings of its own.
_sorted_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


class Vault:
    """What a community's secret can do. Its first line is in use. Those below were in use before
    it: they still open what they sealed and recognise the keys that they made. A secret without
    any line opens and makes nothing; that suffices for a program that only counts.

    A line ``{"duty": "desk", "key": "…"}`` is the key of a duty. On AWS only the functions of that
    duty have it. Where there is none, as on one machine, the key follows from the secret.
    """

    def __init__(self, secret: bytes):
        lines = [line.strip() for line in secret.splitlines()]
        self._lines = lines
        self._ring = [_Key(line) for line in lines if line and not line.startswith(b"{")]
        self.has_older = len(self._ring) > 1

    @cached_property
    def desk(self) -> "Vault":
        """What only the desk can make: sessions, and what is sealed in its forms."""
        return self._apart("desk")

    @cached_property
    def team(self) -> "Vault":
        """What only teams' pages and the desk can make: the links of teams."""
        return self._apart("team")

    def _apart(self, duty: str) -> "Vault":
        return Vault("\n".join(self.duty(duty)).encode())

    def duty(self, duty: str) -> list[str]:
        """The keys of a duty, the one in use first: those that were given, else those that follow
        from the lines of the secret (HKDF-Expand, RFC 5869, of one block). ``desk`` and ``team``
        have keys of their own, because not every function that has the secret may have these."""
        found = [json.loads(line) for line in self._lines if line.startswith(b"{")]
        given = [str(each["key"]) for each in found if each["duty"] == duty]
        return given or [key.derive(f"duty {duty}\x01").hex() for key in self._ring]

    @property
    def fingerprints(self) -> list[str]:
        """For each line of the secret a digest that tells it from others, the newest first."""
        return [key.derive("fingerprint").hex()[:32] for key in self._ring]

    def tracking_key(self, no: str, version: int, known: str = "") -> str:
        """The key that opens an order's progress: 128 bits, as 22 characters for an address.

        It is derived from the number and the version, which rises when it is replaced (0: from
        before there were versions), so that it can be told again though only its
        :func:`fingerprint` is stored. With that as ``known``, the result is the key of that
        fingerprint, whichever line of the secret made it.
        """
        first, purpose = "", f"track:{no}:{version}" if version else f"track:{no}"
        for key in self._ring:
            digest = key.derive(purpose)[:16]
            made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if not known or fingerprint(made) == known:
                return made
            first = first or made
        return first

    def stamp(self, *parts: Any) -> str:
        """A keyed digest: the same for the same parts, and meaningless without the secret."""
        if {*map(type, parts)} == {str}:  # As most are; and an encoder takes many times as long.
            purpose = f"stamp:[{', '.join(map(encode_basestring, parts))}]"
        else:
            purpose = f"stamp:{_sorted_json(parts)}"
        return self._ring[0].derive(purpose).hex()

    def stamps(self, *parts: Any) -> list[str]:
        """The same by every line of the secret, the newest first."""
        purpose = f"stamp:{_sorted_json(parts)}"
        return [key.derive(purpose).hex() for key in self._ring]

    def key(self, version: int, *parts: Any) -> str:
        """A key for an address: 128 bits. Of version 0, from before there were versions, it has 88,
        and goes on working until it is replaced."""
        return self._keys(version, parts)[0]

    def is_key(self, key: str, version: int, *parts: Any) -> bool:
        """Whether this is such a key, made with any line of the secret."""
        keys = self._keys(version, parts)
        return any(hmac.compare_digest(each.encode(), key.encode()) for each in keys)

    def _keys(self, version: int, parts: tuple[Any, ...]) -> list[str]:
        if version:
            return [stamp[:KEY] for stamp in self.stamps(version, *parts)]
        return [stamp[:FORMER] for stamp in self.stamps(*parts)]

    def fresh(self) -> str:
        """An id that nobody can guess, for one copy of a form."""
        return secrets.token_urlsafe(16)

    def seal(self, no: str, personal: dict[str, Any]) -> bytes:
        """Encrypt (AES-256-GCM) what belongs to this number; it does not open under another."""
        nonce = os.urandom(NONCE)
        cipher = self._ring[0].cipher
        sealed: bytes = cipher.encrypt(nonce, json.dumps(personal).encode(), no.encode())
        return nonce + sealed

    def open(self, no: str, sealed: bytes) -> dict[str, Any]:
        """What was sealed.

        Raises:
            cryptography.exceptions.InvalidTag: sealed with another secret, or tampered with.
        """
        key = next((key for key in self._ring[:-1] if key.opens(no, sealed)), self._ring[-1])
        return json.loads(key.decrypted(no, sealed))  # type: ignore[no-any-return]

    def opens(self, no: str, sealed: bytes) -> bool:
        """Whether it opens with any line of the secret."""
        return any(key.opens(no, sealed) for key in self._ring)

    def seal_text(self, name: str, content: dict[str, Any]) -> str:
        """The same as text, for a hidden field of this name that comes back."""
        return base64.urlsafe_b64encode(self.seal(name, content)).decode()

    def open_text(self, name: str, text: str) -> dict[str, Any] | None:
        """What such a field holds; None where it was not made here."""
        try:
            sealed = base64.urlsafe_b64decode(text)
        except ValueError:
            return None
        return self.open(name, sealed) if self.opens(name, sealed) else None

    def is_current(self, no: str, sealed: bytes) -> bool:
        """Whether it opens with the line in use."""
        return self._ring[0].opens(no, sealed)


class _Key:
    """Keys derived from one line of the secret, one for each purpose."""

    def __init__(self, line: bytes):
        self._keyed = hmac.new(line, digestmod="sha256")
        self.derive = lru_cache(LATELY)(self._derived)

    def opens(self, no: str, sealed: bytes) -> bool:
        from cryptography.exceptions import InvalidTag

        try:
            self.decrypted(no, sealed)
        except (InvalidTag, ValueError):  # ValueError: too short to have been sealed.
            return False
        return True

    def decrypted(self, no: str, sealed: bytes) -> bytes:
        plain: bytes = self.cipher.decrypt(sealed[:NONCE], sealed[NONCE:], no.encode())
        return plain

    @cached_property
    def cipher(self) -> Any:
        # Imported lazily, because most requests seal nothing.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self.derive("seal"))

    def _derived(self, purpose: str) -> bytes:
        # Copied, because hmac.digest releases the interpreter's lock each time, and to get it back
        # from other threads takes ten times as long as the digest.
        keyed = self._keyed.copy()
        keyed.update(purpose.encode())
        return keyed.digest()


def fingerprint(key: str) -> str:
    """What is stored of a key, to recognise it; the key does not follow from it."""
    return hashlib.sha256(key.encode()).hexdigest()


def recognises(stored: str, key: str) -> bool:
    """Whether this is the key of that fingerprint; the time it takes tells nothing."""
    return hmac.compare_digest(stored, fingerprint(key))
