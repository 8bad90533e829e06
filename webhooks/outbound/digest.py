"""A day's events as one message: what cancels out is left away, the rest by customer, the most urgent first. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from config.words import BANDS

MOST: Final = 50
"""Customers that one digest names; of the others it says how many they are."""
STEPS: Final = {"score.changed": "score", "band.changed": "band", "stage.changed": "stage"}
"""Types whose events follow one another: what came last counts against what was first."""

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """An event that waits for the digest."""

    id: str
    document: Document


def latest(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """When the time of day ``at`` came last. Where clocks skip it, an hour later; where it comes twice, the first."""
    today = now.astimezone(zone).date()
    moment = _moment(today, at, zone)
    return moment if moment <= now else _moment(today - timedelta(days=1), at, zone)


def following(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """When it comes next."""
    today = now.astimezone(zone).date()
    moment = _moment(today, at, zone)
    return moment if moment > now else _moment(today + timedelta(days=1), at, zone)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def digest(held: Sequence[Held], until: datetime) -> dict[str, Any] | None:
    """The document of a digest (see ``event``); None when nothing is left to tell."""
    customers: dict[str, list[Held]] = {}
    for one in held:
        customers.setdefault(min(one.document["data"]["customer"]["records"]), []).append(one)
    left = [some for each in customers.values() if (some := collapsed(each))]
    ordered = sorted(left, key=_standing)
    if not ordered:
        return None
    data = {
        "since": min(one.document["timestamp"] for one in held),
        "until": _text(until),
        "customers": [_shown(some) for some in ordered[:MOST]],
        "more": max(0, len(ordered) - MOST),
    }
    return {"type": "digest", "timestamp": _text(until), "data": data}


def collapsed(held: Iterable[Held]) -> list[Held]:
    """One customer's events without what came and went; the most urgent first."""
    strands: dict[tuple[str, str], list[Held]] = {}
    for one in held:
        strands.setdefault(_strand(one.document), []).append(one)
    left = [net for strand in strands.values() if (net := _one_of(strand))]
    return sorted(left, key=lambda one: (urgency(one.document), one.id))


def _strand(document: Document) -> tuple[str, str]:
    type, data = document["type"], document["data"]
    if type in STEPS:
        return type, ""
    return ("flag", data["flag"]) if type.startswith("flag.") else (type, data.get("response", ""))


def _one_of(strand: Sequence[Held]) -> Held | None:
    first, last = strand[0].document, strand[-1].document
    if (name := STEPS.get(last["type"])) is not None:
        before, after = first["data"]["before"], last["data"]["after"]
        if before[name] == after[name]:
            return None
        return Held(strand[-1].id, {**last, "data": {**last["data"], "before": before}})
    return strand[-1] if first["type"] == last["type"] else None


def _standing(some: Sequence[Held]) -> tuple[int, float, str, str]:
    customer = some[0].document["data"]["customer"]
    return (
        urgency(some[0].document),
        min((_moved(one.document) for one in some), default=0.0),
        (customer["name"] or "").casefold(),
        min(customer["records"]),
    )


def urgency(document: Document) -> int:
    """0 is the most urgent."""
    type, data = document["type"], document["data"]
    match type:
        case "band.changed":
            before, after = (BANDS.index(data[when]["band"]) for when in ("before", "after"))
            return 0 if data["after"]["band"] == "red" else 2 if after > before else 6
        case "flag.raised":
            return 1
        case "response.received":
            return 2 if data.get("group") == "detractor" else 4
        case "score.changed":
            return 3 if _moved(document) < 0 else 7
        case "stage.changed":
            return 5
        case _:
            return 6


def _moved(document: Document) -> float:
    """By how many points a score moved; 0 of what is no score, or became known or unknown."""
    if document["type"] != "score.changed":
        return 0.0
    before, after = document["data"]["before"]["score"], document["data"]["after"]["score"]
    return 0.0 if before is None or after is None else float(after) - float(before)


def _shown(some: Sequence[Held]) -> dict[str, Any]:
    events = [
        {
            "id": one.id,
            "type": one.document["type"],
            "timestamp": one.document["timestamp"],
            "data": {name: value for name, value in one.document["data"].items() if name != "customer"},
        }
        for one in some
    ]
    return {"customer": some[-1].document["data"]["customer"], "events": events}


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
