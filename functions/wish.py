"""``/wish/``: a resident files a wish, and it becomes an order."""

from functions import filing, ledger
from functions.app import App
from functions.form import FORMS, check
from functions.http import Request, Response, as_json, entry, see_other
from functions.lifecycle import RESIDENT, Event, Order, apply
from functions.store import Head
from functions.vault import fingerprint

NAME = "wish"


def draw(request: Request, app: App) -> Response:
    return filing.draw(request, app, NAME)


def submit(request: Request, app: App) -> Response:
    asked = app.bundle.forms[NAME]
    now = app.now
    answers = check(asked, request.typed, now.date())
    if answers.errors:
        return filing.again(request, app, NAME, asked, answers.errors)

    def begin(no: str) -> tuple[Head, Event]:
        key = fingerprint(app.vault.tracking_key(no))
        data = answers.public(asked) | {"wording": asked["version"], "key": key}
        event = Event("submitted", RESIDENT, now.isoformat(), data)
        return ledger.head(apply(Order(no), event)), event

    once = filing.submission(request, app, NAME, answers)
    no = filing.file(app, asked, answers, once, begin)
    track = ledger.address(app, no)
    return as_json(201, {"no": no, "track": track}) if request.wants_json else see_other(track)


ROUTES = {FORMS[NAME]: {"GET": draw}, f"/api/{NAME}": {"POST": submit}}
handler = entry(ROUTES)
