"""Connections that only send: survey tools, Stripe, forms, and whoever speaks Standard Webhooks.

One model for all of them, told apart by ``crm``; what each of them sends is read in ``webhooks.senders``.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, field_validator, model_validator

from config.values import (
    Duration,
    Model,
    PathName,
    Secret,
    Secrets,
    Text,
    WebAddress,
    given,
    is_loopback,
    plain_texts,
)
from config.words import Survey

SenderKind = Literal["delighted", "typeform", "surveymonkey", "form", "stripe", "standard_webhooks"]
SENDER_KINDS: Final[tuple[SenderKind, ...]] = get_args(SenderKind)

HOSTS: Final = ("api.surveymonkey.com", "api.eu.surveymonkey.com", "api.surveymonkey.ca")
ANSWERS: Final = f"https://{HOSTS[0]}"


class SenderConnection(Model):
    """A sender at ``POST /webhooks/<name>``. Without a secret nothing of it is accepted."""

    name: PathName
    crm: SenderKind
    webhook_secret: Secrets = Field(default_factory=list)
    account_key: Text = "id"
    """What it calls an account, where it names one: as in ``usage``. Persons are known by their e-mail address."""
    survey: Survey = "nps"
    """Which survey its answers belong to, where it does not say so itself."""
    fields: Annotated[Mapping[str, Text], BeforeValidator(plain_texts), BeforeValidator(given)] = Field(
        default_factory=dict
    )
    """What we call it → the sender's question, property or hidden field: score, comment, email, account, survey."""
    tolerance: Duration = timedelta(minutes=5)
    """How old a signed delivery may be, where the signature has a time."""
    token: Secret | None = None
    """With which answers are read that a webhook only names: SurveyMonkey's access token."""
    base_url: WebAddress = ANSWERS
    """Where: in the account's part of the world."""

    @field_validator("base_url")
    @classmethod
    def _hosts_that_may_have_the_token(cls, value: str) -> str:
        host = urlsplit(value).hostname or ""
        if host not in HOSTS and not is_loopback(host):
            raise ValueError(f"one of {', '.join(f'https://{name}' for name in HOSTS)} is needed")
        return value

    @model_validator(mode="after")
    def _only_where_it_acts(self) -> "SenderConnection":
        given = self.model_fields_set & {"token", "base_url"}
        if given and self.crm != "surveymonkey":
            raise ValueError(f"{' and '.join(sorted(given))} is for surveymonkey only")
        if self.crm == "standard_webhooks" and not all(
            _is_base64(one.get_secret_value()) for one in self.webhook_secret
        ):
            raise ValueError("webhook_secret: whsec_ and base64 is needed, as the sender shows it")
        return self


def _is_base64(secret: str) -> bool:
    """Whether a Standard Webhooks sender can have signed with it; any other could never be right."""
    text = secret.removeprefix("whsec_").rstrip("=")
    try:
        return bool(base64.b64decode(text + "=" * (-len(text) % 4), validate=True))
    except (ValueError, binascii.Error):
        return False
