"""What somebody asked for when nobody was signed in: kept, sealed, in the form to sign in.

So a page that was open over night loses nothing: after signing in, its form is shown as it was
filled in. The text stays in the browser, where it was typed, and opens only for whom the form was
drawn for, because others may use the same machine.
"""

from collections.abc import Mapping
from itertools import chain
from typing import NamedTuple
from urllib.parse import urlencode

from functions.app import App
from functions.people.accounts import Accounts
from functions.web.http import Request

FIELD = "kept"
"""The hidden field of the form to sign in, and the name under which its content is sealed."""


class KeptForm(NamedTuple):
    """``who`` filled in a form, or is empty where a page was only to be seen."""

    who: str
    path: str
    query: Mapping[str, str]
    typed: Mapping[str, list[str]]

    @property
    def address(self) -> str:
        return self.path + (f"?{urlencode(self.query)}" if self.query else "")

    def again(self, request: Request, own: Mapping[str, str]) -> Request:
        """The request that shows the page with what was typed, for somebody who signed in just now
        and has these cookies."""
        page = request._replace(method="GET", path=self.path, query=self.query, typed=self.typed)
        return page._replace(cookies={**request.cookies, **own})


def seal(app: App, request: Request) -> str:
    """What a request asks for, sealed as text; empty if nobody's form was sent."""
    who = owner(app, request.value("token")) if request.method == "POST" else ""
    if request.method == "POST" and not who:
        return ""
    return seal_for(app, request, who)


def seal_for(app: App, request: Request, who: str) -> str:
    """The same, for whom a form was drawn, or for anybody who may see the page."""
    kept = KeptForm(who, request.path, request.query, request.typed)
    return app.vault.desk.seal_text(FIELD, kept._asdict())


def opened(app: App, text: str) -> KeptForm | None:
    """What was sealed, or None."""
    found = app.vault.desk.open_text(FIELD, text)
    return KeptForm(**found) if found else None


def owner(app: App, token: str) -> str:
    """For whom a form with this token was drawn, in any session of theirs; empty if for nobody."""
    accounts = Accounts(app.store, app.clock).everybody() if token else []
    for head in accounts:
        name = head.data.get("name", "")
        for version in range(head.version, 0, -1):
            made = (vault.stamps(*token_of(name, version)) for vault in (app.vault.desk, app.vault))
            # By the whole secret: before the desk had keys of its own.
            if token in chain.from_iterable(made):
                return str(name)
    return ""


def token_of(name: str, version: int) -> tuple[str, str, int]:
    """What the token in the forms of an account is made of. It is the same in all sessions until
    the password is changed, so that signing in again in another window ends no form."""
    return "token", name, version
