"""Which CRM is served by which package, and how a connection to one is opened.

A plain dict of ``"module:factory"`` strings, imported when a connection opens, so that nobody pays for a
vendor client that is not used. Third parties add theirs by an entry point of the group ``csbridge.adapters``.
A factory takes ``(connection, context)``, returns an ``Adapter`` and makes no network call.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.budget import Budget, Unlimited
from adapters.contract import Adapter
from adapters.retrying import Patience
from adapters.vault import MemoryVault, Vault
from config.connections import PLUGINS, ConnectionSettings
from config.errors import ConfigError, Problem
from config.fields import OwnField

ADAPTERS: Final[Mapping[str, str]] = {
    "salesforce": "adapters.salesforce.adapter:open_connection",
    "hubspot": "adapters.hubspot.adapter:open_connection",
    "csv": "adapters.csv.adapter:open_connection",
}
SPELLINGS: Final[Mapping[str, str]] = {"salesforce": "adapters.salesforce.values:account_id"}
"""CRMs that show people an account's id otherwise than they give it to programs: text → the id as the adapter has it,
or the text itself where it is none."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """What an adapter needs to know of the workspace, besides its own connection settings."""

    folder: Path = Path()
    """The workspace's, which the paths in its settings are relative to."""
    own: tuple[OwnField, ...] = ()
    """The own fields that are switched on, the pulse included."""
    overlap: timedelta = timedelta(minutes=5)
    """How far a stored cursor stays behind the vendor's now."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    """Where a day begins for this company."""
    org_id: str | None = None
    """The pinned id of the org, once known; outbound messages of another org are rejected."""
    public_url: str | None = None
    """Where webhooks reach us, once the admin has said so."""
    clock: Callable[[], datetime] = _utc_now
    patience: Patience = field(default_factory=Patience)
    budget: Budget = field(default_factory=Unlimited)
    """Asked before every call of this connection."""
    vault: Vault = field(default_factory=MemoryVault)
    """Where a login keeps what must outlive the process."""


Factory = Callable[[Any, Context], Adapter]


def open_adapter(connection: ConnectionSettings, context: Context) -> Adapter:
    """The adapter of a connection. No network call; raises ConfigError for a CRM that nobody serves."""
    return _factory(_crm(connection))(connection, context)


def id_spelled(crms: Iterable[str], said: str) -> str:
    """What somebody calls an account by its id in one of these CRMs, as the adapter of that CRM calls it."""
    for crm in crms:
        if target := SPELLINGS.get(crm):
            said = _loaded(target)(said)
    return said


def _crm(connection: ConnectionSettings) -> str:
    return str(getattr(connection, "crm", ""))


def _factory(crm: str) -> Factory:
    target = ADAPTERS.get(crm) or _entry_points().get(crm)
    if target is None:
        known = ", ".join(sorted({*ADAPTERS, *_entry_points()}))
        raise ConfigError([Problem("connections[].crm", f"no adapter serves {crm!r}", expected=f"one of {known}")])
    try:
        loaded: Factory = _loaded(target)
    except (ImportError, AttributeError) as exc:
        raise ConfigError([Problem("connections[].crm", f"the adapter for {crm!r} cannot be loaded: {exc}")]) from exc
    return loaded


def _loaded(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def _entry_points() -> dict[str, str]:
    found: tuple[EntryPoint, ...] = tuple(entry_points(group=PLUGINS))
    return {point.name: point.value for point in found}
