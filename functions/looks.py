"""Who looked at a resident's contact details: one line a day for each person and order."""

from functions.app import App
from functions.lifecycle import Event
from functions.store import Change, Conflict, Head

KIND = "looks"


def record(app: App, no: str, by: str, who: str) -> None:
    """Remember that somebody looked today; a second look on the same day adds nothing.

    The looks are a history of their own, so that looking moves no order on.
    """
    once = app.vault.stamp("look", no, who, app.now.date().isoformat())
    while not app.store.filed(once):
        name, at = f"{KIND}:{no}", app.now.isoformat()
        old = app.store.head(name)
        head = old or Head(name, KIND, 0, "", at, {})
        event = Event("looked", by, at, {"who": who})
        try:
            app.store.commit(Change(head._replace(version=head.version + 1), [event], once=once))
        except Conflict:
            continue  # Two people at the same moment: both are to be remembered.


def of(app: App, no: str) -> tuple[Event, ...]:
    """Who looked, the first of all at the head."""
    return app.store.events(f"{KIND}:{no}")
