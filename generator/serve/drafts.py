"""Shows staff at the desk what is not published (:mod:`functions.context.drafts`)."""

from collections.abc import Callable, Sequence
from mimetypes import guess_type
from pathlib import Path
from typing import TypeVar

from functions.context.drafts import Draft, Unready
from generator.build.incremental import Builder
from generator.build.preview import Reading, preview, with_files_at, withheld
from generator.errors import ContentError, WudanError
from generator.files import shown_files
from generator.files.media_types import MEDIA_TYPES
from generator.serve.reload import Shown
from generator.serve.upkeep import BUILDING

T = TypeVar("T")


class LocalDrafts:
    """The drafts of the site that a builder builds; ``shown`` has what is wrong with it."""

    def __init__(self, builder: Builder, shown: Shown):
        self._builder, self._shown = builder, shown
        self._pictures = builder.root / shown_files.FOLDER

    @property
    def mistakes(self) -> Sequence[str]:
        return self._shown.mistakes

    def listed(self) -> list[Draft]:
        return [
            Draft(f"{folder}/{item.slug}", item.label, "" if item.draft else str(item.publish_on))
            for folder, items in self._read(withheld).items()
            for item in items
        ]

    def page(self, name: str, pictures_at: str) -> str | None:
        folder, _, slug = name.partition("/")
        html = self._read(lambda reading: preview(reading, (folder, slug)))
        return html and with_files_at(html, pictures_at)

    def picture(self, file: str) -> tuple[str, bytes] | None:
        known = {path.name: path for path in self._pictures.glob("*.*")}
        media_type = MEDIA_TYPES.get(Path(file).suffix) or guess_type(file)[0]
        path: Path | None = known.get(file)
        return (media_type, path.read_bytes()) if path and media_type else None

    def _read(self, work: Callable[[Reading], T]) -> T:
        try:
            with BUILDING:
                return self._builder.read(work)
        except ContentError as error:
            raise Unready(*map(str, error.problems)) from error
        except WudanError as error:
            raise Unready(str(error)) from error
