"""Orders at the command line, until the station has its desk."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from functions import ledger, lifecycle, number
from functions.app import App, from_environment
from functions.lifecycle import STAFF, TABLE, Event, Order, Refused


def run(
    data: Path | None,
    typed: str | None,
    kind: str | None,
    facts: Sequence[str],
    forget: bool,
    say: Callable[[str], None],
) -> bool:
    """List orders, show one, move one on, or forget its personal data; False if that cannot be."""
    if data:
        os.environ["WUDAN_STORE"] = f"sqlite:{data}/wudan.db"
    app = from_environment()
    if typed is None:
        for head in app.store.heads(ledger.KIND, limit=50):
            service = head.data["service"]
            say(f"{number.spell(head.no)}  {head.state:<10} {service:<20} {head.changed_at}")
        return True
    no = number.parse(typed)
    order = ledger.find(app, no) if no else None
    if order is None:
        say(f"没有单号为 {typed} 的单子。")
        return False
    if forget:
        app.store.erase(order.no)
        say(f"{number.spell(order.no)} 的个人信息已经删去，办理经过还在。")
        return True
    if kind is None:
        _show(app, order, say)
        return True
    try:
        moved = _move(app, order, kind, facts)
    except Refused as refused:
        say(_why(refused))
        return False
    say(f"{number.spell(moved.no)} 现在是 {moved.state}")
    return True


def _show(app: App, order: Order, say: Callable[[str], None]) -> None:
    for event in app.store.events(order.no):
        shown = {name: value for name, value in event.data.items() if name != "key"}
        say(f"{event.at}  {event.by:<8} {event.kind:<10} {json.dumps(shown, ensure_ascii=False)}")
    for name, value in ledger.contact(app, order.no).items():
        say(f"  {name}: {value}")
    say(f"可以接着：{_possible(order)}")


def _move(app: App, order: Order, kind: str, facts: Sequence[str]) -> Order:
    by = TABLE[kind].by if kind in TABLE else (STAFF,)
    data = dict(fact.partition("=")[::2] for fact in facts)
    # The clerk acts for the station where the station may, else for whom it concerns.
    event = Event(kind, STAFF if STAFF in by else by[0], app.now.isoformat(), data)
    return ledger.move(app, order, event)


def _why(refused: Refused) -> str:
    if refused.reason == "data":
        move = TABLE[refused.event.kind]
        values = [f"{name}={'|'.join(move.only.get(name, ('…',)))}" for name in move.sets]
        return f"还要写明：{' '.join(values)}"
    return (
        f"{refused.order.state} 之后不能 {refused.event.kind}。可以接着：{_possible(refused.order)}"
    )


def _possible(order: Order) -> str:
    kinds = dict.fromkeys(
        kind for by in lifecycle.ACTORS for kind in lifecycle.moves(order.state, by)
    )
    return "、".join(kinds) or "没有了"
