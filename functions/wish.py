"""``/wish/``: a resident files a wish, and it becomes an order."""

from functions import filing, ledger
from functions.app import App
from functions.form import FORMS
from functions.http import Request, Response, Routes, entry
from functions.lifecycle import RESIDENT, Event, Order, apply
from functions.store import Head
from functions.vault import fingerprint

NAME = "wish"


def submit(request: Request, app: App) -> Response:
    """File the wish and lead to its page."""
    asked = app.bundle.forms[NAME]
    answers = filing.check(request, app, asked)
    if answers.errors:
        return filing.again(request, app, asked, answers.errors)
    at = app.now.isoformat()

    def begin(no: str) -> tuple[Head, Event]:
        key = fingerprint(app.vault.tracking_key(no))
        data = answers.public(asked) | {"wording": asked["version"], "key": key}
        event = Event("submitted", RESIDENT, at, data)
        return ledger.head(apply(Order(no), event)), event

    no = filing.file(request, app, asked, answers, begin)
    return filing.filed(request, no, ledger.address(app, no))


ROUTES: Routes = {FORMS[NAME]: {"GET": filing.fresh(NAME)}, f"/api/{NAME}": {"POST": submit}}
handler = entry(ROUTES)
