"""``/wish/``: a resident files a wish, and it becomes an order."""

from collections.abc import Mapping

from functions import filing, ledger, reference
from functions.app import App
from functions.form import FORMS, Answers, Form
from functions.http import Request, Response, Routes, entry
from functions.ledger import Step
from functions.lifecycle import RESIDENT, Event, Order, apply
from functions.store import Change
from functions.vault import fingerprint

NAME = "wish"


def submit(request: Request, app: App) -> Response:
    """File the wish and lead to its page."""
    asked = app.bundle.forms[NAME]
    answers = filing.check(request, app, asked)
    if answers.errors:
        return filing.again(request, app, asked, answers.errors)

    def begin(no: str) -> Change:
        return filed(app, no, asked, answers, RESIDENT, {"source": "online"})

    no = filing.file(request, app, asked, answers, begin)
    return filing.filed(request, no, ledger.address(app, Order(no)))


def filed(
    app: App, no: str, asked: Form, answers: Answers, by: str, more: Mapping[str, str]
) -> Change:
    """The change that begins an order with these answers; ``more`` joins them in the history."""
    key = fingerprint(app.vault.tracking_key(no))
    data = answers.public(asked) | {"wording": asked["version"], "key": key, **more}
    at = reference.moment(app, app.now.isoformat())
    step = Step(Event("submitted", by, at, data), answers.personal(asked))
    nothing = Order(no)
    return ledger.change(app, nothing, apply(nothing, step.event), [step])


ROUTES: Routes = {
    FORMS[NAME]: {"GET": filing.fresh(NAME)},
    f"/api/{NAME}": {"POST": filing.kept(submit, filing.whole(NAME))},
}
handler = entry(ROUTES)
