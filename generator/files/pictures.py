"""Pictures as a site shows them: upright, in a few widths, and without what a camera wrote into
them (place, time, device)."""

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from generator.files.atomic import replace

if TYPE_CHECKING:
    from PIL.Image import Image

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".heif", ".svg")
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF")
"""What files of these endings may hold, whichever they have."""
WIDTHS = (480, 800, 1200)
"""In pixels. A phone is 390 points wide, of up to three pixels each; a page's column is 720."""
PLAIN = 800
"""The width for browsers that know no WebP, such as Safari's before 2020."""
LARGEST = 120_000_000
"""Pixels. Phones sell sensors of 200 million, and save a quarter of that unless asked."""
QUALITY = 78
"""Of both formats, out of 100: faces and Chinese print on posters stay sharp."""
ADDRESS = "/static/pictures/"


class Picture(Struct, frozen=True, array_like=True, tag=True):
    """A picture as pages show it: ``name`` is that of its content, ``width`` and ``height`` are its
    own in pixels, upright; ``ending`` is that of its plain version, which every browser shows."""

    name: str
    width: int
    height: int
    ending: str

    @property
    def plain(self) -> str:
        """The address of that version; a drawing has no other."""
        width = self.width if self.ending == "svg" else min(self.width, PLAIN)
        return self._address(width, self.ending)

    @property
    def sources(self) -> dict[int, str]:
        """The addresses of its WebP versions by their width."""
        widths = {min(self.width, width) for width in WIDTHS if self.ending != "svg"}
        return {width: self._address(width, "webp") for width in sorted(widths)}

    @property
    def versions(self) -> dict[str, int]:
        """The widths of all its versions by their addresses."""
        webp = {address: width for width, address in self.sources.items()}
        return {self.plain: min(self.width, PLAIN), **webp}

    def _address(self, width: int, ending: str) -> str:
        return f"{ADDRESS}{self.name}-{width}.{ending}"


def read(data: bytes, name: str, ending: str) -> Picture | str:
    """What a file with this ending holds, or why it cannot be shown, as a code of
    ``generator/content/reading/messages.py``."""
    return (_drawing if ending == "svg" else _photo)(data, name)


def _photo(data: bytes, name: str) -> Picture | str:
    from PIL import UnidentifiedImageError

    try:
        image = _opened(data)
        if image.width * image.height > LARGEST:
            return "large_picture"
        width, height = image.size[::-1] if _is_turned(image) else image.size
        is_clear = _is_clear(_upright(image, 1))  # What is damaged shows itself as it is decoded.
    except UnidentifiedImageError:
        return "no_picture"
    except (OSError, ValueError, SyntaxError, EOFError):
        return "broken_picture"
    return Picture(name, width, height, "png" if is_clear else "jpg")


def _drawing(data: bytes, name: str) -> Picture | str:
    """An SVG, which is published as it is, if it holds nothing that runs (SVG 2, chapter 15)."""
    from xml.etree import ElementTree

    try:
        nodes = [*ElementTree.fromstring(data).iter()]  # noqa: S314 - Expat bounds entities itself.
    except ElementTree.ParseError:
        return "broken_picture"
    active = ("script", "foreignObject", "iframe")
    if any(str(node.tag).endswith(active) for node in nodes) or any(
        key.lower().startswith("on") or value.strip().lower().startswith("javascript:")
        for node in nodes
        for key, value in node.attrib.items()
    ):
        return "active_picture"
    box = [*map(float, NUMBER.findall(nodes[0].get("viewBox", "")))][2:]
    sides = [NUMBER.match(nodes[0].get(side, "")) for side in ("width", "height")]
    width, height = [float(each[0]) for each in sides if each] if all(sides) else box or (300, 150)
    return Picture(name, max(1, round(width)), max(1, round(height)), "svg")


def make(path: Path, widths: Mapping[Path, int]) -> None:
    """Make the versions of a picture that these files shall have, by their width."""
    if path.suffix.lower() == ".svg":
        for file in widths:
            replace(file, path.read_bytes())
        return
    image = _upright(_opened(path.read_bytes()), max(widths.values()))
    for file, width in widths.items():
        height = max(1, round(image.height * width / image.width))
        version = image.resize((width, height), reducing_gap=2)
        data = BytesIO()
        # Nothing but pixels goes on: what the library remembers of the original is not for pages.
        version.info.clear()
        version.save(data, _FORMATS[file.suffix], **_OPTIONS[file.suffix])
        replace(file, data.getvalue())


NUMBER = re.compile(r"[0-9]*\.?[0-9]+")
_FORMATS = {".webp": "WEBP", ".jpg": "JPEG", ".png": "PNG"}
_OPTIONS: dict[str, dict[str, int | bool]] = {
    ".webp": {"quality": QUALITY, "method": 4},
    ".jpg": {"quality": QUALITY, "optimize": True, "progressive": True},
    ".png": {"optimize": True},
}


def _opened(data: bytes) -> "Image":
    from PIL import Image

    _learn()
    return Image.open(BytesIO(data), formats=FORMATS)


@cache
def _learn() -> None:
    """Have the library read what phones of Apple write, and leave the limit of pixels to us."""
    import pi_heif
    from PIL import Image, WebPImagePlugin  # noqa: F401 - Known as soon as it is imported.

    pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None


def _is_turned(image: "Image") -> bool:
    """Whether it lies on its side in the file (Exif 2.32, 4.6.4, Orientation)."""
    from PIL.ExifTags import Base

    return int(image.getexif().get(Base.Orientation, 1)) >= 5


def _upright(image: "Image", width: int) -> "Image":
    """The picture decoded, upright, in sRGB, and not much wider than ``width`` where the format
    can be decoded in parts."""
    from PIL import ImageCms, ImageOps

    image.draft("RGB", (1, width) if _is_turned(image) else (width, 1))
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    image = image.convert("RGBA" if _is_clear(image) else "RGB")
    if profile:
        with suppress(ImageCms.PyCMSError):  # Phones and scanners write odd ones.
            ImageCms.profileToProfile(
                image, BytesIO(profile), ImageCms.createProfile("sRGB"), inPlace=True
            )
    return image


def _is_clear(image: "Image") -> bool:
    return "A" in image.getbands() or "transparency" in image.info
