"""Takes more memory than there is for it."""


def parse(raw: bytes) -> int:
    return len(bytearray(400 * 1024 * 1024))
