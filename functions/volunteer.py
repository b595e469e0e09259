"""``/join/``: somebody signs up as a volunteer; the station calls back."""

from functions import filing
from functions.app import App
from functions.form import FORMS
from functions.http import Request, Response, Routes, entry
from functions.lifecycle import RESIDENT, Event
from functions.store import Head

NAME = "volunteer"
THANKS = "/join/thanks/"


def submit(request: Request, app: App) -> Response:
    """Keep the sign-up and say thanks."""
    asked = app.bundle.forms[NAME]
    answers = filing.check(request, app, asked)
    if answers.errors:
        return filing.again(request, app, asked, answers.errors)
    data = answers.public(asked) | {"wording": asked["version"]}
    event = Event("applied", RESIDENT, app.now.isoformat(), data)

    def begin(no: str) -> tuple[Head, Event]:
        return Head(no, NAME, 1, event.kind, event.at, data), event

    no = filing.file(request, app, asked, answers, begin)
    return filing.filed(request, no, THANKS)


ROUTES: Routes = {FORMS[NAME]: {"GET": filing.fresh(NAME)}, f"/api/{NAME}": {"POST": submit}}
handler = entry(ROUTES)
