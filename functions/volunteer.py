"""``/join/``: somebody signs up as a volunteer; the station calls back."""

from functions.context.app import App
from functions.forms.definition import FORMS, THANKS
from functions.orders.lifecycle import RESIDENT
from functions.people import volunteers
from functions.web import submission
from functions.web.http import Request, Response, Routes, entry

NAME = volunteers.KIND


def submit(request: Request, app: App) -> Response:
    """Keep the sign-up and say thanks."""
    asked = app.bundle.forms[NAME]
    answers = submission.check(request, app, asked)
    if answers.errors:
        return submission.again(request, app, asked, answers.errors)
    no = submission.file(
        request, app, asked, answers, volunteers.applied(app, asked, answers, RESIDENT)
    )
    return submission.filed(request, no, THANKS)


ROUTES: Routes = {
    FORMS[NAME]: {"GET": submission.fresh(NAME)},
    f"/api/{NAME}": {"POST": submission.kept(submit, submission.whole(NAME))},
}
handler = entry(ROUTES)
