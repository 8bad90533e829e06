"""The Net Promoter Score of each customer: latest answer per person within a year. Must not know scorecards.

Definition: share of promoters (9–10) less share of detractors (0–6), in percent (Reichheld 2003).
"""

import numpy as np
import pandas as pd

from scoring.answers import PASSIVE, PROMOTER
from scoring.columns import series
from scoring.features.sentiment import recent_answers
from scoring.past import Past
from scoring.records import only


def rollup(past: Past) -> pd.DataFrame:
    """Columns ``nps`` (−100…100, whole), ``nps_last`` (0–10) and ``nps_group`` of the latest answer."""
    answers = recent_answers(past, "nps")
    value = np.where(answers["score"] >= PROMOTER, 100.0, np.where(answers["score"] < PASSIVE, -100.0, 0.0))
    last = answers.firsts("score")
    group = np.where(last >= PROMOTER, "promoter", np.where(last >= PASSIVE, "passive", "detractor"))
    return pd.DataFrame(
        {
            "nps": np.floor(answers.having(value=value).mean("value") + 0.5),
            "nps_last": last,
            "nps_group": series(only(~np.isnan(last), group), past.index),
        },
        index=past.index,
    )
