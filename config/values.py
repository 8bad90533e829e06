"""The kinds of value that the workspace's files hold: durations, secrets, web addresses, rules, text.

Owns how each is read and what is refused; must not know which key holds one.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    SecretStr,
)

from config.rules import Rule, parse

_DURATION = re.compile(r"(\d+)\s*(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(value: object) -> object:
    """``90s``, ``5m``, ``2h``, ``14d`` → timedelta; a plain number means seconds."""
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match and len(match[1]) < 7:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    if isinstance(value, str) and value.startswith("P"):  # ISO 8601, as a stored scorecard has it
        return value
    if isinstance(value, timedelta) or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise ValueError("a duration such as 90s, 5m, 2h or 14d is needed")


def listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def given(value: object) -> object:
    """A block that is written with nothing in it has its defaults."""
    return {} if value is None else value


def plain_texts(value: object) -> object:
    """A table of texts in which YAML made a number, true or nothing of a word, such as ``{1: open, true: closed}``."""
    if not isinstance(value, Mapping):
        return value
    return {_plain_text(key): _plain_text(item) for key, item in value.items()}


def _plain_text(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    return "" if value is None else value


def _rule(value: object) -> Rule:
    if isinstance(value, Rule):
        return value
    if not isinstance(value, str):
        raise ValueError("a rule is needed, such as: status = customer and arr > 10000")
    return parse(value)


def _path_name(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", value):
        raise ValueError("a name in lower case is needed: a letter, then letters, digits, - or _")
    return value


Text = Annotated[str, Field(min_length=1)]
PathName = Annotated[str, AfterValidator(_path_name)]
"""A name that may be part of an address."""
RuleText = Annotated[Rule, PlainValidator(_rule), PlainSerializer(str)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Secret = Annotated[SecretStr, Field(min_length=1)]
Secrets = Annotated[list[Secret], BeforeValidator(listed)]
"""One secret, or a list while rotating (any of them is accepted; the first is used to sign)."""


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _web_address(value: object) -> str:
    """https anywhere; http for loopback hosts only. Returned without a trailing slash."""
    url = _split(value) if isinstance(value, str) else None
    if url is None or url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError("an address such as https://acme.example.com is needed")
    if url.username or url.password or url.query or url.fragment:
        raise ValueError("only scheme, host, port and path belong into this address")
    if url.scheme == "http" and not is_loopback(url.hostname):
        raise ValueError("http:// is accepted for loopback hosts only; use https://")
    return url.geturl().rstrip("/")


def _split(value: str) -> SplitResult | None:
    try:
        url = urlsplit(value.strip())
        return url if url.port != 0 else None
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _callback_address(value: object) -> str:
    """Checked like any address, and kept to the letter: vendors compare it with the one that the app names."""
    _web_address(value)
    return str(value).strip()


def _network(value: object) -> object:
    try:
        return ip_network(str(value), strict=False)
    except ValueError as exc:
        raise ValueError("an address or a network such as 10.0.0.0/8 is needed") from exc


WebAddress = Annotated[str, BeforeValidator(_web_address)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
CallbackAddress = Annotated[str, BeforeValidator(_callback_address)]


def positive(value: timedelta) -> timedelta:
    """The duration, unless it is no time at all."""
    if value <= timedelta():
        raise ValueError("more than no time at all is needed, such as 5m")
    return value
