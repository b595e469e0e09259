"""The second step of signing in, for whom ``site.yaml`` obliges: a code of an authenticator.

Between the steps nothing is kept but in the page: sealed, for a few minutes, whose password was
right. Who has no authenticator yet enrols one there, with a secret that the page shows.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from functions.app import App
from functions.context.attempts import Attempts
from functions.desk.entrance import kept
from functions.desk.entrance.ticket import DOOR, POLICY
from functions.people import second_factor
from functions.people.accounts import Account
from functions.people.second_factor import SecondFactors
from functions.web import pages, qr
from functions.web.http import Request, Response

FIELD = "begun"
"""The hidden field, and the name under which its content is sealed."""
LASTS = timedelta(minutes=10)
"""How long somebody has to find the phone, and to install an authenticator."""


class Begun(NamedTuple):
    """A sign-in whose password was right. ``secret`` is that of an authenticator to be enrolled, or
    empty where the account has one."""

    who: str
    version: int
    until: str
    secret: str

    @property
    def at(self) -> datetime:
        """When the password was right."""
        return datetime.fromisoformat(self.until) - LASTS


def is_obliged(app: App, account: Account) -> bool:
    """Whether this account needs a second factor."""
    rule = app.bundle.site["desk"].get("second_factor", second_factor.NOBODY)
    return second_factor.is_obliged(rule, account.role)


def begin(app: App, account: Account) -> Begun:
    """What is known after the first step."""
    secret = "" if _factors(app).is_enrolled(account.name) else second_factor.fresh()
    until = (app.clock.now + LASTS).isoformat()
    return Begun(account.name, account.version, until, secret)


def opened(request: Request, app: App) -> Begun | None:
    """What the page holds of the first step; None if that is too long ago."""
    found = app.vault.desk.open_text(FIELD, request.value(FIELD))
    begun = Begun(**found) if found else None
    lives = begun and app.clock.now < datetime.fromisoformat(begun.until)
    return begun if lives else None


def take(request: Request, app: App, begun: Begun, attempts: Attempts) -> None:
    """Take the code that was typed; with it an authenticator is enrolled, if there is none.

    Raises:
        Wrong: see :meth:`SecondFactors.check`.
        Conflict: somebody enrolled another one meanwhile.
    """
    code, factors = request.value("code"), _factors(app)
    if begun.secret:
        factors.enrol(begun.who, begun.secret, code)
    else:
        factors.check(begun.who, code, attempts)


def ask(request: Request, app: App, begun: Begun, code: str = "", status: int = 200) -> Response:
    """The page that asks for a code, with the sentence of ``code``; it shows the secret of an
    authenticator that is to be enrolled."""
    sealed = app.vault.desk.seal_text(FIELD, begun._asdict())
    data = {"said": app.bundle.words["desk"]["sign_in"][code] if code else ""}
    data |= {"begun": sealed, "kept": request.value(kept.FIELD), "name": begun.who}
    data |= {"door": request.value(DOOR)}
    data |= _to_enrol(app, begun) if begun.secret else {"secret": ""}
    return Response(pages.render(app.bundle, "desk/code.html", **data), status, POLICY)


def _to_enrol(app: App, begun: Begun) -> dict[str, str]:
    address = second_factor.address_of(begun.secret, begun.who, app.bundle.site["name"])
    parts = [begun.secret[at : at + 4] for at in range(0, len(begun.secret), 4)]
    return {"address": address, "drawn": qr.svg(address), "secret": " ".join(parts)}


def _factors(app: App) -> SecondFactors:
    return SecondFactors(app.store, app.vault, app.clock)
