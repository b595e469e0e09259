"""Templates, words and static files: the root's own where it has them, else the product's."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from generator import PRODUCT

HALVES = ("generator", "functions")

HASHED = (".css", ".js")
"""What pages load by themselves is published under its content's hash, to be cached for ever."""

IMMUTABLE = r"\.[0-9a-f]{10}\.(css|js)$"
"""How such names end."""

TYPES = {
    ".ics": "text/calendar",
    ".xml": "application/xml",
    "feed.xml": "application/atom+xml",
}
"""What files are, where nothing but their names tells and WhiteNoise does not know them."""

TEXT = ("text/", "application/xml", "application/atom+xml", "application/json", "image/svg+xml")
LEAST = 1000
"""Bytes below which compressing gains nothing: an answer's first packet has room for them."""


def shrinks(kind: str, size: int) -> bool:
    """Whether a file of this media type and size is worth compressing."""
    return size >= LEAST and kind.startswith(TEXT)


@dataclass(frozen=True)
class Theme:
    """``templates``: sources by name. ``files``: static files by address. ``assets``: the address
    of each, by its path below ``static/``. ``program`` changes with the program, ``digest`` with
    that and anything else besides content that pages are made from.
    """

    templates: dict[str, str]
    files: dict[str, Path]
    assets: dict[str, str]
    program: str
    digest: bytes

    @cached_property
    def words(self) -> dict[str, Any]:
        """Sentences."""
        return self._data("words.yaml")

    @cached_property
    def actions(self) -> dict[str, Any]:
        """The forms of the desk."""
        return self._data("actions.yaml")

    def _data(self, name: str) -> dict[str, Any]:
        import yaml  # Slow to import, and a build that finds nothing changed needs none of it.

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        data: dict[str, Any] = yaml.load(self.templates[name], loader)  # noqa: S506 - A safe one.
        return data


def load(root: Path) -> Theme:
    """Read the theme for the site at ``root``."""
    sources = _overlaid(root, "templates")
    texts = {name: path.read_text("utf-8") for name, path in sorted(sources.items())}
    assets, files = {}, {}
    for name, path in sorted(_overlaid(root, "static").items()):
        assets[name] = f"/static/{_published(name, path)}"
        files[assets[name]] = path
    version = hashlib.blake2b(digest_size=16)
    for path in _program():
        version.update(path.read_bytes())
    digest = version.copy()
    for part in (*texts.items(), *assets.items()):
        digest.update("\0".join(part).encode())
    return Theme(texts, files, assets, version.hexdigest(), digest.digest())


def product() -> list[Path]:
    """The files of the product that rendering takes."""
    folders = ("templates", "static")
    return _program() + [path for each in folders for path in _overlaid(PRODUCT, each).values()]


def _program() -> list[Path]:
    sources = [path for half in HALVES for path in sorted(PRODUCT.glob(f"{half}/**/*.py"))]
    return [*sources, PRODUCT / "requirements.txt"]


def _overlaid(root: Path, folder: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for base in (PRODUCT / folder, root / folder):
        for path in base.rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                found[path.relative_to(base).as_posix()] = path
    return found


def _published(name: str, path: Path) -> str:
    if path.suffix not in HASHED:
        return name
    content = hashlib.sha256(path.read_bytes()).hexdigest()[:10]
    return f"{name.removesuffix(path.suffix)}.{content}{path.suffix}"
