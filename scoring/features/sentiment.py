"""Features of survey answers: the latest of each person counts, and only for a year."""

import pandas as pd

from scoring.features.registry import feature
from scoring.past import Past

WINDOW = 365


def recent_answers(past: Past, survey: str, within: int = WINDOW) -> pd.DataFrame:
    """The latest answer of each person, where it is at most that many days old; a customer's latest first."""
    answers = past.answers
    return answers[answers["survey"].eq(survey) & answers["ago"].le(within)]


def _age(survey: str, past: Past) -> pd.Series:
    return recent_answers(past, survey).groupby("customer")["ago"].min().reindex(past.index)


def _nps_age(past: Past) -> pd.Series:
    return _age("nps", past)


def _csat_age(past: Past) -> pd.Series:
    return _age("csat", past)


@feature("0 to 10", "responses", fresh_for=WINDOW, age=_nps_age)
def nps_latest(past: Past) -> pd.Series:
    """Mean of each person's latest answer to "would you recommend us?"."""
    return recent_answers(past, "nps").groupby("customer")["score"].mean().reindex(past.index)


@feature("persons", "responses", fresh_for=WINDOW, age=_nps_age)
def nps_answers(past: Past) -> pd.Series:
    """How many persons answered it within a year."""
    return recent_answers(past, "nps").groupby("customer").size().reindex(past.index).astype("float64")


@feature("the survey's own scale", "responses", fresh_for=WINDOW, age=_csat_age)
def csat_latest(past: Past) -> pd.Series:
    """Mean of each person's latest answer to "how satisfied are you?", on the survey's own scale."""
    return recent_answers(past, "csat").groupby("customer")["score"].mean().reindex(past.index)
