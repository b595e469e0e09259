"""Readers of files that do what a hostile file would make them do."""
