"""Small queries of the set-up, which may be closed to the user: all rows, and which custom fields there are."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.errors import Refused, Unauthorized
from adapters.salesforce.client import Client
from adapters.salesforce.soql import quoted


def rows(client: Client, query: str, *, tooling: bool = False) -> list[Mapping[str, Any]] | None:
    """None when the user may not look."""
    try:
        body = client.query(query, "provision", tooling=tooling).body or {}
        found = list(body.get("records") or [])
        while body.get("nextRecordsUrl"):
            body = client.more(str(body["nextRecordsUrl"]), "provision").body or {}
            found += body.get("records") or []
    except (Refused, Unauthorized) as exc:
        if exc.status == 401:
            raise
        return None
    return found


def entity(vendor_object: str) -> str:
    """Where a custom field of this object is defined: those of tasks and events on what both are."""
    return "Activity" if vendor_object in ("Task", "Event") else vendor_object


def custom_field_ids(client: Client, vendor_object: str, vendors: Sequence[str]) -> dict[str, str] | None:
    """The ids of those that exist, by full name; None where the user may not look."""
    if not vendors:
        return {}
    names = ", ".join(quoted(vendor.removesuffix("__c")) for vendor in vendors)
    found = rows(
        client,
        "SELECT Id, DeveloperName, TableEnumOrId FROM CustomField "
        f"WHERE TableEnumOrId = {quoted(entity(vendor_object))} AND DeveloperName IN ({names})",
        tooling=True,
    )
    return None if found is None else {f"{vendor_object}.{row['DeveloperName']}__c": str(row["Id"]) for row in found}
