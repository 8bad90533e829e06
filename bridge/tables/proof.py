"""Back-tests a score that stands in somebody's table beside what came of its rows. No store, no CRM."""

from pathlib import Path
from typing import Any

from bridge.tables.files import read_table
from config.scorecards import Bands
from scoring.proof.backtest import Backtest, backtest
from scoring.proof.scored import scored_rows


def prove_table(
    file: Path, score: str, label: str, *, bands: Bands, horizon: int, by: str, draws: int, **columns: Any
) -> tuple[dict[str, Any], Backtest]:
    """What ``--json`` tells, and the result. ``columns``: the further options of ``scored_rows``."""
    table = read_table(file)
    made = scored_rows(table, score, label, by=by, red_below=bands.yellow, horizon=horizon, **columns)
    timed = horizon if columns.get("time") else None
    result = backtest(made.rows, features=made.features, horizon=timed, by=by, within_cuts=False, draws=draws)
    told = result.as_data()
    for cut in told["by_cut"]:
        cut["cut"] = made.times.get(cut["cut"], cut["cut"])
    if not columns.get("time"):
        told["by_cut"] = []
    data = {
        "table": str(file),
        "score_column": score,
        "label": {"column": label, "positive": made.outcome.positive, "good": made.outcome.good},
        "horizon_days": timed,
        "cuts": [cut["cut"] for cut in told["by_cut"]],
        "red_below": bands.yellow if result.red else None,
        "notes": [*made.notes, *_of_direction(result, bool(columns.get("risk")))],
    }
    return {**data, **told}, result


def _of_direction(result: Backtest, risk: bool) -> list[str]:
    if result.verdict.kind != "points the wrong way" or risk:
        return []
    return ["a low score counts as at risk; say --risk where a high one does, and --good where the label is good news"]
