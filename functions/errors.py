"""Every error that the program raises on purpose, in one tree.

An error carries a *code*, never a sentence: the sentences are in ``templates/words.yaml`` (for
residents, staff and teams) and in ``generator/operator_messages.py`` (for the command line).
"""

from collections.abc import Mapping, Sequence


class WudanError(Exception):
    """The root. ``names`` are what the sentence of ``code`` is filled in with, ``field`` is the
    question of a form that the error is about, if any, and ``status`` the answer's HTTP status."""

    code = ""
    status = 500

    def __init__(self, code: str = "", field: str = "", **names: object):
        self.code = code or self.code
        self.field = field
        self.names: Mapping[str, object] = names
        values = ", ".join(f"{name}={value}" for name, value in names.items())
        super().__init__(f"{self.code}: {values}" if values else self.code)


class Wrong(WudanError):
    """An answer that cannot be taken."""

    status = 422


class Refused(WudanError):
    """What was asked for may not be done; nothing was changed. The code is the reason."""

    status = 409


class Conflict(WudanError):
    """Somebody else changed this history since the caller read it; nothing was written."""

    code, status = "moved", 409


class Full(WudanError):
    """A counter would rise above its limit; nothing was written."""

    code, status = "full", 409


class Busy(WudanError):
    """Others are writing; nothing was written."""

    code, status = "busy", 503


class Unusable(WudanError):
    """A store that must not be read or written as it is; nothing was changed."""

    status = 503


class Unfinished(WudanError):
    """Something of a request was written before it failed; its cause says how."""

    code = "unknown"


class Problem(WudanError):
    """A request that cannot be answered; the sentences of its code are in ``words.http``.
    ``typed`` is what its sender typed, question by question, to be copied from the page."""

    def __init__(self, status: int, code: str, headers: Mapping[str, str] | None = None):
        super().__init__(code)
        self.typed: Sequence[object] = ()
        self.status = status
        self.headers = dict(headers or {})


class Often(Problem):
    """A person did the same too often before anybody acted on it; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(429, "often")


class Undelivered(WudanError):
    """A message that its channel did not take."""


class Unreachable(Undelivered):
    """The channel's server did not answer; its other messages should wait, too."""
