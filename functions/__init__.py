"""Requests → orders: one file per deployable function, the shared core beside them."""
