"""Survey answers reduced to what counts: the valid ones, and of each person the latest. Must not know any average."""

from typing import Final

import numpy as np
import pandas as pd

SCALES: Final = {"nps": (0, 10), "csat": (0, 100), "ces": (0, 100)}
"""What an answer can be; anything else is a mistake and left out. CSAT and CES keep each tool's own scale."""

PROMOTER: Final = 9
PASSIVE: Final = 7
"""NPS: from which answer on a person is a promoter, and from which not a detractor any more (Reichheld 2003)."""

COLUMNS: Final = ["survey", "customer", "ago", "score", "person"]


def on_scale(responses: pd.DataFrame) -> pd.Series:
    """Whether each answer is one that its survey allows; False too for an unknown survey or a missing score."""
    survey, score = responses["survey"].to_numpy(object), responses["score"].to_numpy(np.float64)
    allowed = np.zeros(len(responses), dtype=np.bool_)
    for name, (least, most) in SCALES.items():
        allowed |= (survey == name) & (score >= least) & (score <= most)
    return pd.Series(allowed, index=responses.index)


def valid_answers(responses: pd.DataFrame) -> pd.DataFrame:
    """Latest first per survey and customer, of any age (``ago`` in days). ``responses`` holds past answers only.

    Of several answers of a person on one day the lowest counts; answers without a person count each.
    """
    rows = responses.loc[on_scale(responses), COLUMNS]
    rows = rows.sort_values(["survey", "customer", "ago", "score"], kind="stable")
    named = rows["person"].notna()
    return rows[~(named & rows.duplicated(["survey", "customer", "person", "ago"]))]


def latest(answers: pd.DataFrame) -> pd.DataFrame:
    """Of valid answers the latest of each person; those without a person all stay."""
    return answers[~(answers["person"].notna() & answers.duplicated(["survey", "customer", "person"]))]
