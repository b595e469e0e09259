"""The second factor of an account: codes of six digits from an authenticator (TOTP, RFC 6238).

Its secret is sealed in a history of its own, ``factor:`` and the name, which begins with enrolling
and is emptied when the account is reset.
"""

import base64
import os
from datetime import timedelta
from hmac import compare_digest
from typing import Any, NamedTuple

from functions.context.attempts import Attempts, Limit
from functions.context.clock import Clock
from functions.errors import Conflict, Wrong
from functions.forms.normal import normal
from functions.storage.history import Change, Event, Head
from functions.storage.port import Store
from functions.storage.vault import Vault

KIND = "factor"
ENROLLED, FORGOTTEN = "enrolled", "forgotten"
NOBODY, ADMINISTRATOR, ALL = "nobody", "administrator", "all"
"""Whom ``second_factor`` in ``site.yaml`` may oblige."""
STEP, DIGITS, BYTES = 30, 6, 20
"""What every authenticator knows: seconds of a code, its digits, and the length of the secret."""
SLACK = 1
"""How many steps a phone's clock may be ahead or behind."""
LOCKED = timedelta(minutes=15)
OWN, WIDE = Limit(5, LOCKED), Limit(50, LOCKED)
"""Wrong codes for one name: from one sender; from all whom nobody knows."""
USED = timedelta(minutes=5)
"""How long a used code is remembered, longer than it is valid."""


def is_obliged(rule: str, role: str) -> bool:
    """Whether an account of this role signs in with a second factor."""
    return rule == ALL or (rule == ADMINISTRATOR and role == ADMINISTRATOR)


def fresh() -> str:
    """A new secret, as it is typed into an authenticator."""
    return base64.b32encode(os.urandom(BYTES)).decode()


def code_of(secret: str, seconds: int) -> str:
    """What an authenticator shows at a time, in seconds since 1970."""
    return bytes(_totp(secret).generate(seconds)).decode()


def address_of(secret: str, name: str, site: str) -> str:
    """The address that an authenticator reads from a code to scan."""
    return str(_totp(secret).get_provisioning_uri(name, site))


class SecondFactors(NamedTuple):
    """The second factors of all accounts."""

    store: Store
    vault: Vault
    clock: Clock

    def is_enrolled(self, name: str) -> bool:
        """Whether an authenticator belongs to the account."""
        return bool(self._secret(self.store.head(_no(name))))

    def everybody(self) -> set[str]:
        """The names of the accounts to which an authenticator belongs."""
        heads = self.store.find(KIND, limit=1000)
        return {head.no.partition(":")[2] for head in heads if head.state == ENROLLED}

    def enrol(self, name: str, secret: str, code: str) -> None:
        """Let the authenticator that holds this secret belong to the account.

        Raises:
            Wrong: ``code``, it is not one of this secret now.
            Conflict: somebody else enrolled another one meanwhile.
        """
        no, at = _no(name), self.clock.now.isoformat()
        old = self.store.head(no) or Head(no, KIND, 0, "", at, {})
        if self._secret(old):
            raise Conflict(no=no, version=old.version)
        self._take(name, secret, code)
        head = old.followed(state=ENROLLED)
        sealed = {head.version: self.vault.seal(no, {"secret": secret})}
        event = Event(ENROLLED, "staff", at, {"who": name})
        self.store.commit(Change(head, [event], sealed, erase=True))

    def check(self, name: str, code: str, attempts: Attempts) -> None:
        """Take a code of the account's authenticator; each is taken once.

        Raises:
            Wrong: ``code``; or ``too_often``, before anything is compared.
        """
        head = self.store.head(_no(name))
        tried = f"code {head.version if head else 0} {name}"
        if not attempts.may(tried, OWN, WIDE):
            raise Wrong("too_often")
        self._take(name, self._secret(head), code)
        attempts.was_right(tried)

    def _take(self, name: str, secret: str, code: str) -> None:
        typed, now = "".join(normal(code).split()), self.clock.now
        step = int(now.timestamp()) // STEP
        steps = range(step - SLACK, step + SLACK + 1) if secret else ()
        right = [each for each in steps if _is_code(secret, each, typed)]
        # Counted by the engine, so that of two who send the same code at once only one gets in.
        used = f"code {self.vault.stamp('code', name, secret, right)[:32]}"
        if not right or self.store.count(used, now, now + USED) > 1:
            raise Wrong("code")

    def _secret(self, head: Head | None) -> str:
        """The secret; empty where there is none, or where it was sealed with a lost one."""
        if head is None or head.state != ENROLLED:
            return ""
        sealed = self.store.personal(head.no).get(head.version, b"")
        opens = self.vault.opens(head.no, sealed)
        return str(self.vault.open(head.no, sealed)["secret"]) if opens else ""


def forget(store: Store, name: str, by: str, at: str) -> None:
    """Let no authenticator belong to an account any more, so that the next one can be enrolled."""
    head = store.head(_no(name))
    if head and head.state == ENROLLED:
        event = Event(FORGOTTEN, "staff", at, {"who": by} if by else {})
        store.commit(Change(head.followed(state=FORGOTTEN), [event], erase=True))


def _totp(secret: str) -> Any:
    # Imported lazily, because most requests look at no code.
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    # SHA-1, because many authenticators pass over what the address says of another.
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP)  # noqa: S303


def _is_code(secret: str, step: int, typed: str) -> bool:
    return compare_digest(code_of(secret, step * STEP).encode(), typed.encode())


def _no(name: str) -> str:
    return f"{KIND}:{name}"
