"""Real purchases of an online shop, where customers simply stop: does a high score precede the next purchase?

Two splits, as the data's own README has them. Features come through ``scoring.past`` and ``tabulate`` as for any
customer: a day with a purchase is a day of use. Nothing after the cut reaches a feature.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from config.scorecards import shipped_scorecard
from scoring.features.table import tabulate
from scoring.frames import Frames, empty_frames, frame, typed
from scoring.past import past
from scoring.proof import baselines, ranking
from scoring.proof.card import apply_card
from scoring.proof.columns import Floats
from scoring.proof.judging import Judged, Task, in_folds, learn_card
from scoring.scorecard import score_frame

FILE: Final = Path("cdnow") / "cdnow_master.csv.gz"
SOURCE: Final = "shop"
USAGE: Final = (
    "days_since_login",
    "use_days_365d",
    "usual_gap",
    "silence_ratio",
    "active_trend",
    "days_since_first_use",
)
"""What usage says of a shop's customers, where the feature is there."""


def purchases(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / FILE, dtype={"customer_id": str}, parse_dates=["date"])


def frames(bought: pd.DataFrame, cut: str) -> tuple[Frames, pd.Index]:
    """What was known at the close of that day: each day of purchase is a day of use by the customer's own person."""
    known = bought[bought["date"] <= cut]
    names = pd.Index(np.sort(known["customer_id"].unique()))
    days = known.groupby(["customer_id", "date"], as_index=False).size()
    usage = pd.DataFrame(
        {
            "customer": names.get_indexer(pd.Index(days["customer_id"])),
            "source": SOURCE,
            "person": days["customer_id"],
            "feature": "purchase",
            "day": days["date"],
            "count": days["size"].astype("float64"),
        }
    )
    return (
        replace(
            empty_frames(pd.Timestamp(cut).date()),
            customers=typed("customers", pd.DataFrame({"customer": range(len(names))})),
            usage=typed("usage", usage),
            sources=frame("sources", [{"source": SOURCE, "newest": pd.Timestamp(cut)}]),
        ),
        names,
    )


def bought_after(bought: pd.DataFrame, names: pd.Index, cut: str, until: str) -> Floats:
    window = bought[(bought["date"] > cut) & (bought["date"] <= until)]
    return np.asarray(names.isin(window["customer_id"].unique()), dtype=np.float64)


def features(given: Frames) -> pd.DataFrame:
    values = tabulate(past(given)).values
    return values[[name for name in USAGE if name in values.columns]].astype("float64")


def shipped(given: Frames) -> tuple[Floats, float]:
    """Scores of the shipped, unfitted health card, of which only usage is known; and the share that has one.

    Who has no score counts as average: neither likely nor unlikely to come back.
    """
    table = tabulate(past(given))
    score = score_frame(table.values, shipped_scorecard("health"), table.ages).score
    return np.where(np.isnan(score), np.nanmedian(score), score), float(np.isfinite(score).mean())


def interval(values: Floats, happened: Floats) -> tuple[float, float, float]:
    rank = ranking.ranked(values, happened)
    return rank.auc(), *ranking.interval(np.array([rank.auc(weights) for weights in ranking.resamples(len(values))]))


def learnt_in_folds(rows: pd.DataFrame, happened: Floats) -> Judged:
    chance = np.random.default_rng(ranking.SEED).permutation(len(rows))
    return in_folds(Task(rows, 1 - happened, chance))


def learnt_earlier(before: pd.DataFrame, happened: Floats, rows: pd.DataFrame, later: Floats) -> Judged:
    """Learnt from one cut, judged on another that lies later."""
    task = Task(before, 1 - happened, np.random.default_rng(ranking.SEED).permutation(len(before)))
    fitted = learn_card(task)
    if fitted is None:
        raise AssertionError("nothing was learnt")
    said = apply_card(fitted, rows)
    rate = np.full(len(rows), float(task.happened.mean()))
    column = baselines.recency_column(before, task.happened) or ""
    risks = {
        "card": said.risk,
        baselines.RECENCY: baselines.fit_recency(before, task.happened, column)(rows),
        baselines.REGRESSION: baselines.fit_regression(before, task.happened)(rows),
    }
    blank = int(np.isnan(said.score).sum())
    return Judged(
        np.arange(len(rows)), np.zeros(len(rows), dtype=np.int64), 1 - later, risks, rate, said.red, blank, None, column
    )
