"""Who sends: the address of a request, as limits count it."""

import ipaddress

NETWORK = 64
"""Bits of an IPv6 address that name one sender, who can take any address below them."""


def network(address: str) -> str:
    """What counts as one sender: an address of IPv4, a network of IPv6; else the text as it is."""
    if ":" not in address:
        return address
    try:
        parsed = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed), NETWORK), strict=False))
