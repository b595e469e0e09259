"""``/join/``: somebody signs up as a volunteer; the station calls back."""

from functions.app import App
from functions.forms.definition import Answers, Form
from functions.forms.residents import FORMS, THANKS
from functions.orders.counters import TO_CALL
from functions.orders.lifecycle import RESIDENT
from functions.people import volunteers
from functions.web import submission
from functions.web.http import Request, Response, Routes, entry
from functions.web.submission import Signs

NAME = volunteers.KIND


def file(request: Request, app: App, form: Form, answers: Answers, signs: Signs) -> Response:
    """Keep the sign-up and say thanks."""
    begin = app.volunteers.applied(form, answers, RESIDENT)
    no = submission.file(request, app, form, answers, begin, signs, TO_CALL)
    return submission.receipt(request, no, THANKS)


ROUTES: Routes = {
    FORMS[NAME]: {"GET": submission.fresh(NAME)},
    f"/api/{NAME}": {"POST": submission.filing(NAME, NAME, file)},
}
handler = entry(ROUTES)
