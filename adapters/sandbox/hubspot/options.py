"""The switches of the HubSpot sandbox: limits, and behaviour of the vendor that is not confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Options:
    """Given by name as ``options=`` or on the command line; texts such as "0", "false", "a,b" are understood."""

    rate_limit: int = 190
    """Requests per 10 s; 0 = no limit."""
    search_limit: int = 5
    """Searches per second over all types; 0 = no limit."""
    daily_limit: int = 650_000
    """Requests of a day, which ends at midnight in ``time_zone``; 0 = none, as for OAuth apps."""
    search_headers: bool = False
    """Whether answers to searches carry the rate-limit headers, too."""
    custom_properties: int = 1_000
    """Custom properties that an object may have."""
    reserve_archived: bool = False
    """Whether the name of an archived property stays taken."""
    used_properties: tuple[str, ...] = ()
    """Custom properties that a workflow uses, so that they cannot be archived."""
    limits_api: bool = True
    """Whether the app may ask for the limits of custom properties."""
    retry_after: bool = False
    """Whether a 429 carries Retry-After."""
    index_lag_ms: int = 0
    """How long a change stays invisible to search."""
    partial_updates: bool = False
    """batch/update with invalid values: 207 and the good rows written, instead of 400 and nothing written."""
    generic_events: bool = False
    """Webhooks as ``object.*`` with objectTypeId instead of ``company.*``."""
    subscribed: tuple[str, ...] = ()
    """Besides creation, deletion and propertyChange: merge, restore, privacyDeletion, associationChange."""
    signature: str = "v3"
    """The newest signature that webhooks carry; v1 comes along with v3."""
    echo_api_writes: bool = False
    """Send webhooks for writes made through the API, too (changeSource INTEGRATION)."""
    merge_new_id: bool = False
    """A merge makes a new record and archives both, instead of keeping the primary one."""
    restore_moves_stamp: bool = False
    """Whether a restored record is a changed one; deleting one moves no stamp."""
    missing_scopes: tuple[str, ...] = ()
    """Scopes that the app was not granted, such as crm.schemas.companies.write."""
    string_ids: bool = False
    """v4 ``toObjectId`` as text instead of a number."""
    filter_groups: int = 5
    association_page: int = 500
    url_limit: int = 16_000
    """Longest request line; beyond it 414."""
    portal_id: int = 62_515
    app_id: int = 1_160_452
    token: str = "pat-na1-sandbox"
    client_id: str = "sandbox-client-id"
    rotate_refresh_tokens: bool = False
    """Whether each refresh brings a new refresh token, and ends the old one."""
    currency: str = "EUR"
    time_zone: str = "Europe/Berlin"


def read_options(given: Mapping[str, Any]) -> Options:
    """Options from a mapping of names; ValueError names what is unknown or malformed."""
    defaults = Options()
    known = {field.name for field in fields(Options)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f"unknown options: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    return Options(**{name: _as(getattr(defaults, name), name, value) for name, value in given.items()})


def _as(default: Any, name: str, value: Any) -> Any:
    if isinstance(default, bool):
        return value if isinstance(value, bool) else _flag(name, str(value))
    if isinstance(default, int):
        try:
            return int(value)
        except ValueError as exc:
            raise ValueError(f"{name} must be a whole number, not {value!r}") from exc
    if isinstance(default, tuple):
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(part.strip() for part in parts if part.strip())
    return str(value)


def _flag(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
        raise ValueError(f"{name} must be true or false, not {text!r}")
    return text.lower() in ("true", "1", "yes")
