"""What people type into a website field, as the bare domain that identity can compare.

Shared by every adapter; must not look anything up.
"""

import re
from typing import Final

_PATH: Final = re.compile(r"[/?#\\]")
_WWW: Final = re.compile(r"^(?:www\.)+")
_LABEL: Final = r"[^\W_]([\w-]{0,61}[^\W_])?"
_DOMAIN: Final = re.compile(rf"({_LABEL}\.)+[^\W\d_][\w-]{{0,61}}[^\W_]")

_SHARED: Final = frozenset(
    """
    126.com 163.com aim.com aol.com comcast.net duck.com fastmail.com free.fr gmail.com gmx.at gmx.ch gmx.com gmx.de
    gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr hotmail.it icloud.com laposte.net
    libero.it live.co.uk live.com live.de mac.com mail.com mail.ru mailbox.org me.com msn.com naver.com orange.fr
    outlook.com outlook.de pm.me posteo.de proton.me protonmail.com qq.com rediffmail.com rocketmail.com seznam.cz
    sfr.fr t-online.de tuta.com tutanota.com verizon.net wanadoo.fr web.de wp.pl ya.ru yahoo.ca yahoo.co.in
    yahoo.co.jp yahoo.co.uk yahoo.com yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru ymail.com zoho.com
    bit.ly business.site facebook.com fb.com github.com instagram.com linkedin.com linktr.ee medium.com pinterest.com
    sites.google.com t.me tiktok.com twitter.com wa.me wikipedia.org x.com xing.com youtube.com
    """.split()
)
"""Mail providers that anybody may use, and places where companies keep a profile that they type in as their website."""


def domain(text: object) -> str | None:
    """``https://www.Acme.example/en`` → ``acme.example``; None for what is not a host name (``n/a``, an IP address)."""
    if not isinstance(text, str) or not text.strip() or ("@" in text and "://" not in text):
        return None
    typed = text.strip().lower()
    authority = _PATH.split(typed.partition("://")[2] or typed, maxsplit=1)[0]
    host = authority.rpartition("@")[2].partition(":")[0].rstrip(".")
    host = _WWW.sub("", host)
    return host if _DOMAIN.fullmatch(host) else None


def is_shared(found: str) -> bool:
    """Whether many companies have that domain, so that it says nothing about which one it is; a language's part too."""
    return found in _SHARED or found.partition(".")[2] in _SHARED
