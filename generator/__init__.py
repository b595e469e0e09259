"""Content → site: read and check, plan the pages, render what changed."""

from pathlib import Path

PRODUCT = Path(__file__).resolve().parent.parent
"""The folder of the product: program, templates and static files."""
COMMAND = "wudan" if (PRODUCT / "__init__.py").exists() else "build.py"
"""What staff type before the name of a command: an installed product is a package, a clone not."""
