"""``csbridge backtest``: does the health score come before losses? On the workspace's own history."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bridge.cli.needing import require
from bridge.cli.shell import Result, Shell, counted, verb

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("backtest", short_help="Does the score come before losses?")
@click.option("--from", "first", type=DAY, help="The first month; by default up to two years back.")
@click.option("--to", "last", type=DAY, help="The last month; by default the newest.")
@click.option("--horizon", default="90d", show_default=True, help="How far ahead a score should warn.")
@click.option("--scorecard", type=click.Path(path_type=Path, dir_okay=False), help="Judge this card instead.")
@click.option("--by", default="segment", show_default=True, help="Also by the values of this field.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Also as one HTML file with charts.")
@click.option("--draws", type=click.IntRange(50, 20_000), default=1_000, show_default=True, help="Of the bootstrap.")
@verb
def command(
    shell: Shell,
    first: datetime | None,
    last: datetime | None,
    horizon: str,
    scorecard: Path | None,
    by: str,
    report: Path | None,
    draws: int,
) -> Result:
    """Rebuild the score month by month as it would have stood, and compare it with what happened within a horizon.

    A loss is a customer that left, or whose ARR fell by 5 % or more. Nothing is stored, and no CRM is asked.
    """
    require("sklearn", "proof", "csbridge backtest")
    if report:
        require("matplotlib", "report", "csbridge backtest --report")
    from bridge.backtesting import prove
    from bridge.panel import Asked
    from config.scorecards import load_scorecard

    asked = Asked(first.date() if first else None, last.date() if last else None, days_of(horizon))
    card = load_scorecard(scorecard) if scorecard else None
    with shell.workspace() as workspace, shell.progress() as progress:
        proved = prove(workspace, asked, card, by=by, draws=draws, progress=progress)
    data = proved.as_data()
    if report:
        data["report"] = written(data, proved.result.curves, "Does the score come before losses?", report)
    return Result(data, described(data))


def written(data: dict[str, Any], curves: Any, title: str, out: Path) -> str:
    """The page of a back-test, written to a file."""
    from bridge.reporting.page import write
    from bridge.reporting.proof import proof_page

    write(proof_page(data, curves, title), out)
    return str(out)


def days_of(horizon: str) -> int:
    """``90d`` → 90."""
    digits = horizon.strip().removesuffix("d").strip()
    if not digits.isdigit() or not 0 < int(digits) <= 1_830:
        raise click.BadParameter("a number of days such as 90d is needed", param_hint="--horizon")
    return int(digits)


def described(data: dict[str, Any]) -> str:
    lines = [*_heading(data), *judged(data), "", *(f"note: {note}" for note in data["notes"])]
    return "\n".join([*lines, f"written: {data['report']}"] if "report" in data else lines)


def _heading(data: dict[str, Any]) -> Iterator[str]:
    cuts = data["cuts"]
    months = f"{counted(len(cuts), 'month')}, {cuts[0]} to {cuts[-1]}" if cuts else "no month"
    yield f"{', '.join(data['scorecards'])}: {months}, {data['horizon_days']} days ahead"
    came = ", ".join(f"{number:,} {word}" for word, number in data["outcomes"].items() if number)
    yield f"customer-months: {came or 'none'}"


def judged(data: dict[str, Any]) -> Iterator[str]:
    """The verdict and the figures, a line each."""
    yield f"{counted(data['rows'], 'row')} of {counted(data['customers'], 'customer')}, {data['customers_lost']:,} lost"
    yield ""
    yield data["verdict"]["sentence"]
    if data["score"]:
        yield ""
        yield f"  {'':22}{'AUC':22}lift of the lowest tenth"
        yield _line("score", data["score"])
        for name, rival in data["baselines"].items():
            yield _line(name, rival["baseline"])
            if rival["baseline"]["rows"] != data["score"]["rows"]:
                yield _line("  score, those months", rival["score_on_the_same_rows"])
    if red := data["red_band"]:
        yield (
            f"red band: {percent(red['precision'])} of it were lost (of all {percent(red['base_rate'])}); "
            f"it held {percent(red['recall'])} of the losses and {percent(red['share'])} of the book"
        )
    yield from _lead_time(data["lead_time"])
    for name, skill in data["by_segment"].items():
        yield f"  {name}: AUC {figure(skill['auc'])}"
    if drift := data["drift"]:
        yield f"AUC in the later half less that in the earlier: {figure(drift)}"
    if calibration := data["calibration"]:
        base = f"{calibration['brier_of_base_rate']:.3f}"
        yield f"Brier score of the probability: {figure(calibration['brier'], 3)}; of the base rate alone {base}"
    if data["without_score"]["rows"]:
        without = data["without_score"]
        yield f"without a score: {without['rows']:,} rows, {without['loss_rate']:.1%} of them lost; in no figure"


def _line(name: str, skill: dict[str, Any]) -> str:
    return f"  {name:22}{figure(skill['auc']):22}{figure(skill['lift_lowest_decile'], 1)}"


def _lead_time(lead: dict[str, Any] | None) -> Iterator[str]:
    if not lead or not lead["customers_lost"]:
        return
    parts = [
        f"{percent(caught)} of {caught['customers']:,} at least {ahead.removesuffix('d')} days ahead"
        for ahead, caught in lead["caught"].items()
        if caught["value"] is not None
    ]
    red = f"{lead['ever_red']:,} of {lead['customers_lost']:,} that left were red in the year before"
    median = f", first {lead['median_days']['value']:.0f} days ahead (median)" if lead["median_days"] else ""
    yield f"lead time: {red}{median}"
    if parts:
        yield f"  red were {', '.join(parts)}"


def figure(told: dict[str, Any] | None, digits: int = 2) -> str:
    """``0.81 (0.77–0.85)``."""
    if told is None or told["value"] is None:
        return "unknown"
    low, high = told["interval"]
    return f"{told['value']:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def percent(told: dict[str, Any] | None) -> str:
    if told is None or told["value"] is None:
        return "an unknown share"
    low, high = told["interval"]
    return f"{told['value']:.0%} ({low:.0%}–{high:.0%})"
