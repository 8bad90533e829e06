"""Where events go out to: endpoints of Standard Webhooks, Slack and Teams, at once or as a daily digest.

Owns the form; who is told what is decided in ``webhooks.outbound``.
"""

from datetime import time
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from config.rules import parse
from config.values import Model, RuleText, Secret, Text, listed

EventName = Literal[
    "score.changed", "band.changed", "flag.raised", "flag.cleared", "stage.changed", "response.received"
]
EVENT_NAMES: Final[tuple[EventName, ...]] = get_args(EventName)

Format = Literal["standard", "slack", "teams"]


class Endpoint(Model):
    """One subscription."""

    name: Text
    url: SecretStr
    """A secret: Slack's and Teams' addresses are all that guards them."""
    secret: Secret | None = None
    """Signs, in the Standard Webhooks way: ``whsec_`` and base64. Slack and Teams need none."""
    events: Annotated[list[EventName], BeforeValidator(listed)] = Field(default_factory=lambda: list(EVENT_NAMES))
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
        if not isinstance(text, str) or not text.strip().startswith(("https://", "http://")):
            raise ValueError("an address such as https://hooks.example.com/csbridge is needed")
        return text.strip()

    @model_validator(mode="after")
    def _signed(self) -> "Endpoint":
        if self.format == "standard" and self.secret is None:
            raise ValueError("secret is needed: who receives events must be able to tell that they are ours")
        return self
