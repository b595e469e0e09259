"""``/wish/``: a resident files a wish, and it becomes an order."""

from functools import partial

from functions.app import App
from functions.forms.residents import FORMS
from functions.orders.lifecycle import RESIDENT, Order
from functions.web import submission
from functions.web.http import Request, Response, Routes, entry

NAME = "wish"


def submit(request: Request, app: App) -> Response:
    """File the wish and lead on to its page."""
    form = submission.sent_form(request, app, NAME)
    answers = submission.check(request, app, form)
    if answers.errors:
        return submission.again(request, app, form, answers.errors)
    more = {"source": "online"}
    begin = partial(app.steps.begin, form=form, answers=answers, by=RESIDENT, more=more)
    no = submission.file(request, app, form, answers, begin)
    return submission.receipt(request, no, app.orders.address(Order(no)))


ROUTES: Routes = {
    FORMS[NAME]: {"GET": submission.fresh(NAME)},
    f"/api/{NAME}": {"POST": submission.keeping(submit, submission.whole(NAME))},
}
handler = entry(ROUTES)
