"""Takes back what provisioning made in a portal: own properties by their names, then the group.

HubSpot archives a property: its values are gone from the records at once, and for 90 days a person can restore it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from adapters.contract import Change, Plan
from adapters.errors import Refused, Unauthorized
from adapters.hubspot import paths
from adapters.hubspot.client import Client
from adapters.hubspot.defining import GROUP
from adapters.hubspot.provisioning import definitions, lacking_scopes
from adapters.hubspot.shapes import OWN_OBJECTS, vendor_name
from config.fields import OwnField
from config.words import KEYED_KINDS

LOST: Final = "HubSpot archives properties with their values: a person can restore them for 90 days, in its settings"
_GONE: Final = 404


def plan(client: Client, fields: Sequence[OwnField]) -> Plan:
    lent = {field.to for field in fields}
    found: list[Change] = []
    for kind, vendor_object in OWN_OBJECTS.items():
        mine = {vendor_name(replace(field, to=None)): field.name for field in fields if field.on == kind}
        if not mine:
            continue
        try:
            there = definitions(client, vendor_object)
        except (Unauthorized, Refused) as error:
            if kind not in KEYED_KINDS or error.status not in (403, 404):
                raise
            continue  # who sees no tasks or notes made no key there
        for vendor in (name for name in mine if name in there and name not in lent):
            found.append(Change("delete_field", mine[vendor], vendor, group=vendor_object))
        groups = client.get(paths.GROUPS, "provision", object=vendor_object).results
        if any(group.get("name") == GROUP for group in groups):
            detail = f"property group on {vendor_object}"
            found.append(Change("delete_group", "", GROUP, detail, group=vendor_object))
    return Plan(tuple(found), lacking_scopes(client, found), LOST) if found else Plan()


def carry_out(client: Client, wanted: Plan) -> list[Change]:
    """What HubSpot refuses is given back with its words: a property that a workflow uses, a group of others."""
    refused: list[Change] = []
    for change in wanted.changes:
        try:
            _delete(client, change)
        except Refused as error:
            if error.status != _GONE:
                refused.append(replace(change, blocked=str(error)))
    return refused


def _delete(client: Client, change: Change) -> None:
    if change.action == "delete_field":
        client.send("DELETE", paths.PROPERTY, "provision", None, object=change.group, property=change.target)
    else:
        client.send("DELETE", paths.GROUP, "provision", None, object=change.group, group=change.target)
