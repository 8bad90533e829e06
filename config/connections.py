"""What an admin decides about one connection: where the CRM is, how to log in, what is read from where.

One model per CRM, told apart by ``crm``. Owns types and defaults; who acts on a key is not known here.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from importlib.metadata import entry_points
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

from config.logins import HubspotLogin, SalesforceLogin
from config.senders import SENDER_KINDS, SenderConnection
from config.values import Duration, Model, PathName, Secrets, Text, WebAddress, given, plain_texts, positive
from config.words import Kind


class KindMap(Model):
    """How one kind is read from the CRM; what is left out keeps the shipped default."""

    object: Text | None = None
    fields: Annotated[Mapping[str, str], BeforeValidator(plain_texts)] = Field(default_factory=dict)
    """Canonical field → vendor field, empty to switch it off; other names arrive in ``extra``."""
    values: Mapping[str, Annotated[Mapping[str, str], BeforeValidator(plain_texts)]] = Field(default_factory=dict)
    """Canonical field → vendor value → canonical word."""
    constants: Annotated[Mapping[str, str], BeforeValidator(plain_texts)] = Field(default_factory=dict)
    """Canonical field → what holds of every record that does not say otherwise: a canonical word, or a currency."""


class QuotaSettings(Model):
    daily_share: float = Field(0.5, gt=0, le=1)
    reserve: float = Field(0.2, ge=0, lt=1)


class ConnectionSettings(Model):
    brings_columns: ClassVar[bool] = False
    """Whether accounts may carry fields that no map names: then a rule may name what the settings do not know."""
    name: PathName
    """Part of the webhook's address and of ``connection:id``."""
    map: Annotated[Mapping[Kind, KindMap], BeforeValidator(given)] = Field(default_factory=dict)
    quota: Annotated[QuotaSettings, BeforeValidator(given)] = QuotaSettings()
    webhook_secret: Secrets = Field(default_factory=list)
    timeout: Duration = timedelta(seconds=60)
    """How long one answer of the CRM may take."""

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


SHARED_LOGINS: Final = ("login.salesforce.com", "test.salesforce.com")
"""Where people of every org log in, and apps that run as one user cannot."""


class SalesforceConnection(ConnectionSettings):
    crm: Literal["salesforce"]
    login_url: WebAddress
    auth: SalesforceLogin
    api_version: str = "60.0"
    bulk: Annotated[BulkSettings, BeforeValidator(given)] = BulkSettings()

    @field_validator("login_url")
    @classmethod
    def _host_of_the_api(cls, value: str) -> str:
        host = urlsplit(value).hostname or ""
        if host.endswith(".lightning.force.com"):
            mine = host.removesuffix(".lightning.force.com")
            raise ValueError(f"the API is not served at this host; use https://{mine}.my.salesforce.com")
        return value

    @model_validator(mode="after")
    def _my_domain(self) -> "SalesforceConnection":
        if self.auth.flow == "client_credentials" and urlsplit(self.login_url).hostname in SHARED_LOGINS:
            raise ValueError("client_credentials needs the org's My Domain as login_url: https://….my.salesforce.com")
        return self

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


class CsvConnection(ConnectionSettings):
    brings_columns: ClassVar[bool] = True
    crm: Literal["csv"]
    folder: Text
    """Where the spreadsheets are, relative to the folder of ``csbridge.yml``."""


class PluginConnection(ConnectionSettings):
    """A connection to a CRM that an installed package serves. Its own keys are in ``model_extra``, as they are written.

    The package checks them when the connection opens (``adapters.registry``).
    """

    brings_columns: ClassVar[bool] = True
    model_config = ConfigDict(extra="allow", frozen=True)
    crm: Text

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Not the package's keys: any of them may be a secret."""
        return [("name", self.name), ("crm", self.crm)]


PLUGINS: Final = "csbridge.adapters"
"""The entry-point group by which packages bring adapters along."""

_SHIPPED: Final = ("salesforce", "hubspot", "csv")
_INSTALLED: Final = "a CRM that an installed package serves"
_SENDS: Final = ", ".join(SENDER_KINDS)


def crm(connection: Any) -> str | None:
    """Which of the models a connection is of."""
    said = connection.get("crm") if isinstance(connection, Mapping) else getattr(connection, "crm", None)
    if not isinstance(said, str) or said in _SHIPPED:
        return said if isinstance(said, str) else None
    if said in SENDER_KINDS:
        return _SENDS
    return _INSTALLED if said in {point.name for point in entry_points(group=PLUGINS)} else said


Connection = SalesforceConnection | HubspotConnection | CsvConnection | PluginConnection
"""A CRM: what is read from and written to."""

Listed = Annotated[
    Annotated[SalesforceConnection, Tag("salesforce")]
    | Annotated[HubspotConnection, Tag("hubspot")]
    | Annotated[CsvConnection, Tag("csv")]
    | Annotated[PluginConnection, Tag(_INSTALLED)]
    | Annotated[SenderConnection, Tag(_SENDS)],
    Discriminator(crm),
]
"""What the key ``connections`` holds."""
