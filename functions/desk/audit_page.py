"""What was done at the desk and at its door, for administrators: filtered, the newest first."""

from contextlib import suppress
from datetime import date
from urllib.parse import urlencode

from functions.app import App
from functions.desk.session import Session, view
from functions.errors import Wrong
from functions.forms.days import meant
from functions.people.accounts import Accounts
from functions.people.audit import KEPT
from functions.web.http import Request, Response

PAGE = 50
DAYS = ("first", "last")


def show(request: Request, app: App, session: Session) -> Response:
    """The entries of a person, of a kind and of some days, as they were chosen."""
    names = ("who", "what", *DAYS)
    chosen = {name: value for name in names if (value := request.value(name).strip())}
    days = {name: _day(app, chosen[name]) for name in DAYS if name in chosen}
    marks = [f"{name}:{chosen[name]}" for name in ("who", "what") if name in chosen]
    heads = app.audit.find(
        marks, days.get("first"), days.get("last"), request.value("before"), PAGE
    )
    return view(
        app,
        session,
        "audit.html",
        422 if None in days.values() else 200,
        entries=heads,
        chosen=chosen,
        misread=[name for name, day in days.items() if day is None],
        people=[head.data.get("name", "") for head in Accounts(app.store, app.clock).everybody()],
        kept=KEPT.days,
        following=urlencode({**chosen, "before": heads[-1].position}) if len(heads) == PAGE else "",
    )


def _day(app: App, text: str) -> date | None:
    """The day that somebody wrote; without a year it is the last one that there was."""
    with suppress(Wrong):  # Another day of the week is written beside it.
        return meant(text, app.clock.now.date(), back=True)
    return None
