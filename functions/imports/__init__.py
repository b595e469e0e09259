"""Tables that staff bring in: staged, looked at, confirmed, then taken whole."""
