"""What an admin decides in ``csbridge.yml``: one model per block, every key of the reference accepted.

Owns types and defaults. What must fit together across keys is in ``config.checks``; files and the environment
are read in ``config.loading``; who acts on a key is not known here.
"""

import re
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from config import rules
from config.connections import Connection, Listed
from config.economics import Economics
from config.flags import FLAGS, FlagSettings, settled
from config.journey import Segments, Stages, shipped_segments, shipped_stages
from config.languages import DEFAULT, languages
from config.outbound import Endpoint
from config.product import Product
from config.senders import SenderConnection
from config.surveys import SurveyPages, Surveys, shipped_surveys
from config.values import (
    Duration,
    Model,
    Network,
    PathName,
    Secrets,
    Text,
    WebAddress,
    given,
    listed,
    positive,
)
from config.words import Purpose

STORES = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")


class Identity(Model):
    """How accounts of several connections become one customer, and what their parents are told."""

    link: Mapping[str, Text] = Field(default_factory=dict)
    key: Literal["domain"] | None = "domain"
    prefer: list[str] = Field(default_factory=list)
    parents: Literal["none", "mean", "worst", "arr"] = "none"


class SegmentSource(Model):
    """Events in the Segment format, sent to ``/v1/…`` with the write key."""

    write_key: Secrets = Field(min_length=1)
    """One, or a list while rotating: events are taken under any of them."""
    name: PathName = "segment"
    """Under which its totals are kept; each source needs one of its own."""
    account_trait: Text | None = None
    """A trait of users that names their account (a dot leads into an object); a ``group`` call does so in any case."""
    features: Literal["events", "all"] = "events"
    """What counts as use of a feature: named events only, or pages and screens, too."""


class UsageSource(Model):
    """One source of product usage: a file of daily totals, or the Segment format."""

    file: Text | None = None
    account_key: Text = "id"
    """An account's id (``connection.id`` where several connections have one), ``domain``, or a mapped field."""
    stale_after: Duration = timedelta(days=7)
    segment: SegmentSource | None = None

    @property
    def name(self) -> str:
        """Under which its totals are kept."""
        return self.segment.name if self.segment else str(self.file)

    @model_validator(mode="after")
    def _one_source(self) -> "UsageSource":
        if (self.file is None) == (self.segment is None):
            raise ValueError("exactly one of file and segment is needed")
        return self


class WriteSettings(Model):
    fields: Literal["all", "core"] | list[str] = "all"
    dry_run: bool = False
    min_change: float = Field(1.0, ge=0, le=100)
    batch: Literal["largest"] | int = "largest"
    drift: Literal["repair", "accept"] = "repair"
    history: Literal["none", "note"] = "none"
    """Whether a change of the health band is also written as a note on the account."""
    sample: int = Field(100, ge=0, le=10_000)
    """Records a night that are read back, to see that they hold what the CRM confirmed."""

    @field_validator("fields", mode="before")
    @classmethod
    def _choice_of_fields(cls, value: object) -> object:
        if value in ("all", "core") or (isinstance(value, list) and all(isinstance(name, str) for name in value)):
            return value
        raise ValueError("all, core, or a list of own fields such as [health_score, health_band] is needed")

    @field_validator("batch", mode="before")
    @classmethod
    def _choice_of_size(cls, value: object) -> object:
        if value == "largest" or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
            return value
        raise ValueError("largest, or a number of records from 1 up is needed")


class OwnFieldSettings(Model):
    to: Text
    adopt: bool = False


class Schedule(Model):
    poll: Duration = timedelta(minutes=5)
    reconcile: time = time(2, 30)
    overlap: Duration = timedelta(minutes=5)

    @field_validator("poll")
    @classmethod
    def _some_time(cls, value: timedelta) -> timedelta:
        return positive(value)


class InboxSettings(Model):
    keep: Duration = timedelta(days=7)
    """How long a delivery that was acted on can be replayed."""
    attempts: int = Field(5, ge=1, le=100)
    """Tries before a delivery is parked with its cause."""


