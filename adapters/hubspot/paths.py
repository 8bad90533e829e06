"""Every HubSpot path that csbridge calls, in one table: the dated API versions are a change of one line.

Placeholders are filled, percent-encoded, by ``client``.
"""

from typing import Final

VERSION: Final = "v3"
"""Of every path below; a dated one is written as HubSpot writes it, such as 2026-03."""


def _crm(area: str, version: str) -> str:
    """``/crm/v3/objects``, but ``/crm/objects/2026-03``: numbered versions stand before the area, dated ones after."""
    return f"/crm/{version}/{area}" if version.startswith("v") else f"/crm/{area}/{version}"


_OBJECTS: Final = _crm("objects", VERSION)
_PROPERTIES: Final = _crm("properties", VERSION)
_ASSOCIATIONS: Final = _crm("associations", "v4" if VERSION == "v3" else VERSION)
_OAUTH: Final = f"/oauth/{VERSION}"

DETAILS: Final = f"/account-info/{VERSION}/details"

LIST: Final = f"{_OBJECTS}/{{object}}"
SEARCH: Final = f"{_OBJECTS}/{{object}}/search"
BATCH_READ: Final = f"{_OBJECTS}/{{object}}/batch/read"
BATCH_CREATE: Final = f"{_OBJECTS}/{{object}}/batch/create"
BATCH_UPDATE: Final = f"{_OBJECTS}/{{object}}/batch/update"

ASSOCIATIONS: Final = f"{_ASSOCIATIONS}/{{object}}/{{to}}/batch/read"

OWNERS: Final = _crm("owners", VERSION)
PIPELINES: Final = _crm("pipelines", VERSION) + "/{object}"

PROPERTIES: Final = f"{_PROPERTIES}/{{object}}"
PROPERTY: Final = f"{_PROPERTIES}/{{object}}/{{property}}"
SCHEMAS: Final = _crm("schemas", VERSION)
GROUPS: Final = f"{_PROPERTIES}/{{object}}/groups"
GROUP: Final = f"{_PROPERTIES}/{{object}}/groups/{{group}}"
PROPERTY_LIMITS: Final = _crm("limits", VERSION) + "/custom-properties"

AUTHORIZE: Final = "/oauth/authorize"
TOKEN: Final = f"{_OAUTH}/token"
INTROSPECT: Final = f"{_OAUTH}/token/introspect"
