"""What a reverse proxy says of the address that its caller used: believed only from proxies that the admin named.

Pure. Strict on purpose: a header that a proxy hands on from outside, or that is not one plain value, counts as unsaid;
whoever has an uncommon proxy sets ``public_url``, and then none of this is asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

Networks = Sequence[IPv4Network | IPv6Network]

_HOST: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?",
    re.IGNORECASE | re.ASCII,
)
_PROTO: Final = re.compile(r"https?", re.IGNORECASE | re.ASCII)
_PAIR: Final = re.compile(r'\s*([a-z]+)=(?:"([^"\\]*)"|([^\s";,=]*))\s*', re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Told:
    """Scheme and host as one header told them; empty where it did not."""

    scheme: str = ""
    host: str = ""


def told(environ: Mapping[str, Any], trusted: Networks) -> Told:
    """What the proxy that called us tells; nothing when it is not one of ``trusted``, or contradicts itself."""
    if not _among(environ.get("REMOTE_ADDR"), trusted):
        return Told()
    said = [read(environ) for names, read in _READERS if any(name in environ for name in names)]
    # Of two kinds one is the proxy's own, and the other may have come through it: nobody can tell which.
    return said[0] if len(set(said)) == 1 else Told()


def _among(address: object, trusted: Networks) -> bool:
    """Whether the peer is a trusted proxy. IPv4 that came in on an IPv6 socket is IPv4."""
    try:
        peer = ip_address(str(address))
    except ValueError:
        return False
    mapped = peer.ipv4_mapped if isinstance(peer, IPv6Address) else None
    return any((mapped or peer) in network for network in trusted)


def _usual(environ: Mapping[str, Any]) -> Told:
    """``X-Forwarded-Proto`` and ``X-Forwarded-Host``: both as they should be, or neither."""
    scheme, host = environ.get("HTTP_X_FORWARDED_PROTO"), environ.get("HTTP_X_FORWARDED_HOST")
    return _checked(str(scheme or "").strip(" \t"), str(host or "").strip(" \t"))


def _standard(environ: Mapping[str, Any]) -> Told:
    """RFC 7239's ``Forwarded`` of one proxy."""
    pairs = [_PAIR.fullmatch(part) for part in str(environ["HTTP_FORWARDED"]).split(";")]
    said = [(pair[1].lower(), pair[2] or pair[3] or "") for pair in pairs if pair]
    if len(said) < len(pairs) or len(dict(said)) < len(said):
        return Told()
    return _checked(dict(said).get("proto", ""), dict(said).get("host", ""))


def _checked(scheme: str, host: str) -> Told:
    if scheme and not _PROTO.fullmatch(scheme):
        return Told()
    if host and not (_HOST.fullmatch(host) and int(_port(host)) <= 65535):
        return Told()
    return Told(scheme.lower(), host)


def _port(host: str) -> str:
    last = host.rpartition(":")[2]
    return last if last.isdigit() and not host.endswith("]") and ":" in host else "0"


_READERS: Final = (
    (("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"), _usual),
    (("HTTP_FORWARDED",), _standard),
)
