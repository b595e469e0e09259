"""What was done at the desk is remembered, found again, bounded, carried along and cleaned."""

from datetime import timedelta

from functions import scheduled
from functions.app import App
from functions.people import audit
from tests.support.community import Clock


def entries(app: App, *marks: str) -> list[tuple[str, str]]:
    """Who did what, the first of all at the head."""
    found = app.current().audit.find(marks, limit=100)
    return [(head.data["who"], head.data["what"]) for head in reversed(found)]


def test_strangers_fill_nothing_however_often_they_try(app: App) -> None:
    for _ in range(100):
        app.audit.record_stranger("sign_in_failed", "王芳")
        app.audit.record_stranger("sign_in_failed")
    ours, theirs = app.audit.find(["what:sign_in_failed"])
    assert ours.data["times"] == theirs.data["times"] == 64
    assert len(app.store.events(ours.no)) == audit.EXACTLY + 3  # And 16, 32, 64.


def test_an_entry_is_found_by_person_kind_and_day(app: App, clock: Clock) -> None:
    app.audit.record("exported", "王芳", sheet="orders")
    clock.forward(days=1)
    tomorrow = app.clock.now.date()
    app.audit.record("exported", "小陈", sheet="orders")
    app.audit.record("signed_in", "王芳")
    assert entries(app, "who:王芳") == [("王芳", "exported"), ("王芳", "signed_in")]
    assert entries(app, "what:exported", "who:小陈") == [("小陈", "exported")]
    later = app.audit.find(first=tomorrow)
    assert sorted(head.data["what"] for head in later) == ["exported", "signed_in"]
    (earlier,) = app.audit.find(last=tomorrow - timedelta(days=1))
    assert earlier.data["sheet"] == "orders"


def test_the_address_is_told_only_as_a_digest_of_its_day(app: App, clock: Clock) -> None:
    for _ in range(2):
        app.audit.record("signed_in", "王芳", sender="192.0.2.7")
        app.audit.record("signed_out", "王芳", sender="192.0.2.7")
        clock.forward(days=1)
    digests = [head.data["from"] for head in app.audit.find(limit=10)]
    assert "192.0.2.7" not in str(app.audit.find(limit=10))
    assert digests[0] == digests[1] != digests[2] == digests[3]


def test_an_entry_goes_after_its_time_and_no_earlier(app: App, clock: Clock) -> None:
    app.audit.record("exported", "王芳")
    clock.forward(days=audit.KEPT.days)
    app.reference.confirm()
    scheduled.tick(app)
    assert entries(app) == [("王芳", "exported")]
    clock.forward(days=1)
    assert scheduled.tick(app)["broken"] == {}
    assert entries(app) == []
    assert [kept.no for kept in app.store.everything() if kept.no.startswith("audit")] == []
