"""Pictures that staff send: looked at as a build would, and kept among the static files. Of those
nothing is published but what content shows, upright, small, and without what a camera wrote."""

import tempfile
from hashlib import blake2b
from mimetypes import guess_type
from pathlib import Path

from generator.content.reading.messages import SENTENCES
from generator.files import shown_files
from generator.files.atomic import replace
from generator.files.cache import Cache
from generator.files.pictures import ENDINGS, Picture

FOLDER = "photos"
"""Below the folder of static files."""
SIGNS = {b"\xff\xd8\xff": ".jpg", b"\x89PNG": ".png", b"GIF8": ".gif", b"RIFF": ".webp"}
"""How files begin, and their endings; others are taken for a phone's HEIC."""


def keep(root: Path, slug: str, data: bytes) -> tuple[str, str]:
    """Keep a picture under the name of what shows it. Return its path below the static files, which
    is the same if it is sent again; or why it cannot be shown, as a sentence, after an empty text.
    """
    ending = next((each for sign, each in SIGNS.items() if data.startswith(sign)), ".heic")
    name = f"{slug}-{blake2b(data, digest_size=4).hexdigest()}{ending}"
    with tempfile.TemporaryDirectory() as folder:
        sent = Path(folder) / name
        sent.write_bytes(data)
        found = shown_files.examine({name: sent}, Cache(), Path(folder))[0][name]
    if not isinstance(found, Picture):
        code = found if isinstance(found, str) else "no_picture"
        return "", "".join(SENTENCES[code]).format(name=name)
    place = root / "static" / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    replace(place / name, data)
    return f"{FOLDER}/{name}", ""


def known(root: Path) -> dict[str, Path]:
    """All pictures among the static files, by their path below them."""
    static = root / "static"
    return {
        path.relative_to(static).as_posix(): path
        for path in sorted(static.rglob("[!.]*"))
        if path.suffix.lower() in ENDINGS and path.is_file()
    }


def small(root: Path, name: str) -> tuple[str, bytes] | None:
    """A picture as pages show it where there is not much room, after its type; None if there is
    none. No build may run meanwhile, because it removes what is not published."""
    file = known(root).get(name)
    found = file and shown_files.examine({name: file}, Cache(), root / shown_files.FOLDER)[0][name]
    if not file or not isinstance(found, Picture):
        return None
    made = shown_files.fill({found: file}, root / shown_files.FOLDER)
    file = made[next(iter(found.sources.values()), found.plain)]
    return str(guess_type(file.name)[0]), file.read_bytes()
