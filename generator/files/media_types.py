"""Media types of published files, and which files are worth compressing."""

OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = {
    ".ics": "text/calendar",
    ".xml": "application/xml",
    "feed.xml": "application/atom+xml",
    ".pdf": "application/pdf",
    ".docx": f"{OFFICE}.wordprocessingml.document",
    ".xlsx": f"{OFFICE}.spreadsheetml.sheet",
    ".pptx": f"{OFFICE}.presentationml.presentation",
}
"""Types that WhiteNoise or Python does not know, by the ending or the name of a file."""

TEXT = ("text/", "application/xml", "application/atom+xml", "application/json", "image/svg+xml")
SMALLEST = 1000
"""Bytes below which compressing gains nothing: the first packet of an answer holds that many."""


def is_compressible(media_type: str, size: int) -> bool:
    """Whether a file of this media type and size is worth compressing."""
    return size >= SMALLEST and media_type.startswith(TEXT)
