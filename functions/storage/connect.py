"""The engine of the store that an address names."""

from functions.storage.port import Store


def connect(address: str) -> Store:
    """The store at ``sqlite:PATH``, whose folder is made where it is missing, or at
    ``dynamodb:TABLE``; ``dynamodb:TABLE/COMMUNITY`` where several share a table.

    Raises:
        ValueError: for an address of another kind.
    """
    engine, _, place = address.partition(":")
    if engine == "sqlite" and place:
        from functions.storage.sqlite import SQLite

        return SQLite(place)
    if engine == "dynamodb" and place:
        from functions.storage.dynamodb import DynamoDB

        return DynamoDB(*place.split("/", 1))
    raise ValueError(
        f"WUDAN_STORE is {address!r}, but should be like sqlite:var/wudan.db or dynamodb:TABLE"
    )
