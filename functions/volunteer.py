"""``/join/``: somebody signs up as a volunteer; the station calls back."""

from functions import filing
from functions.app import App
from functions.form import FORMS, check
from functions.http import Request, Response, as_json, entry, see_other
from functions.lifecycle import RESIDENT, Event
from functions.store import Head

NAME = "volunteer"
THANKS = "/join/thanks/"


def draw(request: Request, app: App) -> Response:
    return filing.draw(request, app, NAME)


def submit(request: Request, app: App) -> Response:
    asked = app.bundle.forms[NAME]
    now = app.now
    answers = check(asked, request.typed, now.date())
    if answers.errors:
        return filing.again(request, app, NAME, asked, answers.errors)

    def begin(no: str) -> tuple[Head, Event]:
        data = answers.public(asked) | {"wording": asked["version"]}
        event = Event("applied", RESIDENT, now.isoformat(), data)
        return Head(no, NAME, 1, event.kind, event.at, data), event

    no = filing.file(app, asked, answers, filing.submission(request, app, NAME, answers), begin)
    return as_json(201, {"no": no, "track": THANKS}) if request.wants_json else see_other(THANKS)


ROUTES = {FORMS[NAME]: {"GET": draw}, f"/api/{NAME}": {"POST": submit}}
handler = entry(ROUTES)
