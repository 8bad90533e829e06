"""What an admin decides about one connection: where the CRM is, how to log in, what is read from where.

One model per CRM, told apart by ``crm``. Owns types and defaults; who acts on a key is not known here.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from config.logins import HubspotLogin, SalesforceLogin
from config.values import Duration, Model, Secrets, Text, WebAddress, given, plain_texts, positive
from config.words import Kind


class KindMap(Model):
    """How one kind is read from the CRM; what is left out keeps the shipped default."""

    object: Text | None = None
    fields: Annotated[Mapping[str, str], BeforeValidator(plain_texts)] = Field(default_factory=dict)
    """Canonical field → vendor field, empty to switch it off; other names arrive in ``extra``."""
    values: Mapping[str, Annotated[Mapping[str, str], BeforeValidator(plain_texts)]] = Field(default_factory=dict)
    """Canonical field → vendor value → canonical word."""


class QuotaSettings(Model):
    daily_share: float = Field(0.5, gt=0, le=1)
    reserve: float = Field(0.2, ge=0, lt=1)


class ConnectionSettings(Model):
    name: str
    map: Annotated[Mapping[Kind, KindMap], BeforeValidator(given)] = Field(default_factory=dict)
    quota: Annotated[QuotaSettings, BeforeValidator(given)] = QuotaSettings()
    webhook_secret: Secrets = Field(default_factory=list)
    timeout: Duration = timedelta(seconds=60)
    """How long one answer of the CRM may take."""

    @field_validator("name")
    @classmethod
    def _fit_for_a_path(cls, value: str) -> str:
        """The name is part of the webhook's address and of ``connection:id``."""
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", value):
            raise ValueError("a name in lower case is needed: a letter, then letters, digits, - or _")
        return value

    @field_validator("timeout")
    @classmethod
    def _some_time(cls, value: timedelta) -> timedelta:
        return positive(value)


class BulkSettings(Model):
    """Where Bulk API 2.0 takes over from REST; ``never`` keeps it out."""

    pull_above: Annotated[int, Field(ge=0)] | Literal["never"] = 30_000
    """Rows still to come in a pull. There REST needs twice the calls of a job, and about as long."""
    write_above: Annotated[int, Field(ge=0)] | Literal["never"] = 2_000
    """Records of one push. There REST needs as many calls as a job."""


class SalesforceConnection(ConnectionSettings):
    crm: Literal["salesforce"]
    login_url: WebAddress
    auth: SalesforceLogin
    api_version: str = "60.0"
    bulk: Annotated[BulkSettings, BeforeValidator(given)] = BulkSettings()

    @field_validator("api_version", mode="before")
    @classmethod
    def _version(cls, value: object) -> str:
        """``60.0``, ``60`` or ``v60.0``, in quotes or not."""
        match = re.fullmatch(r"v?(\d{2,3})(\.0)?", str(value).strip())
        if match is None:
            raise ValueError('a version such as "60.0" is needed')
        return f"{match[1]}.0"


class HubspotConnection(ConnectionSettings):
    crm: Literal["hubspot"]
    base_url: WebAddress = "https://api.hubapi.com"
    auth: HubspotLogin


Connection = Annotated[SalesforceConnection | HubspotConnection, Field(discriminator="crm")]
