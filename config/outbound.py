"""Where events go out to: endpoints of Standard Webhooks, Slack and Teams, at once or as a daily digest.

Owns the form, and what is no safe address or no secret; who is told what is decided in ``webhooks.outbound``.
"""

import base64
import binascii
from datetime import time
from typing import Annotated, Any, Final, Literal, get_args
from urllib.parse import SplitResult, urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from config.rules import parse
from config.values import Model, PathName, RuleText, Secret, Secrets, listed

EventName = Literal[
    "score.changed", "band.changed", "flag.raised", "flag.cleared", "stage.changed", "response.received"
]
EVENT_NAMES: Final[tuple[EventName, ...]] = get_args(EventName)

Format = Literal["standard", "slack", "teams"]

SECRET_PREFIX: Final = "whsec_"
SECRET_BYTES: Final = range(24, 65)
"""How long the Standard Webhooks specification wants a signing secret to be."""


class Endpoint(Model):
    """One subscription."""

    name: PathName
    url: SecretStr
    """A secret: Slack's and Teams' addresses are all that guards them."""
    secret: Secrets = Field(default_factory=list)
    """Sign, in the Standard Webhooks way: ``whsec_`` and base64. While rotating all sign; Slack and Teams need none."""
    events: Annotated[list[EventName], BeforeValidator(listed)] = Field(
        default_factory=lambda: list(EVENT_NAMES), min_length=1
    )
    where: RuleText = parse("all")
    """Only customers for whom this holds: account fields, ``segment`` and ``journey_stage``."""
    format: Format = "standard"
    digest: time | None = None
    """Not each event at once, but one message a day at this time of the workspace's zone."""
    allow_private: bool = False
    """Whether the address may lie in a private network (or this machine)."""

    @field_validator("url", mode="before")
    @classmethod
    def _an_address(cls, value: Any) -> Any:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        url = _split(text.strip()) if isinstance(text, str) else None
        if url is None or url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError("an address such as https://hooks.example.com/csbridge is needed")
        if url.username is not None or url.password is not None or url.fragment:
            raise ValueError("no user, password or fragment belongs into this address")
        return url.geturl()

    @field_validator("secret")
    @classmethod
    def _can_sign(cls, value: list[Secret]) -> list[Secret]:
        if not all(_is_signing(one.get_secret_value()) for one in value):
            raise ValueError("whsec_ and base64 of 24 to 64 random bytes is needed")
        return value

    @model_validator(mode="after")
    def _fits(self) -> "Endpoint":
        if self.format == "standard" and not self.secret:
            raise ValueError("secret is needed: who receives events must be able to tell that they are ours")
        if not self.allow_private and self.url.get_secret_value().startswith("http://"):
            raise ValueError("url: http:// is accepted with allow_private only, for addresses of one's own network")
        return self

    @property
    def host(self) -> str:
        """All of the address that may be shown."""
        return urlsplit(self.url.get_secret_value()).hostname or ""


def _split(text: str) -> SplitResult | None:
    """None where the text is no address, or one that two readers could read differently."""
    if not text.isascii() or any(character <= " " or character in '\\"<>' or character == "\x7f" for character in text):
        return None
    try:
        url = urlsplit(text)
        return None if url.port == 0 else url
    except ValueError:
        return None


def _is_signing(secret: str) -> bool:
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return secret.startswith(SECRET_PREFIX) and len(key) in SECRET_BYTES
