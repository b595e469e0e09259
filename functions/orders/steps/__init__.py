"""What is done with an order, whoever does it: a checked form becomes events."""
