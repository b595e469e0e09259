"""The wish form as one would write it in Django: a model, a form, a view; SQLite, every commit on
disk, behind uvicorn with SETTINGS (JSON), or without them behind waitress.

    python bench/django/rival.py FOLDER PORT THREADS [SETTINGS]
"""

import json
import secrets
import sys
from pathlib import Path

import django
from django.conf import settings

folder, port, threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / "rival.db",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 60,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                " PRAGMA cache_size=-16000; PRAGMA wal_autocheckpoint=4000;",
            },
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.contenttypes"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY=secrets.token_urlsafe(),
    USE_TZ=True,
)
django.setup()

from django import forms  # noqa: E402
from django.core.validators import RegexValidator  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import IntegrityError, connection, models, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import redirect  # noqa: E402
from django.urls import path  # noqa: E402

SERVICES = [(name, name) for name in ("service-000", "service-001", "other")]
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Order(models.Model):
    """What is known of an order."""

    no = models.CharField(max_length=16, unique=True)
    once = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=16, default="submitted", db_index=True)
    service = models.CharField(max_length=32, choices=SERVICES)
    detail = models.TextField(max_length=1000)
    name = models.CharField(max_length=50)
    phone = models.CharField(max_length=20, db_index=True)
    address = models.CharField(max_length=100)
    date = models.DateField(null=True, blank=True)
    filed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "rival"


class Event(models.Model):
    """One step of its history."""

    order = models.ForeignKey(Order, models.CASCADE)
    kind = models.CharField(max_length=16)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "rival"


class Message(models.Model):
    """One that is to be sent."""

    order = models.ForeignKey(Order, models.CASCADE)
    state = models.CharField(max_length=16, default="waiting", db_index=True)

    class Meta:
        app_label = "rival"


class WishForm(forms.ModelForm):
    """The questions."""

    phone = forms.CharField(validators=[RegexValidator(r"^1\d{10}$|^0\d{9,11}$")])
    consent = forms.BooleanField()

    class Meta:
        model = Order
        fields = ("service", "detail", "name", "phone", "address", "date")


def submit(request: HttpRequest) -> HttpResponse:
    """File the wish and lead to its page."""
    form = WishForm(request.POST)
    if not form.is_valid():
        return HttpResponse(form.as_p(), status=422)
    order = form.save(commit=False)
    order.no = "".join(secrets.choice(ALPHABET) for _ in range(8))
    order.once = request.POST["once"]
    try:
        with transaction.atomic():
            order.save(force_insert=True)
            Event.objects.create(order=order, kind="submitted")
            Message.objects.create(order=order)
    except IntegrityError:
        order = Order.objects.get(once=order.once)
    return redirect(f"/track/?no={order.no}")


urlpatterns = [path("api/wish", submit)]

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        for model in (Order, Event, Message):
            editor.create_model(model)
    application = get_wsgi_application()
    if uvicorn_settings := sys.argv[4:]:
        import uvicorn
        from a2wsgi import WSGIMiddleware

        handed_on = WSGIMiddleware(application, workers=threads)
        uvicorn.run(handed_on, port=port, **json.loads(uvicorn_settings[0]))
    else:
        import waitress

        waitress.serve(application, host="127.0.0.1", port=port, threads=threads)
