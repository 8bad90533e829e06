"""Which companies and contacts records belong to, by the v4 associations: search and batch/read do not say.

One call per target object and 1,000 records. Knows ids only, no record.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.hubspot import paths
from adapters.hubspot.client import Client

BATCH: Final = 1000
"""Records of one call."""

_PRIMARY: Final = frozenset({1, 5, 26})
"""HubSpot's own type ids for the primary company of a contact, a deal and a ticket."""

Links = dict[str, tuple[str, ...]]
"""Record id → ids on the other side: the primary one first, then by number."""


def linked(client: Client, vendor_object: str, to: str, ids: Sequence[str]) -> Links:
    """The associations of these records with objects of ``to``; a record without any is absent."""
    found: dict[str, dict[str, bool]] = {}
    waiting: list[dict[str, str]] = [{"id": one} for one in dict.fromkeys(ids)]
    while waiting:
        batch, waiting = waiting[:BATCH], waiting[BATCH:]
        reply = client.search(paths.ASSOCIATIONS, "association", {"inputs": batch}, object=vendor_object, to=to)
        for result in reply.results:
            source = str((result.get("from") or {}).get("id"))
            found.setdefault(source, {}).update(_targets(result))
            waiting += _following(source, result)
    return {source: ordered(targets) for source, targets in found.items() if targets}


def inline(entries: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The same of what a list shows beside a record, in v3's words: ``deal_to_company`` is the primary company where
    ``deal_to_company_unlabeled`` is any."""
    named = {str(entry.get("id")): False for entry in entries}
    plain = {str(entry.get("id")) for entry in entries if str(entry.get("type")).endswith("_unlabeled")}
    labelled = {str(entry.get("id")) for entry in entries if not str(entry.get("type")).endswith("_unlabeled")}
    return ordered(named | (dict.fromkeys(labelled, True) if plain else {}))


def ordered(targets: Mapping[str, bool]) -> tuple[str, ...]:
    """``targets`` says of each id whether it is the primary one."""
    return tuple(sorted(targets, key=lambda one: (not targets[one], len(one), one)))


def _targets(result: Mapping[str, Any]) -> dict[str, bool]:
    """An id may come several times, once per label; ids are numbers in older versions and text in newer ones."""
    targets: dict[str, bool] = {}
    for target in result.get("to") or ():
        one = str(target.get("toObjectId"))
        targets[one] = targets.get(one, False) or any(_primary(kind) for kind in target.get("associationTypes") or ())
    return targets


def _primary(kind: Mapping[str, Any]) -> bool:
    shipped = kind.get("category") in (None, "HUBSPOT_DEFINED")
    return shipped and (kind.get("typeId") in _PRIMARY or str(kind.get("label")).lower() == "primary")


def _following(source: str, result: Mapping[str, Any]) -> list[dict[str, str]]:
    after = ((result.get("paging") or {}).get("next") or {}).get("after")
    return [{"id": source, "after": str(after)}] if after else []
