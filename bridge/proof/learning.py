"""Learns a health card from the workspace's own history: its panel, taught and judged. Stores nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.progress import Progress, silent
from bridge.proof.backtesting import labelled, notes_of
from bridge.proof.panel import Asked, panel
from bridge.workspace import Workspace
from config.errors import ConfigError, Problem
from scoring.proof.history import Taught, learn_history
from scoring.proof.outcomes import counts


@dataclass(frozen=True)
class FromHistory:
    taught: Taught
    source: str
    """What it was learnt from, in words."""
    data: Mapping[str, Any]
    notes: Sequence[str]


def learn_from(
    workspace: Workspace,
    asked: Asked,
    *,
    drop: Iterable[str] = (),
    directions: Mapping[str, Any] | None = None,
    red_catches: float = 0.5,
    progress: Progress = silent,
) -> FromHistory:
    """A card from all that the workspace knows of its past. ConfigError where there are no rows to learn from."""
    made = panel(workspace, asked, progress)
    rows = labelled(made.rows)
    if not rows["lost"].notna().any() or rows["lost"].nunique() < 2:
        came = ", ".join(f"{number:,} {word}" for word, number in counts(rows["outcome"]).items() if number)
        what = f"the history holds nothing to learn from: {came or 'no customer in any month'}"
        raise ConfigError([Problem("--horizon", what, expected="months with known outcomes, some of them losses")])
    present = workspace.cards["health"]
    taught = learn_history(rows, present, asked.horizon, drop=drop, directions=directions, red_catches=red_catches)
    months = f"{len(made.cuts)} months, {made.cuts[0]} to {made.cuts[-1]}"
    data = {
        "horizon_days": asked.horizon,
        "cuts": [day.isoformat() for day in made.cuts],
        "outcomes": counts(rows["outcome"]),
        "present": [card.version for card in present],
        **taught.as_data(),
    }
    return FromHistory(taught, f"this workspace's history ({months})", data, list(notes_of(made)))
