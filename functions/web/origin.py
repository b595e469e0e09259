"""Where a post comes from, as browsers tell it: a second defence against forged posts.

Browsers send ``Sec-Fetch-Site`` (Fetch Metadata) over HTTPS and to localhost only. Over plain HTTP
``Origin`` says the same, if our page's referrer policy is ``same-origin``: under ``no-referrer``
browsers send ``Origin: null`` from our pages, as they do from a hostile page that hides itself.
Old browsers send neither, so forms carry a token as well.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

POLICY = {"referrer-policy": "same-origin"}
"""The header of pages whose forms are checked here."""


def is_foreign(headers: Mapping[str, str], url: str) -> bool:
    """Whether the browser says that a page of another site caused this request.

    ``headers`` have names in lower case. ``url`` is the site's own, because proxies such as
    CloudFront put another name into ``Host``.
    """
    if site := headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")  # None: it was typed, or a bookmark.
    hosts = (headers.get("host"), urlsplit(url).netloc)
    return "origin" in headers and headers["origin"].partition("://")[2] not in hosts
