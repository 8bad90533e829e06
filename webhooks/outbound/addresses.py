"""Which network addresses an event may be sent to. Pure: an address in, a verdict out."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

METADATA: Final = tuple(
    ip_network(text) for text in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200/32")
)
"""Where clouds hand out credentials: never, whatever is allowed."""
EMBEDDING: Final = tuple(
    IPv6Network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)
"""IPv6 addresses that lead to an IPv4 address inside: NAT64, 6to4, Teredo, and the old compatible ones."""


def why_not(address: str, *, private: bool, plain: bool) -> str | None:
    """Why nothing may be sent to that address; None: it may.

    ``private``: private networks and this machine are allowed. ``plain``: the scheme is http, which belongs there only.
    """
    try:
        found = unwrapped(ip_address(address.partition("%")[0]))
    except ValueError:
        return "it is no IP address"
    if found.is_unspecified or found.is_multicast or found == IPv4Address("255.255.255.255"):
        return "it is no address of one machine"
    if any(found in network for network in METADATA):
        return "it is an address of link-local or metadata services"
    if _is_loopback_or_private(found):
        return None if private else "it lies in a private network or on this machine, and allow_private is not set"
    if not _is_public(found):
        return "it is not a public address"
    return "http:// is only for one's own network" if plain else None


def unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address in IPv6 clothes (``::ffff:10.0.0.1``) is that IPv4 address."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_loopback_or_private(address: IPv4Address | IPv6Address) -> bool:
    return address.is_loopback or any(address in network for network in PRIVATE)


PRIVATE: Final = tuple(
    ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
"""What people number their own networks with; other reserved ranges are nobody's."""


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and any(address in network for network in EMBEDDING):
        return False
    return address.is_global and not address.is_reserved
