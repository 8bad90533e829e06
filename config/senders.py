"""Connections that only send: survey tools, Stripe, forms, and whoever speaks Standard Webhooks.

One model for all of them, told apart by ``crm``; what each of them sends is read in ``webhooks.senders``.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final, Literal, get_args

from pydantic import BeforeValidator, Field

from config.values import Duration, Model, PathName, Secrets, Text, given, plain_texts
from config.words import Survey

SenderKind = Literal["delighted", "typeform", "surveymonkey", "form", "stripe", "standard_webhooks"]
SENDER_KINDS: Final[tuple[SenderKind, ...]] = get_args(SenderKind)


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
