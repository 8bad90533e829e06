"""All rows of a small query of the set-up, which may be closed to the user."""

from collections.abc import Mapping
from typing import Any

from adapters.errors import Refused, Unauthorized
from adapters.salesforce.client import Client


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
