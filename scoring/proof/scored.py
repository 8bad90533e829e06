"""A table that holds scores and what came of its rows, made into the rows that a back-test judges. Pure.

Owns how labels, times and columns of any export are read for that; the reading itself is ``learn``'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from config.errors import ConfigError, Problem
from config.problems import did_you_mean
from scoring.proof.columns import are_numbers, moments, numbers
from scoring.proof.intake import take_in
from scoring.proof.outcome import Outcome, read_outcome
from scoring.proof.resampling import Floats
from scoring.proof.rivals import RECENCY

MOST_TIMES: Final = 36
"""Different moments, beyond which they are put together."""
STEPS: Final = 12
EPOCH: Final = np.datetime64("1970-01-01", "D")


@dataclass(frozen=True)
class ScoredTable:
    """``rows`` as ``backtest`` takes them; ``times``: what a cut is called in the table."""

    rows: pd.DataFrame
    features: tuple[str, ...]
    times: Mapping[str, str]
    outcome: Outcome
    notes: tuple[str, ...]


def scored_rows(
    table: pd.DataFrame,
    score: str,
    label: str,
    *,
    time: str | None = None,
    customer: str | None = None,
    positive: str | None = None,
    good: bool | None = None,
    risk: bool = False,
    recency: str | None = None,
    by: str | None = None,
    red_below: float = 40.0,
    horizon: int = 90,
) -> ScoredTable:
    """``score``: the column judged, low = at risk (``risk``: high = at risk). ``label``: what came of the row.

    ``time``: dates, or numbers that rise, a horizon apart each. ``customer``: whose row it is, where one has several.
    Raises ConfigError for a column that is not there or cannot be read.
    """
    named = {"--score": score, "--label": label, "--time": time, "--customer": customer, "--recency": recency}
    _require(table, named)
    outcome = read_outcome(table, label, positive, good)
    lost = 1 - outcome.happened if outcome.good else outcome.happened
    said = numbers(table[score])
    if np.isnan(said).all():
        raise ConfigError([Problem("--score", f"{score} holds no number", expected="a column of scores")])
    cut, times = _cuts(table[time], horizon) if time else (np.full(len(table), EPOCH), {})
    never = {label: "the label", score: "the score"} | ({time: "the time"} if time else {})
    intake = take_in(table, never, (), customer)
    who = intake.groups if intake.groups is not None else np.arange(len(table))
    own = {"customer": who, "cut": cut.astype("datetime64[s]"), "score": -said if risk else said, "lost": lost}
    if not risk and np.nanmax(said) > 1:  # a score of 0 to 1 has no bands of 0 to 100
        own["band"] = np.where(said < red_below, "red", "other")
    days = _recency(table, list(map(str, intake.frame.columns)), recency)
    if days is not None:
        own[RECENCY[0]] = days
    if by and by in table.columns:
        own[by] = table[by].to_numpy(object)
    features = tuple(name for name in map(str, intake.frame.columns) if name not in own)
    rows = pd.DataFrame(own).join(intake.frame[list(features)])
    told = rows["cut"].notna()
    return ScoredTable(
        rows[told].reset_index(drop=True), features, times, outcome, tuple(_notes(lost, told, time, days))
    )


def _require(table: pd.DataFrame, named: Mapping[str, str | None]) -> None:
    columns = [str(name) for name in table.columns]
    problems = [
        Problem(option, f"the table has no column {name}{did_you_mean(name, columns)}")
        for option, name in named.items()
        if name is not None and name not in columns
    ]
    if problems:
        raise ConfigError(problems)


def _cuts(column: pd.Series, horizon: int) -> tuple[Floats, dict[str, str]]:
    """A day per row, NaT where unknown: months' ends of dates; numbers in their order, a horizon apart."""
    when = moments(column)
    if np.isnan(when).all():
        raise ConfigError([Problem("--time", f"{column.name} cannot be read as a time")])
    if are_numbers(column):
        found = np.unique(when[~np.isnan(when)])
        if len(found) > MOST_TIMES:
            found = np.unique(np.quantile(found, np.linspace(0, 1, STEPS + 1)[:-1], method="lower"))
        place = np.searchsorted(found, when, side="right") - 1
        days = EPOCH + (place * horizon).astype("timedelta64[D]")
        names = {str(EPOCH + np.timedelta64(at * horizon, "D")): f"{value:g}" for at, value in enumerate(found)}
        return np.where(np.isnan(when), np.datetime64("NaT"), days), names
    plain = np.where(np.isnan(when), 0, when).astype("timedelta64[D]")
    months = (EPOCH + plain).astype("datetime64[M]")
    ends = (months + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    return np.where(np.isnan(when), np.datetime64("NaT"), ends), {}


def _recency(table: pd.DataFrame, candidates: Sequence[str], recency: str | None) -> Floats | None:
    name = recency or next((name for name in RECENCY if name in candidates), None)
    return None if name is None else numbers(table[name])


def _notes(lost: Floats, told: pd.Series, time: str | None, days: Floats | None) -> list[str]:
    notes = []
    if unlabelled := int(np.isnan(lost).sum()):
        notes.append(f"{unlabelled:,} rows have no label and are in no figure")
    if untimed := int((~told).sum()):
        notes.append(f"{untimed:,} rows have no time and are in no figure")
    if time is None:
        notes.append("without --time nothing is earlier or later: the regression beside the score is judged in folds")
    if days is None:
        notes.append("no column says how recently a customer was seen: name one with --recency to have that baseline")
    return notes
