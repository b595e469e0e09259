"""Templates, words and static files: a community's own where it has them, else the product's; and
the part of the program that pages are made by."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from generator import PRODUCT
from generator.errors import WudanError
from generator.files.cache import Cache
from generator.files.shown_files import ENDINGS

# Imported lazily, because a build that changes nothing asks for no kind of question.
if TYPE_CHECKING:
    from functions.forms.kinds.kind import Kind

SOURCES = (
    *("generator/__init__.py", "generator/errors.py"),
    *("generator/build/*.py", "generator/files/*.py"),
    *("generator/content/**/*.py", "generator/site/**/*.py"),
    *("functions/__init__.py", "functions/errors.py"),
    "functions/forms/**/*.py",
    *(f"functions/index/{name}.py" for name in ("__init__", "letters", "lookup", "traditional")),
    *(f"functions/context/{name}.py" for name in ("__init__", "bundle", "workdays")),
    *(f"functions/orders/{name}.py" for name in ("__init__", "counters")),
    *(f"functions/orders/figures/{name}.py" for name in ("__init__", "disclosure", "summary")),
    *(f"functions/orders/lifecycle/{name}.py" for name in ("__init__", "states")),
    *(f"functions/web/{name}.py" for name in ("__init__", "headers", "pages")),
    "requirements.txt",
)
"""All modules that make pages, and the versions of the libraries. When one changes, all pages are
made again."""
MAKE_NO_PAGE = (
    *("generator/build/advice.py", "generator/build/preview.py"),
    *("generator/content/schemas.py", "generator/content/reading/yaml_mistakes.py"),
    "generator/files/media_types.py",
    *(f"functions/forms/{name}.py" for name in ("answers", "document", "person_numbers")),
)
"""Modules beside those of which a page may be made: no build needs one that goes well."""

WIDGETS = "macros/widget.html"
"""The template that draws questions."""
HASHED = (".css", ".js")
"""Files that are published under a name with a hash of their content, to be cached for ever."""
IMMUTABLE = r"\.[0-9a-f]{10}\.(css|js)$|(^|/)static/(pictures|files)/"
"""Such names, and those of what was made of pictures and attachments."""
SHELF = "data"
"""The shelf of the cache with what templates say in YAML."""


@dataclass(frozen=True)
class Theme:
    """``templates``: sources by name. ``files``: static files by address, but no pictures and
    attachments, unless a template names them; what content shows is made from these ``originals``.
    ``assets``: addresses by path below ``static/``, as links have them; ``shared_assets``: those
    that any page may show, because their name has a hash or stands in a template. ``program``: the
    version of the program. ``digest`` changes with anything that all pages are made from, except
    the settings."""

    templates: dict[str, str]
    files: dict[str, Path]
    originals: list[Path]
    assets: dict[str, str]
    shared_assets: dict[str, str]
    program: str
    digest: bytes

    def data(self, name: str, cache: Cache) -> dict[str, Any]:
        """What one of the templates says that is YAML. It is parsed once; the cache keeps that for
        as long as the text is the same."""
        digest = hashlib.blake2b(self.templates[name].encode(), digest_size=16).digest()
        kept = cache.get(SHELF, name)
        if kept is None or not kept.startswith(digest):
            import yaml  # Slow to import, and slow to parse.

            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            parsed = yaml.load(self.templates[name], loader)  # noqa: S506 - A safe one.
            kept = digest + msgspec.msgpack.encode(parsed)
            cache.put(SHELF, [(name, kept)])
            cache.commit()  # Other processes may be rendering, and wait for the lock.
        data: dict[str, Any] = msgspec.msgpack.decode(kept[len(digest) :])
        return data


def load(root: Path) -> Theme:
    """Read the theme for the site at ``root``."""
    templates = sorted(_overlaid(root, "templates").items())
    texts = {name: path.read_text("utf-8") for name, path in templates}
    quoted = {each for text in texts.values() for each in text.replace('"', "'").split("'")}
    assets, files, originals = {}, {}, []
    for name, path in sorted(_overlaid(root, "static").items()):
        if path.suffix.lower() in ENDINGS and name not in quoted:
            originals.append(path)
            continue
        address = f"/static/{_published(name, path)}"
        files[address], assets[name] = path, quote(address)
    shared = {
        name: address for name, address in assets.items() if name in quoted or name.endswith(HASHED)
    }
    version = hashlib.blake2b(digest_size=16)
    for path in sources():
        version.update(path.read_bytes())
    digest = version.copy()
    for part in (*texts.items(), *shared.items()):
        digest.update("\0".join(part).encode())
    return Theme(texts, files, originals, assets, shared, version.hexdigest(), digest.digest())


def check_widgets(templates: Mapping[str, str], kinds: "Mapping[str, Kind]") -> None:
    """Look whether each kind of question can be drawn.

    Raises:
        WudanError: the macro that draws one is not in the templates.
    """
    macros = re.findall(r"{%-? *macro +(\w+)", templates[WIDGETS])
    for name, kind in kinds.items():
        if kind.widget not in macros:
            from generator.operator_messages import NO_WIDGET  # No page is made from it.

            raise WudanError(NO_WIDGET.format(file=WIDGETS, kind=name, widget=kind.widget))


def sources() -> list[Path]:
    """The files of :data:`SOURCES`, without those that make no page."""
    others = {PRODUCT / name for name in MAKE_NO_PAGE}
    found = [path for pattern in SOURCES for path in sorted(PRODUCT.glob(pattern))]
    return [path for path in found if path not in others]


def product() -> list[Path]:
    """The files of the product that a build takes."""
    themes = [_overlaid(PRODUCT, folder) for folder in ("templates", "static")]
    return sources() + [path for files in themes for path in files.values()]


def _typed(name: str) -> str:
    """A name of a file as keyboards type it."""
    from functions.forms.normal import composed  # Few names need it.

    return composed(name)


def _overlaid(root: Path, folder: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for base in (PRODUCT / folder, root / folder):
        for path in base.rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                name = path.relative_to(base).as_posix()
                found[name if name.isascii() else _typed(name)] = path
    return found


def _published(name: str, path: Path) -> str:
    if path.suffix not in HASHED:
        return name
    content = hashlib.sha256(path.read_bytes()).hexdigest()[:10]
    return f"{name.removesuffix(path.suffix)}.{content}{path.suffix}"
