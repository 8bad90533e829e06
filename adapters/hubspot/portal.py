"""What is known of the portal itself: its id, zone and currency, and the stages of its pipelines."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from adapters.errors import Refused, Unauthorized
from adapters.hubspot import paths, values
from adapters.hubspot.client import Client, Reply
from adapters.hubspot.mapping import Stage


@dataclass(frozen=True, slots=True)
class Details:
    """The answer of account-info, which every private app may ask for."""

    portal: str
    zone: ZoneInfo | None
    currency: str | None


class Portal:
    """Asks once and keeps the answer for the adapter's life; stages are asked for at each pull that needs them."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._details: Details | None = None

    def look(self) -> tuple[Details, Reply]:
        """Ask now. Raises Unauthorized when the token is not accepted."""
        reply = self._client.get(paths.DETAILS, "describe")
        self._details = details(reply.body)
        self._client.zone = self._details.zone or self._client.zone
        self._client.hear(reply.headers)  # again: now it is known when the portal's day ends
        return self._details, reply

    def known(self) -> Details:
        """As last asked; asked now if it never was."""
        return self._details or self.look()[0]

    def currency(self) -> str | None:
        """The portal's own currency; None when it may not be asked for."""
        try:
            return self.known().currency
        except (Unauthorized, Refused) as error:
            if error.status == 401:
                raise
            return None

    def stages(self, vendor_object: str) -> dict[str, Stage]:
        """By stage id, over all pipelines of deals or tickets; empty where they may not be read."""
        try:
            return stages(self._client.get(paths.PIPELINES, "describe", object=vendor_object).body)
        except (Unauthorized, Refused) as error:
            if error.status == 401:
                raise
            return {}


def details(body: Mapping[str, Any]) -> Details:
    return Details(
        portal=str(body.get("portalId") or ""),
        zone=_zone(str(body.get("timeZone") or "")),
        currency=values.text(body.get("companyCurrency")),
    )


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def stages(body: Mapping[str, Any]) -> dict[str, Stage]:
    return {
        str(stage.get("id")): Stage(str(stage.get("label") or ""), stage.get("metadata") or {})
        for pipeline in body.get("results") or ()
        for stage in pipeline.get("stages") or ()
    }
