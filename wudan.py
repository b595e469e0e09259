"""The command ``wudan`` of an installed program, which lies below one package of that name."""

import sys
from pathlib import Path


def main() -> None:
    """Run the command line. Only this process looks for modules in the program's folder."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from build import main

    main()
