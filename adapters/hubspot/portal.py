"""What is known of the portal itself: its id, zone and currency, and the stages of its pipelines."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.errors import Refused, Unauthorized
from adapters.hubspot import paths, values
from adapters.hubspot.client import Client, Reply
from adapters.hubspot.mapping import Stage

FRESH: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Details:
    """The answer of account-info, which every private app may ask for."""

    portal: str
    zone: ZoneInfo | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was known of an object's stages at a time; ``answered``: of which ids that tells, unknown ones included."""

    at: datetime
    stages: Mapping[str, Stage]
    answered: frozenset[str]


class Portal:
    """Asks once and keeps the answer for the adapter's life; that about stages for a while."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._details: Details | None = None
        self._stages: dict[str, _Asked] = {}

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

    def stages(self, vendor_object: str, wanted: Set[str] = frozenset()) -> Mapping[str, Stage]:
        """By stage id, over all pipelines of deals or tickets; empty where they may not be read.

        Every webhook about a ticket needs one: they are remembered for ``FRESH``, and asked for again at once for a
        stage of ``wanted`` that was not among them.
        """
        now, asked = self._client.now(), self._stages.get(vendor_object)
        if asked is None or not now - asked.at < FRESH or wanted - asked.answered:
            found = self._ask_stages(vendor_object)
            asked = self._stages[vendor_object] = _Asked(now, found, frozenset({*found, *wanted}))
        return asked.stages

    def _ask_stages(self, vendor_object: str) -> dict[str, Stage]:
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
