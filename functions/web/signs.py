"""Signs that no resident filled in a form. They refuse nothing: a form with many of them waits for
staff to look (:func:`functions.web.submission.file`), and one or two happen to anybody.

The form carries when it was drawn in its one-time id, which only this secret can make. Programs and
copies of the static page have none, which is a sign and no more. Senders are counted by a keyed
digest of the day, which the store forgets with the day.
"""

import hmac
from collections.abc import Mapping
from datetime import timedelta
from operator import itemgetter

from functions.app import App
from functions.context.senders import network
from functions.forms.definition import Answers

TRAP = "leave_empty"
"""The name of a field that people do not see. A program that fills in every field fills in this
one, too."""
FAST = 5
"""A form that comes back within fewer seconds was not read and filled in by a person."""
OF_SENDER = (40, 80)
"""More forms of one sender in a day than the first number are one sign, more than the second are
two. A library, or a day of service, sends dozens."""
OF_PHONE = (5, 10)
"""The same of forms with one phone, which a family may share."""
LINKS = 2
"""This many web addresses in what was typed are a sign."""
ROOM = (300, 100)
"""By the weight of its signs, how many may be waiting for the station when a form joins them; a
heavier one waits apart. So programs that get past the signs can neither bury what residents file
nor delay the messages about it: 300 messages are sent in six minutes."""
DAY = timedelta(days=1)


def form_id(app: App) -> str:
    """The id of a form that is drawn now."""
    fresh, at = app.vault.fresh(), f"{int(app.clock.now.timestamp()):x}"
    return f"{fresh}.{at}.{_proof(app, fresh, at)}"


def noticed(app: App, form: Mapping[str, str], answers: Answers, of_phone: int) -> dict[str, int]:
    """The signs of a form that was sent, each with its weight. ``form`` has its ``once``, ``trap``
    and ``sender``; ``of_phone`` is how many forms came with its phone within a day."""
    now, sender = app.clock.now, form["sender"]
    sent = 0
    if sender:
        what = app.vault.stamp("sent", f"{now.date()} {network(sender)}")
        sent = app.store.count(f"sent {what[:32]}", now, now + DAY)
    age = _age(app, form["once"])
    found = {
        "trap": 2 if form["trap"] else 0,
        "undrawn": age is None,
        "fast": age is not None and 0 <= age < FAST,
        "links": str(answers.personal).count("://") >= LINKS,
        "sender": (sent > OF_SENDER[0]) + (sent > OF_SENDER[1]),
        "phone": (of_phone >= OF_PHONE[0]) + (of_phone >= OF_PHONE[1]),
    }
    return dict(filter(itemgetter(1), found.items()))


def _age(app: App, once: str) -> float | None:
    """How many seconds ago the form with this id was drawn; None if it was drawn elsewhere, or
    before the secret was changed."""
    fresh, _, rest = once.partition(".")
    at, _, key = rest.partition(".")
    if not key or not hmac.compare_digest(key.encode(), _proof(app, fresh, at).encode()):
        return None
    return app.clock.now.timestamp() - int(at, 16)


def _proof(app: App, fresh: str, at: str) -> str:
    return app.vault.stamp("drawn", fresh, at)[:32]
