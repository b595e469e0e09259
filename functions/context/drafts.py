"""What staff see of a site before the public does. Only a machine that builds the site itself can
show it: a build hands nothing unpublished to the functions."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Draft(NamedTuple):
    """An item that is not published. ``name`` is that of its file below ``content/``, without the
    ending; ``day`` (ISO) is when it will be, if that is planned."""

    name: str
    label: str
    day: str


class Unready(Exception):
    """The content has mistakes. The arguments are sentences that say how to mend them."""


class Drafts(Protocol):
    """What is not published."""

    @property
    def mistakes(self) -> Sequence[str]:
        """What is wrong with the content, so that the site is still as it was before."""
        ...

    def listed(self) -> list[Draft]:
        """All of it.

        Raises:
            Unready: it cannot be read.
        """
        ...

    def page(self, name: str, pictures: str) -> str | None:
        """The page of the item of this name as it would be if it were published now; None if there
        is no such item. Addresses of its pictures begin with ``pictures``.

        Raises:
            Unready: it cannot be read.
        """
        ...

    def picture(self, file: str) -> tuple[str, bytes] | None:
        """The media type and the bytes of a picture on such a page."""
        ...
