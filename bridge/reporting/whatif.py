"""What another scorecard would change, as a page. Takes the data that ``--json`` shows."""

from collections.abc import Mapping
from typing import Any, Final

from bridge.reporting import proof_pictures as pictures
from bridge.reporting.page import Figure, Headline, Page, Section, Table

Data = Mapping[str, Any]
SHOWN: Final = 200
"""Customers that the page lists; --json has them all."""
PARTS: Final = 3
WRITES: Final = ("records", "write_calls", "records_told_otherwise", "records_pending_anyway")


def whatif_page(data: Data, language: str = "en") -> Page:
    """``data``: as ``csbridge whatif --json`` gives it."""
    changed = data["changed"][:SHOWN]
    more = len(data["changed"]) - len(changed)
    return Page(
        title="What another scorecard would change",
        subtitle=f"{', '.join(data['present']) or 'no card'} → {data['other']}, over {data['customers']:,} customers",
        headlines=_headlines(data),
        notes=list(data["notes"]),
        sections=[
            _bands(data),
            Section(
                "customers", "Who would change band", "The parts of each change add up to it exactly.",
                tables=[_changed(changed)] if changed else [],
                notes=[f"{more:,} more are in --json"] if more > 0 else [],
            ),
            _flags(data),
            _push(data),
        ],
        footer=["Made by csbridge. Both cards decided as of now; nothing was stored, and no CRM was asked."],
        language=language,
    )  # fmt: skip


def _headlines(data: Data) -> list[Headline]:
    spread = data["score_change"]
    moved = f"{spread['lowest']:+.1f} to {spread['highest']:+.1f}" if spread else ""
    return [
        Headline("Change band", f"{data['band_changes']:,}", f"of {data['customers']:,} customers"),
        Headline("Median change of score", f"{spread['median']:+.1f}" if spread else "unknown", moved),
        Headline("Other next action", f"{data['next_action_changes']:,}"),
        Headline("Unknown", f"{data['bands']['other'].get('unknown', 0):,}",
                 f"now {data['bands']['present'].get('unknown', 0):,}"),
    ]  # fmt: skip


def _bands(data: Data) -> Section:
    moves = [[move, f"{number:,}"] for move, number in data["moves"].items()]
    edges = [[version, f"{green:g}", f"{yellow:g}"] for version, (green, yellow) in data["edges"].items()]
    held = data["held_by_margin_or_dwell"]
    return Section(
        "bands", "Bands",
        figures=[Figure("Customers by band", pictures.moves("Customers by band under both cards", data["bands"]),
                        "plain: now; hatched: with the other card")],
        tables=[Table.of(["card", "green from", "yellow from"], edges), Table.of(["move", "customers"], moves)],
        notes=[f"{held:,} customers would keep the old band for now: margin and dwell hold it"] if held else [],
    )  # fmt: skip


def _changed(changed: list[Data]) -> Table:
    rows = [
        [
            str(one["name"] or one["customer"]),
            f"{one['band'][0]} {_score(one['score'][0])}",
            f"{one['band'][1]} {_score(one['score'][1])}",
            "; ".join(f"{part['points']:+.1f} {part['label']}" for part in one["why"][:PARTS])
            or ", ".join(one["missing"]),
        ]
        for one in changed
    ]
    return Table(["customer", "now", "then", "largest differences of points"], rows)


def _flags(data: Data) -> Section:
    names = sorted({*data["flags"]["raised"], *data["flags"]["cleared"]})
    rows = [
        [name, f"{data['flags']['raised'].get(name, 0):,}", f"{data['flags']['cleared'].get(name, 0):,}"]
        for name in names
    ]
    lacking = [[name, f"{number:,}"] for name, number in data["unknown_for_lack_of"].items()]
    tables = [Table.of(["flag", "raised", "cleared"], rows)] if rows else []
    if lacking:
        tables.append(Table.of(["unknown then for lack of", "customers"], lacking))
    return Section("flags", "Flags, and what is unknown", tables=tables, notes=[] if rows else ["No flag changes"])


def _push(data: Data) -> Section:
    rows = [
        [
            name,
            *(f"{one[what]:,}" for what in WRITES),
        ]
        for name, one in data["push"].items()
    ]
    columns = ["connection", "records", "calls", "with other contents", "records pending anyway"]
    return Section("push", "What it would cost to write", tables=[Table.of(columns, rows)])


def _score(score: float | None) -> str:
    return "" if score is None else f"{score:.1f}"
