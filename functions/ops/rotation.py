"""Another secret for a community: what was sealed with the old one is sealed anew.

The new line goes to the top of the secret before anything is sealed with it, and the store's
fingerprint follows when all is done. So a rotation that was broken off is seen by the two not
being the same, loses nothing meanwhile, and goes on when it is run again.
"""

from collections.abc import Iterable
from datetime import datetime

from functions.context.app import App
from functions.orders import repository
from functions.people import volunteers
from functions.storage import opening
from functions.storage.history import Change
from functions.storage.port import Conflict, Unusable
from functions.storage.vault import Vault


def is_unfinished(app: App) -> bool:
    """Whether the store still holds what older lines of the secret sealed."""
    return app.store.fact(opening.FACT) != app.vault.fingerprints[0]


def numbers(app: App) -> list[str]:
    """The number of every history that may have something sealed."""
    return [no for kind in (repository.KIND, volunteers.KIND) for no in app.store.numbers(kind)]


def reseal(app: App, numbers: Iterable[str]) -> int:
    """Seal with the first line what an older one sealed, and then say so in the store; return how
    many histories were changed. What no line opens stays as it is."""
    changed = sum(_reseal(app, no) for no in numbers)
    app.store.set_fact(opening.FACT, app.vault.fingerprints[0])
    return changed


def give_up(address: str, now: datetime) -> None:
    """Begin another secret for a store whose own is gone for good. What that sealed stays as it
    is, in case it is found one day, and is shown as unreadable.

    Raises:
        Unusable: ``secret_there``, there is a secret, or it is kept elsewhere; ``in_use``.
    """
    file = opening.beside(address)
    if not address.startswith("sqlite:") or file.exists():
        raise Unusable("secret_there", place=file)
    store = opening.existing(address)
    try:
        with store.exclusive():
            line = opening.new_line()
            opening.write_secret(file, line)
            store.set_fact(opening.FACT, Vault(line.encode()).fingerprints[0])
            store.set_fact(opening.GIVEN_UP, now.isoformat())
    finally:
        store.close()


def _reseal(app: App, no: str) -> bool:
    while True:
        head, sealed = app.store.head(no), app.store.personal(no)
        old = [seq for seq, part in sealed.items() if not app.vault.is_current(no, part)]
        old = [seq for seq in old if app.vault.opens(no, sealed[seq])]
        if head is None or not old:
            return False
        said = {seq: app.vault.open(no, sealed[seq]) for seq in old}
        parts = sealed | {seq: app.vault.seal(no, said[seq]) for seq in old}
        # Traces are made of what was told first, and are the old secret's too.
        first = app.vault.open(no, parts[1]) if 1 in said else {}
        traces = repository.traces(app, first) if first else app.store.traces(no)
        try:
            app.store.commit(Change(head, [], parts, traces=traces, erase=True))
        except Conflict:
            continue  # Somebody wrote meanwhile, which only a table in the cloud lets them.
        return True
