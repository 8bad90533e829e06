"""What people type into a website field, as the bare domain that identity can compare.

Shared by every adapter; must not ask the network.
"""

import re
from functools import cache
from typing import Final

from config.shipped import shipped

_PATH: Final = re.compile(r"[/?#\\]")
_WWW: Final = re.compile(r"^(?:www\.)+")
_LABEL: Final = r"[^\W_]([\w-]{0,61}[^\W_])?"
_DOMAIN: Final = re.compile(rf"({_LABEL}\.)+[^\W\d_][\w-]{{0,61}}[^\W_]")


def domain(text: object) -> str | None:
    """``https://www.Acme.example/en`` → ``acme.example``; None for what is not a host name (``n/a``, an IP address)."""
    if not isinstance(text, str) or not text.strip() or ("@" in text and "://" not in text):
        return None
    typed = text.strip().lower()
    authority = _PATH.split(typed.partition("://")[2] or typed, maxsplit=1)[0]
    host = authority.rpartition("@")[2].partition(":")[0].rstrip(".")
    host = _WWW.sub("", _spoken(host))
    return host if _DOMAIN.fullmatch(host) else None


def _spoken(host: str) -> str:
    """``xn--mller-kva.example`` → ``müller.example``: one CRM keeps what was typed, another what a browser sends."""
    try:
        return host.encode("ascii").decode("idna") if "xn--" in host else host
    except UnicodeError:
        return host


def is_shared(found: str) -> bool:
    """Whether many companies go by that domain (a mail provider's, a place for profiles): it tells nobody apart."""
    while found:
        if found in _shared():
            return True
        found = found.partition(".")[2]
    return False


@cache
def _shared() -> frozenset[str]:
    return frozenset(name for names in shipped("shared_domains.yml").data.values() for name in names)
