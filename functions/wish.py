"""``/wish/``: a resident files a wish, and it becomes an order."""

from functools import partial

from functions.app import App
from functions.forms.definition import Answers, Form
from functions.forms.residents import FORMS
from functions.orders.counters import TO_TRIAGE
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.states import RESIDENT
from functions.orders.repository import KIND
from functions.orders.steps.service import FIRST
from functions.web import submission
from functions.web.http import Request, Response, Routes, entry
from functions.web.links import ORDER
from functions.web.submission import Signs

NAME = "wish"


def file(request: Request, app: App, form: Form, answers: Answers, signs: Signs) -> Response:
    """File the wish and lead on to its page."""
    more = {"source": "online"}
    begin = partial(app.steps.begin, form=form, answers=answers, by=RESIDENT, more=more)
    no, is_new = submission.file(request, app, form, answers, begin, signs, TO_TRIAGE)
    if is_new:
        filed = app.orders.address(Order(no, issued=FIRST))
    elif request.value(submission.ONCE):
        filed = app.orders.address_of(no)
    else:
        filed = app.orders.place(Order(no))
    return submission.receipt(request, no, filed)


def opened(request: Request, app: App, no: str) -> bool:
    """Whether the browser has opened the order."""
    key = ORDER.kept(request).get(no, "")
    return bool(key) and app.orders.by_key(no, key) is not None


ROUTES: Routes = {
    FORMS[NAME]: {"GET": submission.fresh(NAME)},
    f"/api/{NAME}": {"POST": submission.filing(NAME, KIND, file, opened)},
}
handler = entry(ROUTES)
