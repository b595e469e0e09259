"""Forms by which the station and the teams take the steps of an order."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from functions.app import App
from functions.context import logs
from functions.errors import Conflict, Problem, Refused, Wrong
from functions.forms.definition import check
from functions.orders.lifecycle import Order
from functions.storage.failures import unwritten
from functions.web import step_forms, submission
from functions.web.http import RETRY, Request, Response, see_other


class Outcome(NamedTuple):
    """What an order's page says about a step that was not taken.

    ``tried`` is the kind of the step whose form is shown as it was filled in, with a sentence
    beside each field in ``errors``; ``notice`` is a code of ``words.desk.notices``.
    """

    status: int = 200
    notice: str = ""
    tried: str = ""
    errors: Mapping[str, str] = {}


UNTRIED = Outcome()
"""No step was tried."""


def take(
    request: Request,
    app: App,
    order: Order,
    by: str,
    page: Callable[[Outcome], Response],
    done: Callable[[Order], str],
    **more: str,
) -> Response:
    """Take the step that the request asks for, and lead on to the address that ``done`` gives.
    If it cannot be taken, ``page`` shows the order as it is by then.

    Raises:
        Problem: ``unknown_step``.
    """
    kind = request.value("do")
    if kind not in app.bundle.actions:
        raise Problem(400, "unknown_step")
    form = step_forms.forms(app, order, [kind])[kind]
    answers = check(form, request.typed, app.clock.now.date())
    version = request.value("version")
    try:
        return see_other(
            done(app.steps.take(order, kind, by, form, answers, more, version=version))
        )
    except Wrong as wrong:
        errors = submission.sentences(app, form, answers.errors or {wrong.field: wrong})
        return page(Outcome(wrong.status, tried=kind, errors=errors))
    except (Conflict, Refused) as error:
        return page(Outcome(error.status, notice=error.code))
    except Exception as error:
        code = unwritten(error)
        if not code:
            raise
        logs.failure(error, f"{request.method} {request.path}")
        response = page(Outcome(503, notice=code, tried=kind))
        return replace(response, headers={**response.headers, **RETRY})
