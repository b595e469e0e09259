"""Photos as a phone takes them: 12 megapixels, 8 MB, and where, when and with what in each."""

import io
import os
import random
import struct
from collections.abc import Iterator
from pathlib import Path

from PIL import ExifTags, Image

SIZE = (4032, 3024)
MODEL, TAKEN = "HUAWEI ALN-AL00", "2026:11:26 09:41:07"
LATITUDE, LONGITUDE = (25, 16, 30), (110, 17, 9)
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><Model>{MODEL}</Model></x:xmpmeta>'.encode()
PLACES = [
    struct.pack(">6I", degrees, 1, minutes, 1, seconds, 1)
    for degrees, minutes, seconds in (LATITUDE, LONGITUDE)
]
TELLING = [MODEL.encode(), TAKEN.encode(), b"xmpmeta", b"Exif\0", *PLACES]
"""What such a photo has in it, as its bytes, that nobody else should have."""
SIDEWAYS = 6
COMMENT = b"\xff\xfe"
"""The marker of a comment in a JPEG file (ITU-T T.81, table B.1)."""


def photo(size: tuple[int, int] = SIZE) -> bytes:
    """One such photo, taken upright and so on its side in the file. It has large shapes, things,
    and the noise of a small lens, so that it is as hard to pack as a real one."""
    colours = random.Random(1)
    shapes = Image.new("RGB", (8, 6))
    shapes.putdata([tuple(colours.choices(range(256), k=3)) for _ in range(48)])
    things = Image.effect_noise((size[0] // 6, size[1] // 6), 90)
    grain = Image.effect_noise(size, 60).convert("RGB")
    view = Image.blend(shapes.resize(size), things.resize(size).convert("RGB"), 0.25)
    data = io.BytesIO()
    Image.blend(view, grain, 0.35).save(data, "JPEG", quality=95, exif=_facts(), xmp=XMP)
    return data.getvalue()


def write(folder: Path, count: int, size: tuple[int, int] = SIZE) -> Iterator[str]:
    """Write so many of them, of which no two are the same, and say how each is called. The pixels
    are the same, because making others for each would take most of the time."""
    taken = photo(size)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, count + 1):
        note = f"{MODEL} {number}".encode()
        comment = COMMENT + struct.pack(">H", len(note) + 2) + note
        path = folder / f"IMG_{number:04}.jpg"
        path.write_bytes(taken[:2] + comment + taken[2:])
        os.utime(path, (0, 0))  # A file that changed just now is looked at again the next time.
        yield path.name


def _facts() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = SIDEWAYS
    exif[ExifTags.Base.Model] = MODEL
    exif[ExifTags.Base.DateTime] = TAKEN
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = TAKEN
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitude] = tuple(map(float, LATITUDE))
    place[ExifTags.GPS.GPSLongitude] = tuple(map(float, LONGITUDE))
    return exif
