"""``/join/``: somebody signs up as a volunteer; the station calls back."""

from functions import filing, people
from functions.app import App
from functions.form import FORMS, THANKS
from functions.http import Request, Response, Routes, entry
from functions.lifecycle import RESIDENT, Event
from functions.store import Change

NAME = people.KIND


def submit(request: Request, app: App) -> Response:
    """Keep the sign-up and say thanks."""
    asked = app.bundle.forms[NAME]
    answers = filing.check(request, app, asked)
    if answers.errors:
        return filing.again(request, app, asked, answers.errors)
    at = app.now.isoformat()
    data = answers.public(asked) | {"wording": asked["version"]}
    data["wants"] = data.pop("team", "")

    def begin(no: str) -> Change:
        event = Event("applied", RESIDENT, at, data)
        return people.change(app, None, no, event, answers.personal(asked))

    no = filing.file(request, app, asked, answers, begin)
    return filing.filed(request, no, THANKS)


ROUTES: Routes = {
    FORMS[NAME]: {"GET": filing.fresh(NAME)},
    f"/api/{NAME}": {"POST": filing.kept(submit, filing.whole(NAME))},
}
handler = entry(ROUTES)
