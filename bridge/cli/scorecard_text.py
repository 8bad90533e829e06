"""How a scorecard is shown: as data for --json, and as a table for a person."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from config.scorecards import Action, Measure, Scorecard
from scoring.scorecard_facts import shares, span


def facts(card: Scorecard, warnings: Sequence[str]) -> dict[str, Any]:
    """The card as data."""
    return {
        "version": card.version,
        "purpose": card.purpose,
        "form": card.form,
        "for": str(card.applies),
        "min_coverage": card.min_coverage,
        "bands": card.bands.model_dump(exclude_none=True),
        "measures": {name: _measure(measure) for name, measure in card.measures.items()},
        "groups": {
            one.group: {"share": round(one.share, 4), "reaches_floor": one.reaches_floor} for one in shares(card)
        },
        "caps": [cap.model_dump(mode="json", by_alias=True, exclude_none=True) for cap in card.caps],
        "warnings": list(warnings),
    }


def described(file: Path, card: Scorecard, warnings: Sequence[str]) -> str:
    """The card as a table: weights by measure and group, what each can give, bands, caps, warnings."""
    total = sum(measure.weight for measure in card.measures.values())
    lines = [f"{file}: good; {card.version}, for {card.applies}"]
    lines += [f"  {_part(name, measure, total)}" for name, measure in card.measures.items()]
    for one in shares(card):
        alone = "reaches" if one.reaches_floor else "does not reach"
        lines.append(f"{one.group}: {one.share:.0%} of the weight; {alone} the floor of {card.min_coverage:.0%} alone")
    bands = card.bands
    edge = "up to" if bands.falling else "from"
    lines.append(
        f"green {edge} {bands.green:g}, yellow {edge} {bands.yellow:g}; "
        f"margin {bands.margin:g}, {bands.dwell_days} days"
    )
    for cap in card.caps:
        limit = f"at most {cap.at_most:g}" if cap.at_least is None else f"at least {cap.at_least:g}"
        lines.append(f"{limit} while {cap.condition}: {cap.because}")
    return "\n".join([*lines, *(f"warning: {text}" for text in warnings)])


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The active cards, a line each."""
    lines = [("purpose", "file", "version", "for", "since")]
    for row in rows:
        file = f"{row['file']} (shipped)" if row["shipped"] else row["file"]
        version = row["version"] if row["scored"] else f"{row['version']} (not scored)"
        lines.append((row["purpose"], file, version, row["for"], (row["since"] or "")[:10]))
    widths = [max(len(line[at]) for line in lines) for at in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _measure(measure: Measure) -> dict[str, Any]:
    data: dict[str, Any] = {"feature": measure.feature, "group": measure.group, "weight": measure.weight}
    if isinstance(measure, Action):
        more = {"action": measure.action, "value": measure.value, "cap": measure.cap}
        data |= {key: value for key, value in more.items() if value is not None}
    return data


def _part(name: str, measure: Measure, total: float) -> str:
    if isinstance(measure, Action):
        most = "" if measure.cap is None else f", at most {measure.cap:g}"
        return f"{measure.value:+7g}  {name} ({measure.group}): each of {measure.action or measure.feature}{most}"
    low, high = (end * measure.weight / total for end in span(measure))
    return (
        f"{measure.weight / total:5.0%}  {name} ({measure.group}): {low:.1f} to {high:.1f} points by {measure.feature}"
    )
