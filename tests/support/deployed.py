"""The functions as they are deployed, and what a reader gets of what they or a bucket answer."""

import gzip

from functions import desk, rating, site_search, team, tracking, volunteer, wish

FUNCTIONS = {
    "wish": wish,
    "rating": rating,
    "volunteer": volunteer,
    "order": tracking,
    "search": site_search,
    "desk": desk,
    "team": team,
}
ADDRESSES = {path: name for name, module in FUNCTIONS.items() for path in module.ROUTES}


def unpacked(body: bytes, encoding: str | None) -> bytes:
    """The body as readers get to see it."""
    return gzip.decompress(body) if encoding == "gzip" else body
