"""Content → site: read and check, plan the pages, render what changed."""

from pathlib import Path

PRODUCT = Path(__file__).resolve().parent.parent
"""The folder of the product: program, templates and static files."""
