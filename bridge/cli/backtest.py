"""``csbridge backtest``: does the health score come before losses? On the workspace's own history, or on a table."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bridge.cli.needing import require
from bridge.cli.proof_text import judged
from bridge.cli.shell import Result, Shell, counted, verb

DAY = click.DateTime(["%Y-%m-%d"])
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("backtest", short_help="Does the score come before losses?")
@click.option("--from", "first", type=DAY, help="The first month; by default up to two years back.")
@click.option("--to", "last", type=DAY, help="The last month; by default the newest.")
@click.option("--horizon", default="90d", show_default=True, help="How far ahead a score should warn.")
@click.option("--scorecard", type=FILE, help="Judge this card instead; of a table, take its bands.")
@click.option("--by", default="segment", show_default=True, metavar="COLUMN", help="Also by the values of this.")
@click.option("--report", type=FILE, help="Also as one HTML file with charts.")
@click.option("--draws", type=click.IntRange(50, 20_000), default=1_000, show_default=True, help="Of the bootstrap.")
@click.option("--table", type=FILE, help="Judge a score that stands in this table (CSV, Parquet or Excel).")
@click.option("--score", metavar="COLUMN", help="Of a table: the score; low means at risk.")
@click.option("--label", metavar="COLUMN", help="Of a table: what came of each row, a column of two values.")
@click.option("--time", metavar="COLUMN", help="Of a table: when each row was.")
@click.option("--id", "customer", metavar="COLUMN", help="Of a table: whose row it is, where one has several.")
@click.option("--recency", metavar="COLUMN", help="Of a table: days since a customer was last seen, as a baseline.")
@click.option("--positive", metavar="VALUE", help="Of a table: the label's value that counts as having come.")
@click.option("--good/--bad", default=None, help="Of a table: whether that value is good news (default: by its name).")
@click.option("--risk", is_flag=True, help="Of a table: the score is a risk, so that high means at risk.")
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
    **table: Any,
) -> Result:
    """Rebuild the score month by month as it would have stood, and compare it with what happened within a horizon.

    A loss is a customer that left, or whose ARR fell by 5 % or more. Nothing is stored, and no CRM is asked. With
    --table, a score that stands beside what came of its rows is judged in the same way; no workspace is needed.
    """
    require("sklearn", "proof", "csbridge backtest")
    if report:
        require("matplotlib", "report", "csbridge backtest --report")
    from config.scorecards import load_scorecard

    card, days = load_scorecard(scorecard) if scorecard else None, days_of(horizon)
    _check(table, months=first or last)
    if table["table"]:
        data, result = _of_table(table, card, days, by, draws)
    else:
        data, result = _of_workspace(shell, (first, last), card, days, by, draws)
    if report:
        data["report"] = written(data, result.curves, "Does the score come before losses?", report)
    return Result(data, described(data))


def _check(table: dict[str, Any], months: Any) -> None:
    """The options of a table go together."""
    named = [name for name in ("score", "label", "time", "customer", "recency", "positive") if table[name]]
    if table["table"] is None and (named or table["risk"] or table["good"] is not None):
        raise click.UsageError(f"--{named[0] if named else 'risk'} is about a table: name it with --table")
    if table["table"] is not None and (not table["score"] or not table["label"]):
        raise click.UsageError("with --table, --score and --label name its columns")
    if table["table"] is not None and months:
        raise click.UsageError("--from and --to choose months of the workspace's history, not rows of a table")


def _of_workspace(
    shell: Shell, months: Any, card: Any, horizon: int, by: str, draws: int
) -> tuple[dict[str, Any], Any]:
    from bridge.proof.backtesting import prove
    from bridge.proof.panel import Asked

    first, last = (day.date() if day else None for day in months)
    with shell.workspace() as workspace, shell.progress() as progress:
        proved = prove(workspace, Asked(first, last, horizon), card, by=by, draws=draws, progress=progress)
    return proved.as_data(), proved.result


def _of_table(table: dict[str, Any], card: Any, horizon: int, by: str, draws: int) -> tuple[dict[str, Any], Any]:
    from bridge.tables.proof import prove_table
    from config.scorecards import Bands

    file = table.pop("table")
    bands = card.bands if card else Bands()
    return prove_table(file, bands=bands, horizon=horizon, by=by, draws=draws, **table)


def days_of(horizon: str) -> int:
    """``90d`` → 90."""
    digits = horizon.strip().removesuffix("d").strip()
    if not digits.isdigit() or not 0 < int(digits) <= 1_830:
        raise click.BadParameter("a number of days such as 90d is needed", param_hint="--horizon")
    return int(digits)


def written(data: dict[str, Any], curves: Any, title: str, out: Path) -> str:
    """The page of a back-test, written to a file."""
    from bridge.reporting.page import write
    from bridge.reporting.proof import proof_page

    write(proof_page(data, curves, title), out)
    return str(out)


def described(data: dict[str, Any]) -> str:
    lines = [*_heading(data), *judged(data), "", *(f"note: {note}" for note in data["notes"])]
    return "\n".join([*lines, f"written: {data['report']}"] if "report" in data else lines)


def _heading(data: dict[str, Any]) -> Iterator[str]:
    if "table" in data:
        label = data["label"]
        kept = " (good news)" if label["good"] else ""
        yield f"{data['table']}: {data['score_column']} against {label['column']} = {label['positive']}{kept}"
        return
    cuts = data["cuts"]
    months = f"{counted(len(cuts), 'month')}, {cuts[0]} to {cuts[-1]}" if cuts else "no month"
    yield f"{', '.join(data['scorecards'])}: {months}, {data['horizon_days']} days ahead"
    came = ", ".join(f"{number:,} {word}" for word, number in data["outcomes"].items() if number)
    yield f"customer-months: {came or 'none'}"
