"""Give a community another secret, and seal anew what was sealed with the old one.

The new line is at the top of the secret before anything is sealed with it, and the store gets its
fingerprint when everything is done. A rotation that broke off is seen by that, and is run again.
"""

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime

from functions.app import App
from functions.errors import Conflict, Unusable
from functions.orders import repository, upkeep
from functions.orders.figures import report_text
from functions.people import second_factor, volunteers
from functions.storage import opening
from functions.storage.history import Change
from functions.storage.vault import Vault


def is_unfinished(app: App) -> bool:
    """Whether the store still holds parts that an older line of the secret sealed."""
    return app.store.fact(opening.FACT) != app.vault.fingerprints[0]


def numbers(app: App) -> list[str]:
    """The number of every history that may have something sealed."""
    sealed = (repository.KIND, volunteers.KIND, report_text.KIND, second_factor.KIND)
    return [no for kind in sealed for no in app.store.numbers(kind)]


def reseal(app: App, numbers: Iterable[str]) -> int:
    """Seal with the first line what an older one sealed, and record that in the store. Returns how
    many histories were changed. What no line opens stays as it is."""
    changed = sum(_reseal(app, no) for no in numbers)
    app.store.set_fact(upkeep.TRACED, "")
    app.store.set_fact(opening.FACT, app.vault.fingerprints[0])
    return changed


def give_up(address: str, now: datetime) -> None:
    """Begin another secret for a store whose own is lost. What that sealed is shown as unreadable
    and stays as it is, in case the secret is found one day.

    Raises:
        Unusable: ``secret_there``, there is a secret, or it is kept elsewhere; ``in_use``.
    """
    file = opening.beside(address)
    if not address.startswith("sqlite:") or file.exists():
        raise Unusable("secret_there", place=file)
    with closing(opening.existing(address)) as store, store.exclusive():
        line = opening.new_line()
        opening.write_secret(file, line)
        store.set_fact(opening.FACT, Vault(line.encode()).fingerprints[0])
        store.set_fact(opening.GIVEN_UP, now.isoformat())


def _reseal(app: App, no: str) -> bool:
    while True:
        head, sealed = app.store.head(no), app.store.personal(no)
        answers = {
            seq: app.vault.open(no, part)
            for seq, part in sealed.items()
            if not app.vault.is_current(no, part) and app.vault.opens(no, part)
        }
        if head is None or not answers:
            return False
        parts = sealed | {seq: app.vault.seal(no, each) for seq, each in answers.items()}
        # Traces were made with the old secret, too, of whatever can be opened. The schedule adds
        # those of parts.
        opened = app.personal.of(no)
        traces = app.personal.all_traces(opened) if opened.get(1) else app.store.traces(no)
        try:
            app.store.commit(Change(head, [], parts, traces=traces, erase=True))
        except Conflict:
            continue  # Somebody wrote meanwhile, which only a table in the cloud allows.
        return True
