"""Whether the clock can be believed: it is held against the rounds of the schedule.

A board without a battery, a machine restored from a snapshot, a mistyped year: a clock that is
wrong once would have a year's personal data erased. So the store keeps a *reference*, the time as
far as the schedule has seen it pass. A gap between two rounds moves it no further, because nobody
can tell a machine that was off from a clock that jumped; while the clock is near the reference,
the reference catches up with it.
"""

from datetime import datetime, timedelta

from functions.context.app import App
from functions.storage.history import Event

LAST_ROUND = "last_round"
"""The fact with what the clock showed at the schedule's last round."""
REFERENCE = "clock_reference"
"""The fact with the reference."""
FAR = timedelta(days=7)
"""A clock that is further from the reference, in either direction, is not believed."""
STEADY = timedelta(hours=1)
"""Two rounds that lie closer together show time that has passed; the schedule runs each minute."""
CATCHES_UP = 3
"""How fast: by so many seconds for each second that was seen to pass. A machine that runs on
working days alone is never left behind by that, and a clock that is days ahead for an hour takes
the reference only hours along."""
NEWEST = 20
"""How many of the newest histories say what time it is, in a store that has no reference yet."""


def observe(app: App) -> bool:
    """Take note of a round of the schedule, and say whether the clock can be believed."""
    now, seen, last = app.now, app.store.fact(REFERENCE), app.store.fact(LAST_ROUND)
    reference = datetime.fromisoformat(seen) if seen else _first(app)
    passed = now - datetime.fromisoformat(last) if last else timedelta(0)
    if timedelta(0) <= passed <= STEADY:
        reference += passed
        ahead = now - reference
        if abs(ahead) <= FAR:
            reference += max(-CATCHES_UP * passed, min(CATCHES_UP * passed, ahead))
    # Not where somebody has confirmed the clock at this moment.
    app.store.set_fact(REFERENCE, reference.isoformat(), seen=seen)
    app.store.set_fact(LAST_ROUND, now.isoformat())
    return abs(now - reference) <= FAR


def disbelieved(app: App) -> datetime | None:
    """The reference, where the clock is too far from it; None where the clock is believed."""
    seen = app.store.fact(REFERENCE)
    if not seen or abs(app.now - datetime.fromisoformat(seen)) <= FAR:
        return None
    return datetime.fromisoformat(seen)


def confirm(app: App) -> None:
    """Believe the clock from now on: an administrator has looked at the date."""
    app.store.set_fact(REFERENCE, app.now.isoformat())


def moment(app: App, *times: str) -> str:
    """When an event happens: the latest of these times, and on one machine of the reference.

    So a clock that is behind makes no history look older than it is, which would have it erased
    too early. Over a network the provider keeps the clock, and to ask would cost every event a
    request.
    """
    reference = app.store.fact(REFERENCE) if app.store.local else ""
    return max(filter(None, (*times, reference)), key=datetime.fromisoformat)


def dated(app: App, event: Event, last: str) -> Event:
    """The event as it enters a history whose last one was at ``last``: its times never go back."""
    return event._replace(at=moment(app, event.at, last))


def _first(app: App) -> datetime:
    """The newest event of a store of before there was a reference; now, where that is near."""
    heads = [head for kind in ("order", "volunteer") for head in app.store.find(kind, limit=NEWEST)]
    times = [head.data.get("changed_at") or head.begun for head in heads]
    newest = max(map(datetime.fromisoformat, times), default=app.now)
    return app.now if abs(app.now - newest) <= FAR else newest
