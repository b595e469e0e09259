"""``/wish/``: a resident files a wish, and it becomes an order."""

from collections.abc import Mapping

from functions.context import clock_reference
from functions.context.app import App
from functions.forms.definition import FORMS, Answers, Form
from functions.orders import repository
from functions.orders.lifecycle import RESIDENT, Order, apply
from functions.orders.repository import Step
from functions.storage.history import Change, Event
from functions.storage.vault import fingerprint
from functions.web import submission
from functions.web.http import Request, Response, Routes, entry

NAME = "wish"


def submit(request: Request, app: App) -> Response:
    """File the wish and lead to its page."""
    asked = app.bundle.forms[NAME]
    answers = submission.check(request, app, asked)
    if answers.errors:
        return submission.again(request, app, asked, answers.errors)

    def begin(no: str) -> Change:
        return filed(app, no, asked, answers, RESIDENT, {"source": "online"})

    no = submission.file(request, app, asked, answers, begin)
    return submission.filed(request, no, repository.address(app, Order(no)))


def filed(
    app: App, no: str, asked: Form, answers: Answers, by: str, more: Mapping[str, str]
) -> Change:
    """The change that begins an order with these answers; ``more`` joins them in the history."""
    key = fingerprint(app.vault.tracking_key(no))
    data = answers.public(asked) | {"wording": asked["version"], "key": key, **more}
    at = clock_reference.moment(app, app.now.isoformat())
    step = Step(Event("submitted", by, at, data), answers.personal(asked))
    nothing = Order(no)
    return repository.change(app, nothing, apply(nothing, step.event), [step])


ROUTES: Routes = {
    FORMS[NAME]: {"GET": submission.fresh(NAME)},
    f"/api/{NAME}": {"POST": submission.kept(submit, submission.whole(NAME))},
}
handler = entry(ROUTES)
