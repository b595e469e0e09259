"""Many orders at once: those that wait for triage, and those that wait to be dispatched.

A page of orders is one form. The questions of the step stand in each row, called by their name and
the order's number. The rows that are ticked are taken, each in its own transaction; whatever was
chosen in the others stays.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from functions.app import App
from functions.context import logs
from functions.context.sentences import fill
from functions.desk.confirm import MANY, Question
from functions.desk.order_page import alike, marks, of_marks, related
from functions.desk.session import Session, view
from functions.errors import Conflict, Refused, Unfinished, Wrong
from functions.forms import order_number
from functions.forms.definition import Answers, Form, personal
from functions.forms.kinds.choices import OTHER
from functions.forms.kinds.kind import COMMA
from functions.messages.outbox import MORNING
from functions.orders import repository
from functions.orders.lifecycle.order import Order, order_of
from functions.orders.lifecycle.states import STAFF
from functions.orders.privacy import Unreadable, gist
from functions.orders.ranking import ranked
from functions.storage.failures import unwritten
from functions.web import records, step_forms, submission
from functions.web.http import Request, Response
from functions.web.step_forms import Told

PAGE = 30
WORDS = 80
"""How many characters of a wish a row shows."""
AS_A_RULE = "routine"
"""The level that is proposed for what the menu offers."""


class Wish(NamedTuple):
    """What a row shows of what is sealed: the first words of a wish without phone or address, empty
    once they are erased; ``read`` is false where they cannot be opened."""

    words: str
    read: bool


class Candidate(NamedTuple):
    """An order, with the answers that are ``proposed`` or were chosen for it (``filled``), and
    whether it is ``ticked``. ``alike`` are other orders of the same phone or address; ``teams``
    those that it can be given to, each with its reasons and marks; ``problem`` says why it was not
    taken, and ``since`` what happened to the order since the row was drawn."""

    order: Order
    due: str
    wish: Wish
    filled: Mapping[str, str]
    ticked: bool
    alike: Sequence[tuple[Order, list[str]]] = ()
    teams: Sequence[tuple[str, Mapping[str, Any], list[str]]] = ()
    problem: str = ""
    since: Sequence[Told] = ()
    proposed: Mapping[str, str] = {}


class Result(NamedTuple):
    """What became of an order that was ticked: taken, or the ``problem`` in words, the order as it
    is now, and the labels of what was ``chosen``. ``again`` says that it stays ticked."""

    order: Order
    problem: str = ""
    chosen: Sequence[str] = ()
    again: bool = False


Ticked = tuple[Order, Form, Answers]
"""An order that is ticked, the form of the step, and what was chosen in its row."""


class Bulk(NamedTuple):
    """A step that is taken with many orders at once: its ``kind``, the ``state`` in which orders
    wait for it, what its form ``asks``, and who ``propose``s answers. ``main`` is the question
    whose answers matter most to whoever looks once more, and ``labels`` are what they are called;
    ``warn`` says what else the step will do, or will not."""

    kind: str
    state: str
    asks: tuple[str, ...]
    propose: Callable[[App, Sequence[Order]], list[Candidate]]
    main: str
    labels: Callable[[App], Mapping[str, str]]
    warn: Callable[[App, Sequence[Ticked]], Iterator[str]]

    def show(
        self, request: Request, app: App, session: Session, results: Sequence[Result] = ()
    ) -> Response:
        """A page of the orders that wait, the longest due first, with ``results`` above."""
        heads = app.store.waiting(
            repository.KIND, self.state, after=request.value("after"), limit=PAGE
        )
        orders = [order_of(head) for head in heads]
        ready = [order for order in orders if self.kind in app.steps.offered(order, STAFF)]
        tried = {result.order.no: result for result in results}
        proposed = [row._replace(proposed=row.filled) for row in self.propose(app, ready)]
        rows = [self._as_typed(app, row, request, tried) for row in proposed]
        return view(
            app,
            session,
            f"{self.kind}.html",
            rows=rows,
            fields={field["name"]: field for field in self._form(app)["fields"]},
            results=results,
            listed=[row.order.no for row in rows],
            idle=request.method == "POST" and not request.typed.get("no"),
            held=len(orders) - len(ready),
            after=request.value("after"),
            following=heads[-1].due_position if len(heads) == PAGE else "",
        )

    def ask(self, request: Request, app: App) -> Question | None:
        """Many orders at once: how many there are of each kind, and what follows for them."""
        numbers = dict.fromkeys(request.typed.get("no", []))
        if len(numbers) <= MANY:
            return None
        answers = Counter(request.value(f"{self.main}-{no}") for no in numbers)
        template = app.bundle.words["desk"]["counted"]
        counted = [
            fill(template, label=label, count=answers[value])
            for value, label in self.labels(app).items()
            if answers[value]
        ]
        found = [order for no in numbers if (order := self._find(app, no))]
        chosen = [(order, self._form(app), self._answers(request, app, order)) for order in found]
        warned = "".join(self.warn(app, chosen))
        counts = {"count": len(numbers), "counted": COMMA.join(counted)}
        return Question(self.kind, counts | {"warned": warned})

    def act(self, request: Request, app: App, session: Session) -> Response:
        """Take the step with the orders that are ticked. After one that cannot be written now, no
        other is tried."""
        results, code = list[Result](), ""
        for no in dict.fromkeys(request.typed.get("no", [])):
            if (order := self._find(app, no)) is None:
                continue
            if not code:
                try:
                    results.append(self._take(request, app, session, order))
                    continue
                except Exception as error:
                    code = unwritten(error)
                    if not code and any(not result.problem for result in results):
                        raise Unfinished from error
                    if not code:
                        raise
                    logs.failure(error, f"{request.method} {request.path}")
            results.append(Result(order, app.bundle.words["desk"]["notices"][code], again=True))
        return self.show(request, app, session, results)

    def _take(self, request: Request, app: App, session: Session, order: Order) -> Result:
        form, version = self._form(app), request.value(f"version-{order.no}")
        answers = self._answers(request, app, order)
        more = {"who": session.who}
        if self._was_taken(app, order, version, answers.public | more):
            return Result(order)
        try:
            return Result(
                app.steps.take(order, self.kind, STAFF, form, answers, more, version=version)
            )
        except Wrong as wrong:
            errors = answers.errors or {wrong.field: wrong}
            problem = "".join(submission.sentences(app, form, errors).values())
            return Result(order, problem, again=True)
        except (Conflict, Refused) as error:
            now = app.orders.find(order.no) or order
            problem = app.bundle.words["desk"]["notices"][error.code]
            return Result(now, problem, _labels(form, answers))

    def _answers(self, request: Request, app: App, order: Order) -> Answers:
        typed = {name: request.typed.get(f"{name}-{order.no}", []) for name in self.asks}
        return submission.check(app, self._form(app), typed)

    def _was_taken(self, app: App, order: Order, version: str, data: Mapping[str, Any]) -> bool:
        """Whether the same was done with the order as it was drawn: the page was sent twice."""
        if version in ("", str(order.version)) or not version.isdecimal():
            return False
        events = app.store.events(order.no)[int(version[:9]) :]
        return any(e.kind == self.kind and data.items() <= e.data.items() for e in events)

    def _form(self, app: App) -> Form:
        form: Form = app.bundle.actions[self.kind]
        return {**form, "fields": [f for f in form["fields"] if f["name"] in self.asks]}

    def _as_typed(
        self, app: App, row: Candidate, request: Request, tried: Mapping[str, Result]
    ) -> Candidate:
        """A row that the request already filled in, as it was filled in. Where the order changed
        since, what nobody chose is proposed anew, and nothing is ticked before somebody looked."""
        no = row.order.no
        if f"version-{no}" not in request.typed:
            return row
        result = tried.get(no)
        ticked = result.again if result else no in request.typed.get("no", [])
        filled = {name: request.value(f"{name}-{no}") for name in self.asks}
        since = _since(app, row.order, step_forms.drawn_version(request, f"version-{no}"))
        if since:
            before = {name: request.value(f"proposed-{name}-{no}") for name in self.asks}
            filled = {n: row.proposed[n] if filled[n] == before[n] else filled[n] for n in filled}
        return row._replace(
            filled=filled,
            ticked=ticked and not since,
            problem=result.problem if result else "",
            since=since,
        )

    @staticmethod
    def _find(app: App, no: str) -> Order | None:
        parsed = order_number.parse(no)
        return app.orders.find(parsed) if parsed else None


def _labels(form: Form, answers: Answers) -> list[str]:
    """What was chosen, as the form calls it."""
    labels = []
    for field in form["fields"]:
        known = {choice["value"]: choice["label"] for choice in field["choices"]}
        if value := answers.values.get(field["name"]):
            labels.append(known.get(value, value))
    return labels


def _since(app: App, order: Order, version: int | None) -> Sequence[Told]:
    """What happened to an order since its row was drawn. What was typed stays on its own page,
    because nobody records who looks at rows."""
    if version in (None, order.version) or (found := app.orders.history(order.no)) is None:
        return ()
    typed = personal(app.bundle.forms["wish"])
    changed = app.bundle.words["desk"]["typed_anew"]
    return [
        (event, [each._replace(text=changed) if each.name in typed else each for each in answers])
        for event, answers in records.history(app, found.events, {})[version:]
    ]


def _contacts(app: App, orders: Sequence[Order]) -> Mapping[str, Mapping[str, Any]]:
    return app.personal.contacts({order.no: order.corrections for order in orders})


def _wish(typed: Mapping[str, Any]) -> Wish:
    return Wish(gist(typed, WORDS), not isinstance(typed, Unreadable))


def _to_triage(app: App, orders: Sequence[Order]) -> list[Candidate]:
    """What the menu offers is routine; the grid is the one of the resident's last order. What is
    not on the menu, cannot be read, may be known already or got a note is for somebody to look
    at."""
    rows, contacts = [], _contacts(app, orders)
    roles = {order.no: marks(app, contacts[order.no]) for order in orders}
    found = of_marks(app, {*chain.from_iterable(roles.values())})
    for order in orders:
        typed = contacts[order.no]
        others = related(order, found, roles[order.no], {order.no})
        same = alike(order, others)
        on_menu = order.service in app.bundle.services and order.service != OTHER
        wish = _wish(typed)
        filled = {
            "service": order.service,
            "grid": order.grid or next((other.grid for other, _ in others if other.grid), ""),
            "level": order.level or (AS_A_RULE if on_menu else ""),
        }
        to_answer = order.waits_until or order.unread
        ticked = bool(on_menu and wish.words and not same and not to_answer)
        rows.append(Candidate(order, app.deadlines.due(order), wish, filled, ticked, alike=same))
    return rows


def _to_dispatch(app: App, orders: Sequence[Order]) -> list[Candidate]:
    """The best team that nothing speaks against, with what those before it on the page will get. An
    order without such a team, that waits for its resident or got her note is for somebody to look
    at."""
    weighed = {service: app.ranking.suggest(service) for service in {o.service for o in orders}}
    unlinked, batch, rows = step_forms.unlinked(app), Counter[str](), list[Candidate]()
    contacts = _contacts(app, orders)
    for order in orders:
        order_teams = ranked(weighed[order.service], batch)
        why = dict(order_teams)
        marked = [*step_forms.marked(app, order, order_teams, unlinked)]
        best = next((team for team, marks in marked if why[team]["offers"] and not marks), "")
        wish = _wish(contacts[order.no])
        ticked = bool(best and not order.waits_until and not order.unread)
        batch.update([best] if ticked else [])
        teams = [(team, why[team], marks) for team, marks in marked]
        due = app.deadlines.due(order)
        rows.append(Candidate(order, due, wish, {"team": best}, ticked, teams=teams))
    return rows


def _late(app: App, chosen: Sequence[Ticked]) -> Iterator[str]:
    """How many are promised by a day that has passed: what came on paper counts from that day."""
    days = [app.steps.promise(*each) for each in chosen if not each[2].errors]
    today = app.clock.now.date().isoformat()
    if late := sum(day < today for day in days):
        yield fill(app.bundle.words["desk"]["warned"]["late"], count=late)


def _reached(app: App, chosen: Sequence[Ticked]) -> Iterator[str]:
    """How many go to teams that are sent a message, and to teams that cannot open their page."""
    words, unlinked = app.bundle.words["desk"]["warned"], step_forms.unlinked(app)
    channels = {channel["to"] for channel in app.bundle.site["notify"]}
    teams = [answers.values.get("team", "") for _, _, answers in chosen]
    with_message = sum(team in channels for team in teams)
    code = "untold" if not with_message else "told" if app.outbox.is_open else "told_later"
    yield fill(words[code], count=with_message, hour=MORNING)
    if unseen := sum(team in unlinked for team in teams):
        yield fill(words["unlinked"], count=unseen)


TRIAGE = Bulk(
    kind="triaged",
    state="submitted",
    asks=("service", "grid", "level"),
    propose=_to_triage,
    main="level",
    labels=lambda app: app.bundle.words["level_names"],
    warn=_late,
)
DISPATCH = Bulk(
    kind="dispatched",
    state="triaged",
    asks=("team",),
    propose=_to_dispatch,
    main="team",
    labels=lambda app: app.bundle.teams,
    warn=_reached,
)
