"""Histories of people: volunteers, accounts, team links, the access log."""
