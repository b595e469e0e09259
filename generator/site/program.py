"""The part of the program that pages are made by: when it changes, all pages are made again."""

from pathlib import Path

from generator import PRODUCT

SOURCES = (
    *("generator/*.py", "generator/build/*.py", "generator/content/*.py", "generator/files/*.py"),
    *("generator/site/**/*.py", "functions/__init__.py", "functions/errors.py"),
    "functions/forms/*.py",
    *(f"functions/context/{name}.py" for name in ("__init__", "bundle", "logs", "workdays")),
    *(f"functions/orders/{name}.py" for name in ("__init__", "counters", "figures", "lifecycle")),
    *(f"functions/storage/{name}.py" for name in ("__init__", "history")),
    *(f"functions/web/{name}.py" for name in ("__init__", "pages")),
    "requirements.txt",
)
"""All modules that a build may load, and the versions of the libraries."""


def files() -> list[Path]:
    """The files of :data:`SOURCES`."""
    return [path for pattern in SOURCES for path in sorted(PRODUCT.glob(pattern))]