def _currency_code(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", value):
        raise ValueError("a currency code such as EUR is needed")
    return value


CurrencyCode = Annotated[str, AfterValidator(_currency_code)]


class Currency(Model):
    report: CurrencyCode = "USD"
    rates: Mapping[CurrencyCode, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    """What one unit of a currency is worth in the ``report`` currency."""


def _flags(value: object) -> object:
    """A flag that is named with nothing more takes its shipped thresholds."""
    return {name: given(flag) for name, flag in value.items()} if isinstance(value, Mapping) else value


def _shipped_flags() -> Mapping[str, FlagSettings]:
    return {name: flag.shipped for name, flag in FLAGS.items() if flag.on}


def _shipped_purposes() -> list[Purpose]:
    return ["health"]


class Settings(Model):
    """The whole of ``csbridge.yml``; only ``connections`` is required."""

    connections: list[Listed] = Field(min_length=1)
    """All that are written down: ``crms`` and ``senders``."""
    store: str = Field("sqlite:///csbridge.db", repr=False)
    """A database URL; it may hold a password, so it is no part of the repr."""
    timezone: str = "UTC"
    language: str = DEFAULT
    """Of the sentences that scoring writes."""
    public_url: WebAddress | None = None
    trusted_proxies: Annotated[list[Network], BeforeValidator(listed)] = Field(default_factory=list)
    """Whose ``X-Forwarded-Proto`` and ``-Host`` are believed, where ``public_url`` is not set."""
    identity: Identity = Identity()
    scope: str = "all"
    usage: list[UsageSource] = Field(default_factory=list)
    scorecards: Annotated[list[Purpose], BeforeValidator(listed)] = Field(
        default_factory=_shipped_purposes, min_length=1
    )
    flags: Annotated[Mapping[str, FlagSettings], BeforeValidator(_flags)] = Field(default_factory=_shipped_flags)
    """The flags that are raised: those that are shipped as on when the key is left out, else those named."""
    segments: Segments = Field(default_factory=shipped_segments)
    stages: Stages = Field(default_factory=shipped_stages)
    product: Product = Product()
    write: WriteSettings = WriteSettings()
    own_fields: Mapping[str, OwnFieldSettings] = Field(default_factory=dict)
    schedule: Schedule = Schedule()
    currency: Currency = Currency()
    economics: Economics = Economics()
    surveys: Surveys = Field(default_factory=shipped_surveys)
    survey_pages: SurveyPages = SurveyPages()
    outbound: list[Endpoint] = Field(default_factory=list)
    inbox: InboxSettings = InboxSettings()
    secret_key: Secrets = Field(default_factory=list)
    workers: Literal["embedded", "celery"] = "embedded"
    broker: Text | None = Field(None, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _without_empty_blocks(cls, value: object) -> object:
        """A key whose lines are all commented out is as good as left out."""
        return {k: v for k, v in value.items() if v is not None} if isinstance(value, Mapping) else value

    @field_validator("connections")
    @classmethod
    def _some_crm(cls, value: list[Any]) -> list[Any]:
        if all(isinstance(one, SenderConnection) for one in value):
            raise ValueError("at least one connection to a CRM is needed, besides those that only send")
        return value

    @field_validator("store")
    @classmethod
    def _known_store(cls, value: str) -> str:
        scheme, separator, _ = value.partition("://")
        if not separator or scheme not in STORES:
            raise ValueError("a store such as sqlite:///csbridge.db or postgresql+psycopg://user@host/name is needed")
        return value

    @field_validator("scope")
    @classmethod
    def _scope_parses(cls, value: str) -> str:
        rules.parse(value)
        return value

    @field_validator("flags")
    @classmethod
    def _with_shipped_thresholds(cls, value: Mapping[str, FlagSettings]) -> Mapping[str, FlagSettings]:
        return {name: settled(name, flag) if name in FLAGS else flag for name, flag in value.items()}

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as exc:
            raise ValueError("a time zone name such as Europe/Berlin is needed") from exc
        return value

    @field_validator("language")
    @classmethod
    def _known_language(cls, value: str) -> str:
        if value not in languages():
            raise ValueError(f"there is no language {value}; one of {', '.join(languages())} is needed")
        return value

    @property
    def crms(self) -> list[Connection]:
        """The connections that are read from and written to."""
        return [one for one in self.connections if not isinstance(one, SenderConnection)]

    @property
    def senders(self) -> list[SenderConnection]:
        """The connections that only send."""
        return [one for one in self.connections if isinstance(one, SenderConnection)]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def connection(self, name: str) -> Any:
        """The connection of that name; KeyError when there is none."""
        return {connection.name: connection for connection in self.connections}[name]
