"""``csbridge whatif``: what another scorecard would change over the whole book, before it goes live."""

from pathlib import Path
from typing import Any

import click

from bridge.cli.needing import require
from bridge.cli.shell import Result, Shell, counted, verb

SHOWN = 20
"""Customers that a person is shown; --json has them all."""
PARTS = 3
"""Reasons that a person is shown for each."""


@click.command("whatif", short_help="What another scorecard would change.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Also as one HTML file.")
@verb
def command(shell: Shell, file: Path, report: Path | None) -> Result:
    """Decide about the whole book as of now under the present scorecards and with FILE, and compare.

    FILE takes the place of the present card for the same customers (the same `for`). Nothing is stored or written.
    """
    if report:
        require("matplotlib", "report", "csbridge whatif --report")
    from bridge.proof.whatif import what_if
    from config.scorecards import load_scorecard

    card = load_scorecard(file)
    with shell.workspace() as workspace, shell.progress() as progress:
        data = what_if(workspace, card, progress).as_data()
    if report:
        data["report"] = _written(data, report)
    return Result(data, described(data))


def _written(data: dict[str, Any], out: Path) -> str:
    from bridge.reporting.page import write
    from bridge.reporting.whatif import whatif_page

    write(whatif_page(data), out)
    return str(out)


def described(data: dict[str, Any]) -> str:
    lines = [
        f"{', '.join(data['present']) or 'no card'} → {data['other']}: {counted(data['customers'], 'customer')}",
        *(f"{version}: green from {green:g}, yellow from {yellow:g}" for version, (green, yellow) in _edges(data)),
        f"bands now:  {_bands(data['bands']['present'])}",
        f"bands then: {_bands(data['bands']['other'])}",
        f"{counted(data['band_changes'], 'customer')} would change band"
        + (f": {', '.join(f'{move} {number:,}' for move, number in data['moves'].items())}" if data["moves"] else ""),
    ]
    if spread := data["score_change"]:
        shown = f"{spread['lowest']:+.1f} to {spread['highest']:+.1f}, median {spread['median']:+.1f}"
        lines.append(f"scores would move by {shown}, over the {spread['known']:,} known under both")
    lines += [line for one in data["changed"][:SHOWN] for line in _changed(one)]
    if len(data["changed"]) > SHOWN:
        lines.append(f"  … and {len(data['changed']) - SHOWN:,} more; --json has them all")
    lines += _flags(data)
    if data["held_by_margin_or_dwell"]:
        held = counted(data["held_by_margin_or_dwell"], "customer")
        lines.append(f"{held} would keep the old band for now: margin and dwell hold it")
    if data["unknown_for_lack_of"]:
        lacking = ", ".join(f"{name} {number:,}" for name, number in data["unknown_for_lack_of"].items())
        lines.append(f"unknown then for lack of: {lacking}")
    lines += [_push(name, push) for name, push in data["push"].items()]
    lines += [f"note: {note}" for note in data["notes"]]
    if "report" in data:
        lines.append(f"written: {data['report']}")
    return "\n".join(lines)


def _edges(data: dict[str, Any]) -> list[tuple[str, list[float]]]:
    """Worth a line only where the cards draw the bands otherwise."""
    edges = list(data["edges"].items())
    return edges if len({tuple(pair) for _, pair in edges}) > 1 else []


def _bands(bands: dict[str, int]) -> str:
    return ", ".join(f"{band} {number:,}" for band, number in bands.items())


def _changed(one: dict[str, Any]) -> list[str]:
    before, after = ("unknown" if score is None else f"{score:.1f}" for score in one["score"])
    lines = [f"  {one['name'] or one['customer']}: {one['band'][0]} {before} → {one['band'][1]} {after}"]
    lines += [
        f"    costs {part['then']:.1f} (now {part['now']:.1f})  {part['label']}: {part['sentence']}"
        for part in _telling(one)
    ]
    if one["missing"]:
        lines.append(f"    no data: {', '.join(one['missing'])}")
    return lines


def _telling(one: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts that moved the score most in the direction in which it went: by what they cost then and now."""
    known = None not in one["score"]
    falls = known and one["score"][1] < one["score"][0]
    return [part for part in one["costs"] if known and (part["then"] > part["now"]) == falls][:PARTS]


def _flags(data: dict[str, Any]) -> list[str]:
    flags = data["flags"]
    raised = ", ".join(f"+{number:,} {name}" for name, number in flags["raised"].items())
    cleared = ", ".join(f"−{number:,} {name}" for name, number in flags["cleared"].items())
    told = "; ".join(filter(None, (raised, cleared))) or "none change"
    return [f"flags: {told}", f"{counted(data['next_action_changes'], 'customer')} would get another next action"]


def _push(name: str, push: dict[str, Any]) -> str:
    told = f"{name}: would write {counted(push['records'], 'record')} in {counted(push['write_calls'], 'call')}"
    anyway = f"{push['records_pending_anyway']:,} records and {push['write_calls_pending_anyway']:,} calls wait anyway"
    return (
        f"{told}, {push['records_told_otherwise']:,} of them with other contents than under the present card ({anyway})"
    )
