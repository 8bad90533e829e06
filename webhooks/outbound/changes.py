"""Which events the step from one published decision to the next is. Pure; must not know records or endpoints."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from adapters.records import Fields
from config.outbound import EventName

_TOLERANCE: Final = 1e-9
"""72.3 − 71.3 is a hair below 1 in binary."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag as it was, or is, on."""

    since: date
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a customer's records were told: the published fields, and the flags with their evidence."""

    score: float | None = None
    band: str | None = None
    """None: nothing was ever published, or it was blanked when the customer left the scope."""
    stage: str | None = None
    version: str | None = None
    flags: frozenset[str] = frozenset()
    evidence: Mapping[str, Flag] = field(default_factory=dict)
    """Of those flags whose evidence is at hand."""
    reasons: str = ""
    next_action: str = ""


def told(fields: Fields | None, **more: Any) -> Told:
    """From the desired fields of a record, by canonical name."""
    if fields is None:
        return Told()
    flags = fields.get("risk_flags")
    return Told(
        score=_number(fields.get("health_score")),
        band=_text(fields.get("health_band")),
        stage=_text(fields.get("journey_stage")),
        version=_text(fields.get("score_version")),
        flags=frozenset(flags) if isinstance(flags, tuple) else frozenset(),
        **more,
    )


Change = tuple[EventName, dict[str, Any]]
"""The type of an event and its facts."""


def changes(before: Told, after: Told, min_change: float) -> Sequence[Change]:
    """The events, the gravest first; none where nothing had been published, or nothing is any more."""
    if before.band is None or after.band is None:
        return []
    return [*_band(before, after), *_flags(before, after), *_score(before, after, min_change), *_stage(before, after)]


def _band(before: Told, after: Told) -> Iterator[Change]:
    if before.band != after.band:
        steps = {"before": _of(before, "band", "score", "version"), "after": _of(after, "band", "score", "version")}
        yield "band.changed", {**steps, "reasons": after.reasons, "next_action": after.next_action}


def _flags(before: Told, after: Told) -> Iterator[Change]:
    for name in sorted(after.flags - before.flags):
        yield "flag.raised", {"flag": name, **_evidence(after.evidence.get(name))}
    for name in sorted(before.flags - after.flags):
        facts = _evidence(before.evidence.get(name))
        yield "flag.cleared", {"flag": name, "since": facts["since"], "reason": facts["reason"]}


def _evidence(flag: Flag | None) -> dict[str, Any]:
    if flag is None:
        return {"since": None, "reason": None, "remedy": None}
    return {"since": flag.since.isoformat(), "reason": flag.reason, "remedy": flag.remedy}


def _score(before: Told, after: Told, min_change: float) -> Iterator[Change]:
    if _moved(before.score, after.score, min_change):
        steps = {"before": _of(before, "score", "version"), "after": _of(after, "score", "version")}
        said = {"band": after.band, "reasons": after.reasons, "next_action": after.next_action}
        yield "score.changed", {**steps, **said}


def _moved(before: float | None, after: float | None, min_change: float) -> bool:
    if before is None or after is None:
        return before is not after
    return before != after and abs(after - before) >= min_change - _TOLERANCE


def _stage(before: Told, after: Told) -> Iterator[Change]:
    if before.stage != after.stage:
        yield "stage.changed", {"before": _of(before, "stage"), "after": _of(after, "stage")}


def _of(one: Told, *names: str) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
