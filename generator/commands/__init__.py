"""The command line: what staff and operators type."""
