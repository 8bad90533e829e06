"""Does a low score come before a loss? Ranks the past, with intervals, beside what needs no score at all. Pure.

A frame of customers × cuts in, plain figures out. Must not know where the rows come from, nor who shows the figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd

from scoring.proof import calibration, verdicts
from scoring.proof.calibration import Calibration
from scoring.proof.lead_time import LeadTime
from scoring.proof.resampling import Draws, Estimate, Flags, Floats, Ints, Ranking, estimate, ranking, ratio, sums
from scoring.proof.rivals import logistic, logistic_in_folds, recency

LEAST_EVENTS: Final = 10
"""Customers lost, and as many others, below which no figure means anything."""
LEAST_PER_CUT: Final = 5
LEAST_DRAWS: Final = 200
MOST_DRAWN: Final = 100_000_000
"""Customers × draws: of very many customers fewer draws do, for the interval is narrow anyway."""
KEYS: Final = {"recency alone": "recency", "logistic regression": "logistic_regression"}
"""Names of baselines → what --json calls them."""
SEED: Final = 20_260_301
GRID: Final = np.linspace(0, 1, 41)
"""Where curves are drawn."""
BINS: Final = np.arange(0, 101, 5)


@dataclass(frozen=True)
class Skill:
    """How well one order of the rows tells who is lost."""

    auc: Estimate
    lift: Estimate
    rows: int
    lost_customers: int

    def as_data(self) -> dict[str, Any]:
        return {
            "auc": self.auc.as_data(),
            "lift_lowest_decile": self.lift.as_data(),
            "rows": self.rows,
            "customers_lost": self.lost_customers,
        }


@dataclass(frozen=True)
class Red:
    """What the red band is worth: of those in it, how many were lost; of those lost, how many were in it."""

    precision: Estimate
    recall: Estimate
    share: Estimate
    """Of all rows: how many accounts a CSM would have had on the list."""
    base_rate: Estimate

    def as_data(self) -> dict[str, Any]:
        return {name: getattr(self, name).as_data() for name in ("precision", "recall", "share", "base_rate")}


@dataclass(frozen=True)
class Rival:
    """A baseline on the rows it can speak of, the score on the same rows, and the difference (score − baseline)."""

    skill: Skill
    score: Skill
    difference: Estimate

    def as_data(self) -> dict[str, Any]:
        auc = self.skill.auc
        return {
            "auc": auc.value,
            "auc_interval": [auc.low, auc.high],
            "baseline": self.skill.as_data(),
            "score_on_the_same_rows": self.score.as_data(),
            "auc_difference": self.difference.as_data(),
            "score_is": verdicts.beside(self.difference),
        }


@dataclass(frozen=True)
class Curves:
    """What the charts draw: x from 0 to 1 (``GRID``), y with its interval; and scores by what came of the rows."""

    roc: Floats
    """3 × points: value, low, high."""
    gains: Floats
    distribution: Mapping[str, list[int]]


@dataclass(frozen=True)
class Backtest:
    """All there is to say. ``missing``: why there are no figures; then all else is None."""

    rows: int
    customers: int
    lost_customers: int
    lost_rows: int
    unscored: Mapping[str, Any]
    verdict: verdicts.Verdict
    missing: str | None = None
    score: Skill | None = None
    red: Red | None = None
    rivals: Mapping[str, Rival] = field(default_factory=dict)
    by_cut: Sequence[Mapping[str, Any]] = ()
    by_group: Mapping[str, Skill] = field(default_factory=dict)
    drift: Estimate | None = None
    """AUC of the later half of the cuts − that of the earlier half."""
    calibration: Calibration | None = None
    lead_time: LeadTime | None = None
    curves: Curves | None = None

    def as_data(self) -> dict[str, Any]:
        """As JSON tells it; None where a figure is not known. Without ``curves``, which are for the eye."""
        return {
            "rows": self.rows,
            "customers": self.customers,
            "customers_lost": self.lost_customers,
            "rows_lost": self.lost_rows,
            "without_score": dict(self.unscored),
            "verdict": {"kind": self.verdict.kind, "sentence": self.verdict.sentence},
            "missing": self.missing,
            "score": self.score.as_data() if self.score else None,
            "auc": self.score.auc.value if self.score else None,
            "auc_interval": [self.score.auc.low, self.score.auc.high] if self.score else None,
            "red_band": self.red.as_data() if self.red else None,
            "baselines": {KEYS.get(name, name): {"name": name, **one.as_data()} for name, one in self.rivals.items()},
            "by_cut": list(self.by_cut),
            "by_segment": {name: skill.as_data() for name, skill in self.by_group.items()},
            "drift": self.drift.as_data() if self.drift else None,
            "calibration": self.calibration.as_data() if self.calibration else None,
            "lead_time": self.lead_time.as_data() if self.lead_time else None,
        }


def backtest(
    rows: pd.DataFrame,
    *,
    features: Sequence[str] = (),
    horizon: int | None = 90,
    by: str | None = None,
    others: Mapping[str, str] = MappingProxyType({}),
    lead: LeadTime | None = None,
    within_cuts: bool = True,
    draws: int = 1_000,
    seed: int = SEED,
) -> Backtest:
    """``rows``: ``customer``, ``cut`` (days), ``score`` (low = at risk), ``lost`` (1, 0; NaN is left out); may have
    ``band``, ``probability`` and the ``features`` that the regression learns from. ``by``: a column of groups.
    ``horizon``: days that an outcome takes; None where rows have no time: the regression is then judged in folds.
    ``others``: name → column of another score to compare with, low = at risk. ``within_cuts``: whether a row is only
    compared with those of its own cut; False where each row may have a time of its own.
    """
    known = rows[rows["lost"].notna()].reset_index(drop=True)
    unscored = _unscored(known)
    some = known[known["score"].notna()].reset_index(drop=True)
    counted = _Rows.of(some, within_cuts, draws, seed)
    lost_customers = counted.lost_customers()
    facts: dict[str, Any] = {
        "rows": len(some),
        "customers": some["customer"].nunique(),
        "lost_customers": lost_customers,
        "lost_rows": int(some["lost"].sum()),
        "unscored": unscored,
        "lead_time": lead,
    }
    if missing := verdicts.too_little(len(some), lost_customers, counted.kept_customers(), LEAST_EVENTS, unscored):
        return Backtest(**facts, verdict=verdicts.Verdict("too little data", missing), missing=missing)
    told = counted.ranking(counted.score())
    score = counted.skill(told)
    rivals = _rivals(counted, told, features, horizon)
    rivals |= {name: _rival(*_known(counted, column)) for name, column in others.items()}
    return Backtest(
        **facts,
        verdict=verdicts.verdict(score.auc, {name: rival.difference for name, rival in rivals.items()}),
        score=score,
        red=_red(counted) if "band" in some else None,
        rivals=rivals,
        by_cut=_by_cut(counted),
        by_group=_by_group(counted, by) if by and by in some else {},
        drift=_drift(counted),
        calibration=_calibration(counted),
        curves=Curves(_curve(told.roc(GRID)), _curve(told.caught(GRID)), _distribution(rows)),
    )


@dataclass(frozen=True)
class _Rows:
    """Rows with their customers numbered, and the draws that all figures share."""

    rows: pd.DataFrame
    customer: Ints
    cut: Ints
    """The same number: rows that may be compared."""
    lost: Flags
    draws: Draws

    @classmethod
    def of(cls, rows: pd.DataFrame, within_cuts: bool, draws: int, seed: int) -> "_Rows":
        codes, names = pd.factorize(rows["customer"])
        number = min(draws, max(LEAST_DRAWS, MOST_DRAWN // max(len(names), 1)))
        cut = pd.factorize(rows["cut"])[0] if within_cuts else np.zeros(len(rows))
        lost = rows["lost"].to_numpy(np.float64) == 1
        return cls(rows, codes.astype(np.int64), cut.astype(np.int64), lost, Draws(len(names), number, seed))

    def where(self, some: Flags) -> "_Rows":
        """Some of the rows, with the same draws of the same customers."""
        return _Rows(self.rows[some], self.customer[some], self.cut[some], self.lost[some], self.draws)

    def lost_customers(self) -> int:
        return len(np.unique(self.customer[self.lost]))

    def kept_customers(self) -> int:
        return len(np.unique(self.customer[~self.lost]))

    def ranking(self, score: Floats) -> Ranking:
        return ranking(score, self.lost, self.customer, self.draws, self.cut)

    def skill(self, told: Ranking) -> Skill:
        return Skill(estimate(told.auc()), estimate(told.lift()), len(self.rows), self.lost_customers())

    def score(self) -> Floats:
        return self.rows["score"].to_numpy(np.float64)


def _rivals(counted: _Rows, own: Ranking, features: Sequence[str], horizon: int | None) -> dict[str, Rival]:
    found: dict[str, Rival] = {}
    days = recency(counted.rows)
    if days is not None:
        found["recency alone"] = _rival(counted, own, -days.to_numpy(np.float64))
    rows = counted.rows
    told = logistic_in_folds(rows, features, SEED) if horizon is None else logistic(rows, features, horizon)
    foretold = told.risk.to_numpy(np.float64)
    asked = ~np.isnan(foretold)
    later = counted.where(asked)
    if min(later.lost_customers(), later.kept_customers()) >= LEAST_EVENTS:
        found["logistic regression"] = _rival(later, later.ranking(later.score()), -foretold[asked])
    return found


def _known(counted: _Rows, column: str) -> tuple[_Rows, Ranking, Floats]:
    """The rows on which another score is known, the score's own ranking there, and the other's order."""
    order = counted.rows[column].to_numpy(np.float64)
    some = ~np.isnan(order)
    there = counted.where(some)
    return there, there.ranking(there.score()), order[some]


def _rival(counted: _Rows, own: Ranking, order: Floats) -> Rival:
    other = counted.ranking(order)
    return Rival(counted.skill(other), counted.skill(own), estimate(own.auc() - other.auc()))


def _red(counted: _Rows) -> Red:
    red, lost = counted.rows["band"].eq("red").to_numpy(), counted.lost
    columns = np.stack([red & lost, red, lost, np.ones(len(red), dtype=np.bool_)], axis=1).astype(np.float64)
    hit, alarms, events, rows = sums(columns, counted.customer, counted.draws).T
    figures = ratio(hit, alarms), ratio(hit, events), ratio(alarms, rows), ratio(events, rows)
    return Red(*map(estimate, figures))


def _by_cut(counted: _Rows) -> list[dict[str, Any]]:
    told = []
    cut = counted.rows["cut"].to_numpy("datetime64[D]")
    for day in np.unique(cut):
        here = counted.where(cut == day)
        enough = min(here.lost_customers(), here.kept_customers()) >= LEAST_PER_CUT
        skill = here.skill(here.ranking(here.score())) if enough else None
        row = {"cut": str(day), "rows": len(here.rows), "lost": int(here.lost.sum())}
        told.append({**row, "auc": skill.auc.as_data() if skill else None})
    return told


def _by_group(counted: _Rows, by: str) -> dict[str, Skill]:
    found = {}
    for name in sorted(counted.rows[by].dropna().astype(str).unique()):
        here = counted.where(counted.rows[by].astype("object").map(str).eq(name).to_numpy())
        if min(here.lost_customers(), here.kept_customers()) >= LEAST_EVENTS:
            found[name] = here.skill(here.ranking(here.score()))
    return found


def _drift(counted: _Rows) -> Estimate | None:
    cut = counted.rows["cut"].to_numpy("datetime64[D]")
    days = np.unique(cut)
    if len(days) < 2:
        return None
    halves = [counted.where(some) for some in (cut < days[len(days) // 2], cut >= days[len(days) // 2])]
    if any(min(half.lost_customers(), half.kept_customers()) < LEAST_EVENTS for half in halves):
        return None
    earlier, later = (half.ranking(half.score()).auc() for half in halves)
    return estimate(later - earlier)


def _calibration(counted: _Rows) -> Calibration | None:
    if "probability" not in counted.rows:
        return None
    probability = counted.rows["probability"].to_numpy(np.float64)
    told = counted.where(np.isfinite(probability))
    if min(told.lost_customers(), told.kept_customers()) < LEAST_EVENTS:
        return None
    return calibration.calibration(probability[np.isfinite(probability)], told.lost, told.customer, told.draws)


def _unscored(known: pd.DataFrame) -> dict[str, Any]:
    """Rows without a score: how many, and how many of them were lost. They are in no figure."""
    blank = known["score"].isna()
    lost = known.loc[blank, "lost"]
    return {
        "rows": int(blank.sum()),
        "share": float(blank.mean()) if len(known) else None,
        "loss_rate": float(lost.mean()) if len(lost) else None,
    }


def _curve(draws: Floats) -> Floats:
    low, high = np.nanquantile(draws[1:], (0.025, 0.975), axis=0)
    return np.stack([draws[0], low, high])


def _distribution(rows: pd.DataFrame) -> dict[str, list[int]]:
    """How many rows of each outcome lie in each step of five points."""
    word = rows["outcome"] if "outcome" in rows else rows["lost"].map({1.0: "lost", 0.0: "kept"})
    told = rows["score"].notna() & word.notna()
    return {
        str(name): np.histogram(some.clip(0, 100), BINS)[0].tolist()
        for name, some in rows.loc[told, "score"].groupby(word[told])
    }
