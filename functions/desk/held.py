"""What is held because it may be no resident's: staff let it pass or refuse it, many at once."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from functions.app import App
from functions.context import logs
from functions.desk.confirm import MANY, Question
from functions.desk.session import Session, view
from functions.errors import Conflict, Refused, Unfinished
from functions.forms import order_number
from functions.forms.definition import Answers, Form
from functions.orders import counters, repository
from functions.orders.lifecycle.order import order_of
from functions.orders.lifecycle.states import HELD, STAFF
from functions.orders.privacy import gist
from functions.orders.steps.service import BLANK
from functions.people import volunteers
from functions.storage.failures import unwritten
from functions.storage.history import Head
from functions.web import submission
from functions.web.http import Request, Response

PATH = "/desk/held/"
PAGE = 200
"""How many the page shows, and how many are let pass or refused with one press."""
MOST = 1000
"""How many of each kind are looked at to count their signs."""
WORDS = 60
DO = {
    "cleared": {repository.KIND: "cleared", volunteers.KIND: "cleared"},
    "rejected": {repository.KIND: "rejected", volunteers.KIND: "deactivated"},
}
"""What the buttons send, and the event that it becomes for each kind."""


class HeldEntry(NamedTuple):
    """A wish or a sign-up, with who sent it and the first words of it, without phone or address:
    both are empty where they cannot be read."""

    head: Head
    name: str
    words: str


class Decisions(NamedTuple):
    """How many were done, and why others were not, in words by their number."""

    do: str
    done: int
    left: Mapping[str, str]


def show(
    request: Request,
    app: App,
    session: Session,
    result: Decisions | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    """Those that wait longest first, of one sign if one is chosen, with how many have each."""
    now, sign = counters.by_scope(app.store.tally(counters.NOW)), request.value("sign")
    heads = _held(app)
    chosen = [head for head in heads if not sign or sign in signs(head)]
    again = bool(errors) or session.resumed
    return view(
        app,
        session,
        "held.html",
        422 if errors else 200,
        rows=_rows(app, chosen[:PAGE]),
        sign=sign,
        chosen=len(chosen),
        counts=Counter(each for head in heads for each in signs(head)),
        held=sum(counted.get(HELD, 0) for counted in now.values()),
        looked=len(heads),
        all=request.method != "POST" and request.value("all") == "yes",
        ticked=request.typed.get("no", []) if again else [],
        field=app.bundle.actions["rejected"]["fields"][0],
        typed=request.value("to_resident") if again else None,
        errors=errors or {},
        result=result,
        idle=request.method == "POST" and not request.typed.get("no"),
    )


def ask(request: Request, app: App) -> Question | None:
    """To refuse many at once."""
    count = len(request.typed.get("no", []))
    refuses = request.value("do") == "rejected" and request.value("to_resident").strip()
    return Question("refuse", {"count": count}) if refuses and count > MANY else None


def act(request: Request, app: App, session: Session) -> Response:
    """Let pass or refuse those that are ticked, each in its own transaction. After one that cannot
    be written now, no other is tried."""
    do = request.value("do")
    form: Form = app.bundle.actions["rejected"] if do == "rejected" else BLANK
    answers = submission.check(app, form, request.typed)
    if do not in DO or answers.errors:
        return show(request, app, session, errors=submission.sentences(app, form, answers.errors))
    left, code, numbers = dict[str, str](), "", [*dict.fromkeys(request.typed.get("no", []))]
    for no in numbers[:PAGE]:
        try:
            reason = code or _take(app, session, no, do, form, answers)
        except Exception as error:
            reason = code = unwritten(error)
            if not code and len(left) < numbers.index(no):
                raise Unfinished from error
            if not code:
                raise
            logs.failure(error, f"{request.method} {request.path}")
        if reason:
            left[no] = app.bundle.words["desk"]["notices"][reason]
    return show(request, app, session, Decisions(do, len(numbers[:PAGE]) - len(left), left))


def _take(app: App, session: Session, no: str, do: str, form: Form, answers: Answers) -> str:
    """Let one pass or refuse it; the code of the reason why not. What was done already, by whoever
    sent the page twice, is done."""
    head = app.store.head(order_number.parse(no) or "")
    kind = DO[do].get(head.kind, "") if head else ""
    if head is None or not kind:
        return "state"
    if head.state != HELD:
        return "" if app.store.events(head.no)[-1].kind == kind else "moved"
    try:
        if head.kind == volunteers.KIND:
            app.volunteers.move(head, kind, who=session.who)
        elif order := app.orders.find(head.no):
            app.steps.take(order, kind, STAFF, form, answers, {"who": session.who})
    except (Conflict, Refused) as error:
        return error.code
    return ""


def signs(head: Head) -> list[str]:
    """Why something is held."""
    return str(head.data.get("signs", "")).split()


def _held(app: App) -> list[Head]:
    kinds = (repository.KIND, volunteers.KIND)
    heads = [head for kind in kinds for head in app.store.waiting(kind, HELD, limit=MOST)]
    return sorted(heads, key=lambda head: head.begun)


def _rows(app: App, heads: list[Head]) -> list[HeldEntry]:
    corrected = {h.no: order_of(h).corrections if h.kind == repository.KIND else [] for h in heads}
    contacts, rows = app.personal.contacts(corrected), []
    for head in heads:
        typed = contacts[head.no]
        words = typed.get("detail") or typed.get("message", "")
        rows.append(
            HeldEntry(head, str(typed.get("name", "")), gist({**typed, "detail": words}, WORDS))
        )
    return rows
