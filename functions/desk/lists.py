"""Lists of orders at the desk: what a row shows, and which orders of a list were chosen, in which
order. What was chosen stands in the address, so a list can be kept, and led back to."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from functions.app import App
from functions.orders import repository
from functions.orders.lifecycle.order import order_of
from functions.orders.lifecycle.states import LEVELS
from functions.orders.notices import discontent
from functions.orders.privacy import Unreadable, gist
from functions.people.accounts import Accounts
from functions.storage.history import Head

STEPS = ("submitted", "triaged", "dispatched", "accepted", "done", "rated")
PROBLEMS = "problems"
"""The list of orders with a problem that nobody has answered."""
UNREAD = "unread"
"""The list of orders to which a resident added something that nobody has acted on since."""
VACANT = "vacant"
"""The list of orders of which a team has to say anew who goes."""
MINE = "mine"
"""The list of orders that the reader has taken on."""
CALLS = "calls"
"""The list of residents to call (回访): who has not rated what was done, or was not content."""
LISTS = (*STEPS, PROBLEMS, UNREAD, VACANT, MINE, CALLS)
PAGE = 30
MOST = 1000
"""How many orders of a list are looked at; a community has a tenth of that at one step."""
WORDS = 24
"""How many characters of a wish a row shows."""

FILTERS = ("service", "team", "grid", "level")
TICKS = ("late", "mine", "left")
SORTS = ("due", "filed", "service", "grid")


class ListedOrder(NamedTuple):
    """An order in a list: who wished, and the first words of the wish, without phone or address.
    Both are empty once they are erased; ``read`` is false where they cannot be opened. ``left``
    says that it is in the hands of somebody who cannot sign in any more. ``waiting`` is what it
    waits for: itself, or the order with which a merged one is done."""

    head: Head
    waiting: Head
    name: str = ""
    wish: str = ""
    read: bool = True
    left: bool = False


class Selection(NamedTuple):
    """Which list, and what was chosen of it: values by filter, the order, and the page."""

    name: str
    chosen: Mapping[str, str]
    sort: str = SORTS[0]
    page: int = 1

    @property
    def query(self) -> str:
        """All of it, as it stands in addresses."""
        page = {"page": str(self.page)} if self.page > 1 else {}
        return urlencode({"state": self.name, **self.chosen, "sort": self.sort, **page})

    @property
    def address(self) -> str:
        """Where the list is."""
        return f"/desk/?{self.query}"


class Chosen(NamedTuple):
    """The orders of a list that were chosen, in order, and for each filter its values, as people
    order them, each with how many orders there would be. ``cut`` says that the list is longer than
    what was looked at."""

    heads: Sequence[Head]
    counts: Mapping[str, Mapping[str, int]]
    cut: bool


def read(values: Mapping[str, str]) -> Selection | None:
    """What an address chooses; None if it names no list."""
    if (name := values.get("state", "")) not in LISTS:
        return None
    chosen = {part: value for part in (*FILTERS, *TICKS) if (value := values.get(part, ""))}
    sort, page = values.get("sort", ""), values.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1
    return Selection(name, chosen, sort if sort in SORTS else SORTS[0], max(number, 1))


def parse(query: str) -> Selection | None:
    """The same of a part of an address that was kept."""
    return read(dict(parse_qsl(query)))


def find(app: App, choice: Selection, who: str) -> Chosen:
    """The orders that were chosen, of the whole list, for this member of staff."""
    heads = app.orders.listed(_everything(app, choice.name, who))
    today = app.clock.now.date().isoformat()
    gone = left(app, _handlers(heads))
    traits = [(head, _traits(head, today, who, gone)) for head in heads]
    order, counts = _positions(app), dict[str, dict[str, int]]()
    for name in (*FILTERS, *TICKS):
        count = Counter(
            has.get(name, "") for _, has in traits if _matches(has, choice.chosen, name)
        )
        values = {*count, choice.chosen.get(name, "")} - {""}
        ordered = sorted(values, key=partial(_rank, order.get(name, {})))
        counts[name] = {value: count[value] for value in ordered}
    found = [head for head, has in traits if _matches(has, choice.chosen)]
    found.sort(key=_sorting(order)[choice.sort])
    return Chosen(found, counts, len(heads) == MOST)


def following(heads: Sequence[Head], no: str, then: str = "") -> str:
    """The number of the order after this one. If this one has left the list, that is ``then``,
    which came after it before; or else the first. Empty where there is no other."""
    numbers = [head.no for head in heads]
    if no in numbers:
        return next(iter(numbers[numbers.index(no) + 1 :]), "")
    return then if then in numbers else next(iter(numbers), "")


def rows(app: App, heads: Iterable[Head]) -> list[ListedOrder]:
    """Heads of one page as rows; what they need of what is sealed is read at once."""
    listed = app.orders.listed(heads)
    contacts = app.personal.contacts({h.no: order_of(h).corrections for h in listed})
    gone = left(app, _handlers(listed))
    return [_row(app, head, contacts[head.no], head.data["handler"] in gone) for head in listed]


def _row(app: App, head: Head, typed: Mapping[str, Any], left: bool) -> ListedOrder:
    waiting = head
    if head.state == "merged":
        waiting = app.orders.head(app.orders.last(order_of(head)))
    if isinstance(typed, Unreadable):
        return ListedOrder(head, waiting, read=False, left=left)
    return ListedOrder(head, waiting, str(typed.get("name", "")), gist(typed, WORDS), left=left)


def left(app: App, handlers: Iterable[str]) -> set[str]:
    """Those of them who are at an order, and cannot sign in any more."""
    found = {*handlers} - {""}
    return found - {*Accounts(app.store, app.clock).at_work()} if found else found


def _handlers(heads: Iterable[Head]) -> Iterable[str]:
    return (head.data["handler"] for head in heads)


def _everything(app: App, name: str, who: str) -> list[Head]:
    if name == PROBLEMS:
        return app.orders.problems(MOST)
    if name == UNREAD:
        return app.orders.unread(MOST)
    if name == VACANT:
        return app.orders.vacant(MOST)
    if name == MINE:
        return in_hand(app, who)
    if name == CALLS:
        return _calls(app)
    return app.store.waiting(repository.KIND, name, limit=MOST)


def _calls(app: App) -> list[Head]:
    """Whoever has not rated what was done, or was not content; also those whose order was done with
    another one."""
    waiting = partial(app.store.waiting, repository.KIND, limit=MOST)
    done, rated, merged = map(waiting, ("done", "rated", "merged"))
    served = {head.no: order_of(head).done_at for head in (*done, *rated)}
    into = {head.no: order_of(head).merged_into for head in merged}
    also = [(head, order_of(head), served.get(_last(head.no, into), "")) for head in merged]
    again = [head for head, each, at in also if at and (discontent(each) or each.rating_at < at)]
    return [*done, *(head for head in rated if discontent(order_of(head))), *again][:MOST]


def _last(no: str, into: Mapping[str, str]) -> str:
    """The order to which the ones that were merged lead."""
    seen = set[str]()
    while no in into and no not in seen:
        seen.add(no)
        no = into[no]
    return no


def in_hand(app: App, who: str) -> list[Head]:
    """The orders that a member of staff is at."""
    return app.store.find(repository.KIND, [f"{repository.HANDLER}:{who}"], limit=MOST)


def _traits(head: Head, today: str, who: str, gone: Set[str]) -> dict[str, str]:
    """What filters choose a head by: its value of each, empty where it has none."""
    marks = {name: head.data[name] for name in FILTERS}
    ticks = {"late": head.due and head.due < today, "mine": head.data["handler"] == who}
    ticks["left"] = head.data["handler"] in gone
    return marks | {name: "yes" for name, has in ticks.items() if has}


def _matches(has: Mapping[str, str], chosen: Mapping[str, str], but: str = "") -> bool:
    return all(has.get(name) == value for name, value in chosen.items() if name != but)


def _positions(app: App) -> dict[str, dict[str, int]]:
    """The position of each value of a filter, as people order them."""
    known = {"service": app.names.services, "team": app.names.teams}
    values = {**known, "grid": app.bundle.grids, "level": LEVELS}
    return {name: {value: n for n, value in enumerate(each)} for name, each in values.items()}


def _sorting(order: Mapping[str, Mapping[str, int]]) -> dict[str, Callable[[Head], Any]]:
    """The sort key of a head by the name of each order; the longest due comes first in each."""

    def due(head: Head) -> tuple[str, str]:
        return head.due or "~", head.begun

    def by(name: str) -> Callable[[Head], Any]:
        return lambda head: (_rank(order[name], head.data[name]), due(head))

    return {"due": due, "filed": lambda h: h.begun, "service": by("service"), "grid": by("grid")}


def _rank(order: Mapping[str, int], value: str) -> tuple[int, str]:
    """Where a value comes; those that are no more come last, by name, and none at all after all."""
    return order.get(value, len(order) + (not value)), value
