"""Every HubSpot path that csbridge calls, in one table: the dated API versions will move them.

Placeholders are filled, percent-encoded, by ``client``.
"""

from typing import Final

DETAILS: Final = "/account-info/v3/details"

LIST: Final = "/crm/v3/objects/{object}"
SEARCH: Final = "/crm/v3/objects/{object}/search"
BATCH_READ: Final = "/crm/v3/objects/{object}/batch/read"
BATCH_UPDATE: Final = "/crm/v3/objects/{object}/batch/update"

ASSOCIATIONS: Final = "/crm/v4/associations/{object}/{to}/batch/read"

OWNERS: Final = "/crm/v3/owners"
PIPELINES: Final = "/crm/v3/pipelines/{object}"

PROPERTIES: Final = "/crm/v3/properties/{object}"
PROPERTY: Final = "/crm/v3/properties/{object}/{property}"
GROUPS: Final = "/crm/v3/properties/{object}/groups"
