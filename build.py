"""Wudan's command line: ``python build.py --help`` lists the commands."""

from generator.commands.main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
