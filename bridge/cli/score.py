"""``csbridge score``: decide about customers, or show what would have been decided on a past day."""

import csv
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from bridge.cli.shell import Result, Shell, counted, verb
from config.errors import ConfigError, Problem

COLUMNS = (
    "id", "connection", "name", "day", "score", "band", "band_since", "coverage", "risk_flags", "top_risk",
    "nps", "nps_last", "nps_group", "reasons", "next_action", "version", "segment", "journey_stage", "trend",
    "change_30d", "csat", "churn_risk", "risk_score", "expansion_score", "onboarding_score", "advocacy_score",
    "expansion_signals", "expansion_amount", "expansion_currency",
)  # fmt: skip

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("score", short_help="Decide about affected and due customers.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="As of the close of a past day; nothing is stored.")
@click.option("--all", "everybody", is_flag=True, help="Every customer, not only affected and due ones.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the decisions to a CSV file too.")
@click.option("--table", type=_FILE, help="Score a table (CSV, Parquet, Excel) instead; needs no workspace.")
@click.option("--scorecard", type=_FILE, help="The card for --table: a learnt one, or any whose features are columns.")
@click.option("--id", "ids", multiple=True, metavar="COLUMN", help="With --table: a column that names the row.")
@verb
def command(
    shell: Shell,
    as_of: datetime | None,
    everybody: bool,
    out: Path | None,
    table: Path | None,
    scorecard: Path | None,
    ids: tuple[str, ...],
) -> Result:
    """Decide about the customers that are affected or due, with reasons, and set what the CRM should hold.

    With --table and --scorecard: score the rows of a table by that card; nothing of a workspace is read or stored.
    """
    if table is not None or scorecard is not None or ids:
        if table is None or scorecard is None or as_of is not None or everybody:
            raise click.UsageError("--table goes with --scorecard, and with neither --as-of nor --all")
        return _table(table, scorecard, out, ids)
    with shell.workspace() as workspace, shell.progress() as progress:
        if as_of is not None:
            return _past(workspace, as_of.date(), out, progress)
        data = scored(workspace, progress, everybody=everybody)
        if out:
            data["out"] = _written(workspace, _latest(workspace), out)
        return Result(data, described(data))


def _table(table: Path, scorecard: Path, out: Path | None, ids: tuple[str, ...]) -> Result:
    from bridge.cli import table_text
    from bridge.tables.scores import score_file

    data = score_file(table, scorecard, out, ids)
    return Result(data, table_text.described(data))


def scored(workspace: Any, progress: Any, *, everybody: bool = False) -> dict[str, Any]:
    """Run the scoring; what it did as data."""
    from bridge.pipeline.deciding import score
    from bridge.store import decisions

    done = score(workspace, everybody=everybody, progress=progress)
    with workspace.store.read() as db:
        bands = decisions.bands(db)
    return {
        "customers": done.customers,
        "decisions": done.decisions,
        "outside_scope": done.outside,
        "days_closed": [day.isoformat() for day in done.days],
        "bands": bands,
    }


def described(data: dict[str, Any]) -> str:
    lines = [f"{counted(data['customers'], 'customer')} scored, {counted(data['decisions'], 'new decision')}"]
    if data["days_closed"]:
        lines.append(f"closed {data['days_closed'][0]} to {data['days_closed'][-1]}")
    if data["outside_scope"]:
        lines.append(f"{counted(data['outside_scope'], 'customer')} out of scope")
    lines.append("bands: " + ", ".join(f"{band} {data['bands'].get(band, 0):,}" for band in _BANDS))
    if "out" in data:
        lines.append(f"written: {data['out']}")
    return "\n".join(lines)


_BANDS = ("green", "yellow", "red", "unknown")


def _past(workspace: Any, day: date, out: Path | None, progress: Any) -> Result:
    from bridge.pipeline.deciding import as_of

    if day > workspace.today:
        raise click.BadParameter(f"{day} has not come yet", param_hint="--as-of")
    made = list(as_of(workspace, day, progress))
    bands: dict[str, int] = {}
    for decision in made:
        bands[decision.band] = bands.get(decision.band, 0) + 1
    data: dict[str, Any] = {
        "as_of": day.isoformat(), "customers": len(made), "decisions": 0, "outside_scope": 0, "days_closed": [],
        "bands": bands,
    }  # fmt: skip
    if out:
        data["out"] = _written(workspace, made, out)
    if not made:
        return Result(data, f"as of {day}: nobody known then, or in scope by what is known of then")
    return Result(data, f"as of {day}, nothing stored\n{described(data)}")


def _latest(workspace: Any) -> list[Any]:
    from bridge.store import customers, decisions

    with workspace.store.read() as db:
        return [
            decision
            for ids in customers.all_ids(db, 2_000)
            for _, decision in sorted(decisions.latest(db, customers.inside(db, ids)).items())
        ]


def _written(workspace: Any, made: Iterable[Any], out: Path) -> str:
    """One row per account, by the account's id."""
    from bridge.store import customers, lookup

    made = list(made)
    with workspace.store.read() as db:
        refs = customers.refs_of(db, [decision.customer for decision in made])
        names = lookup.names(db, [ref for some in refs.values() for ref in some])
    try:
        with out.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(COLUMNS)
            for decision in made:
                for ref in refs.get(decision.customer, ()):
                    writer.writerow([ref.id, ref.connection, names.get(ref, ""), *_cells(decision)])
    except OSError as exc:
        raise ConfigError([Problem("--out", f"{out} cannot be written: {exc.strerror}")]) from exc
    return str(out)


def _cells(decision: Any) -> list[Any]:
    flags = ";".join(flag.name for flag in decision.flags)
    scores = {verdict.purpose: verdict.score for verdict in decision.verdicts}
    others = [scores.get(purpose) for purpose in ("risk", "expansion", "onboarding", "advocacy")]
    return [
        decision.day, decision.score, decision.band, decision.band_since, decision.coverage, flags,
        decision.top_risk, decision.nps, decision.nps_last, decision.nps_group, decision.reasons,
        decision.next_action, decision.version, decision.segment, decision.stage, decision.trend.direction,
        decision.trend.change_30d, decision.csat, decision.churn_risk, *others,
        ";".join(signal.name for signal in decision.signals), decision.expansion_amount, decision.expansion_currency,
    ]  # fmt: skip
