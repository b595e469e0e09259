"""``/join/``: somebody signs up as a volunteer; the station calls back."""

from functions import filing, people
from functions.app import App
from functions.form import FORMS, THANKS
from functions.http import Request, Response, Routes, entry
from functions.lifecycle import RESIDENT

NAME = people.KIND


def submit(request: Request, app: App) -> Response:
    """Keep the sign-up and say thanks."""
    asked = app.bundle.forms[NAME]
    answers = filing.check(request, app, asked)
    if answers.errors:
        return filing.again(request, app, asked, answers.errors)
    no = filing.file(request, app, asked, answers, people.applied(app, asked, answers, RESIDENT))
    return filing.filed(request, no, THANKS)


ROUTES: Routes = {
    FORMS[NAME]: {"GET": filing.fresh(NAME)},
    f"/api/{NAME}": {"POST": filing.kept(submit, filing.whole(NAME))},
}
handler = entry(ROUTES)
