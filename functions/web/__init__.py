"""Requests, pages and submitted forms, as every deployable function has them."""
