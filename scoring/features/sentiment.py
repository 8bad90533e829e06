"""Features of survey answers: the latest of each person counts, and only for a year."""

import pandas as pd

from scoring.features.registry import feature
from scoring.past import Past

WINDOW = 365
SCALES = {"nps": (0, 10), "csat": (0, 100), "ces": (0, 100)}
"""What an answer can be; anything else is a mistake and left out. CSAT and CES keep each tool's own scale."""


def latest_answers(past: Past, survey: str, within: int = WINDOW) -> pd.DataFrame:
    """The latest answer of each person within the days (of two on one day the lower); unnamed ones count each."""
    rows = past.responses
    least, most = SCALES[survey]
    rows = rows[rows["survey"].eq(survey) & rows["score"].between(least, most) & rows["ago"].le(within)]
    rows = rows[["customer", "person", "score", "ago"]].sort_values(["customer", "ago", "score"], kind="stable")
    named = rows["person"].notna()
    latest = [rows[named].drop_duplicates(["customer", "person"]), rows[~named].drop_duplicates()]
    return pd.concat(latest).sort_values(["customer", "ago", "score"], kind="stable")


def _age(survey: str, past: Past) -> pd.Series:
    return latest_answers(past, survey).groupby("customer")["ago"].min().reindex(past.index)


def _nps_age(past: Past) -> pd.Series:
    return _age("nps", past)


def _csat_age(past: Past) -> pd.Series:
    return _age("csat", past)


@feature("0 to 10", "responses", fresh_for=WINDOW, age=_nps_age)
def nps_latest(past: Past) -> pd.Series:
    """Mean of each person's latest answer to "would you recommend us?"."""
    return latest_answers(past, "nps").groupby("customer")["score"].mean().reindex(past.index)


@feature("persons", "responses", fresh_for=WINDOW, age=_nps_age)
def nps_answers(past: Past) -> pd.Series:
    """How many persons answered it within a year."""
    return latest_answers(past, "nps").groupby("customer").size().reindex(past.index).astype("float64")


@feature("the survey's own scale", "responses", fresh_for=WINDOW, age=_csat_age)
def csat_latest(past: Past) -> pd.Series:
    """Mean of each person's latest answer to "how satisfied are you?", on the survey's own scale."""
    return latest_answers(past, "csat").groupby("customer")["score"].mean().reindex(past.index)
