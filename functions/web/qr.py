"""Codes to be scanned: apart, so that only functions that draw one carry the library."""


def svg(text: str) -> str:
    """The code of a text, as SVG for a page."""
    import segno

    return segno.make(text, error="m").svg_inline(scale=5, omitsize=True, border=2)
