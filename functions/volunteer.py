"""``/join/``: somebody signs up as a volunteer; the station calls back."""

from functions.app import App
from functions.forms.residents import FORMS, THANKS
from functions.orders.lifecycle import RESIDENT
from functions.people import volunteers
from functions.web import submission
from functions.web.http import Request, Response, Routes, entry

NAME = volunteers.KIND


def submit(request: Request, app: App) -> Response:
    """Keep the sign-up and say thanks."""
    form = submission.sent_form(request, app, NAME)
    answers = submission.check(request, app, form)
    if answers.errors:
        return submission.again(request, app, form, answers.errors)
    begin = app.volunteers.applied(form, answers, RESIDENT)
    no = submission.file(request, app, form, answers, begin)
    return submission.receipt(request, no, THANKS)


ROUTES: Routes = {
    FORMS[NAME]: {"GET": submission.fresh(NAME)},
    f"/api/{NAME}": {"POST": submission.keeping(submit, submission.whole(NAME))},
}
handler = entry(ROUTES)
