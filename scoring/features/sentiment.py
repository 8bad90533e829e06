"""Features of survey answers: the latest of each person counts, and only for a year."""

from typing import Final

import pandas as pd

from scoring.answers import PASSIVE, PROMOTER
from scoring.features.registry import feature, per_customer
from scoring.past import Past
from scoring.past_rows import of_persons

WINDOW: Final = 365
RECENT: Final = 90
"""Days of answers that are held against those of before."""
BEFORE: Final = 360
LEAST_ANSWERS: Final = 3
"""In each of the two spans: with fewer, one person's mood is the change."""


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


def _ces_age(past: Past) -> pd.Series:
    return _age("ces", past)


def _mean(past: Past, survey: str) -> pd.Series:
    return recent_answers(past, survey).groupby("customer")["score"].mean().reindex(past.index)


def _number(past: Past, answers: pd.DataFrame) -> pd.Series:
    return answers.groupby("customer").size().reindex(past.index).astype("float64")


@feature("0 to 10", "responses", fresh_for=WINDOW, age=_nps_age)
def nps_latest(past: Past) -> pd.Series:
    """Mean of each person's latest answer to "would you recommend us?"."""
    return _mean(past, "nps")


@feature("persons", "responses", fresh_for=WINDOW, age=_nps_age)
def nps_answers(past: Past) -> pd.Series:
    """How many persons answered it within a year."""
    return _number(past, recent_answers(past, "nps"))


def _by_role(past: Past, role: str) -> pd.Series:
    persons = past.persons[past.persons["role"].eq(role) & ~past.persons["left"]]
    answers = of_persons(recent_answers(past, "nps"), persons)
    return answers.groupby("customer")["score"].mean().reindex(past.index)


@feature("0 to 10", "responses", fresh_for=WINDOW, age=_nps_age)
def nps_champion(past: Past) -> pd.Series:
    """The same of champions who are still there."""
    return _by_role(past, "champion")


@feature("0 to 10", "responses", fresh_for=WINDOW, age=_nps_age)
def nps_executive(past: Past) -> pd.Series:
    """The same of executives who are still there."""
    return _by_role(past, "executive")


@feature("0 to 10", "responses", fresh_for=WINDOW, age=_nps_age)
def nps_user(past: Past) -> pd.Series:
    """The same of persons whose role is user, as far as they are still there."""
    return _by_role(past, "user")


@feature("persons", "responses", fresh_for=WINDOW, age=_nps_age)
def promoters(past: Past) -> pd.Series:
    """Persons whose latest answer within a year is 9 or 10; unknown where nobody answered."""
    answers = recent_answers(past, "nps")
    return answers["score"].ge(PROMOTER).groupby(answers["customer"]).sum().reindex(past.index).astype("float64")


@feature("persons", "responses", fresh_for=WINDOW, age=_nps_age)
def detractors(past: Past) -> pd.Series:
    """Persons whose latest answer within a year is 6 or less; unknown where nobody answered."""
    answers = recent_answers(past, "nps")
    return answers["score"].lt(PASSIVE).groupby(answers["customer"]).sum().reindex(past.index).astype("float64")


@feature("the survey's own scale", "responses", fresh_for=WINDOW, age=_csat_age)
def csat_latest(past: Past) -> pd.Series:
    """Mean of each person's latest answer to "how satisfied are you?", on the survey's own scale."""
    return _mean(past, "csat")


@feature("persons", "responses", fresh_for=WINDOW, age=_csat_age)
def csat_answers(past: Past) -> pd.Series:
    """How many persons answered it within a year."""
    return _number(past, recent_answers(past, "csat"))


@feature("percent", "responses", fresh_for=WINDOW, age=_csat_age)
def csat_change(past: Past) -> pd.Series:
    """How far the mean of all answers of 90 days lies above that of the 90 to 360 days before; negative: below it.

    In percent of that, because one tool asks for 1 to 5 and another for 0 to 100. At least 3 answers in each span.
    """
    answers = past.responses[past.responses["survey"].eq("csat")]
    now = _steady_mean(answers[answers["ago"].lt(RECENT)])
    before = _steady_mean(answers[answers["ago"].between(RECENT, BEFORE - 1)])
    return (100 * (now / before.where(before.gt(0)) - 1)).reindex(past.index)


def _steady_mean(answers: pd.DataFrame) -> pd.Series:
    scores = answers.groupby("customer")["score"]
    return scores.mean().where(scores.size().ge(LEAST_ANSWERS))


@feature("the survey's own scale", "responses", fresh_for=WINDOW, age=_ces_age)
def ces_latest(past: Past) -> pd.Series:
    """Mean of each person's latest answer to "how easy was it?", on the survey's own scale."""
    return _mean(past, "ces")


@feature("persons", "responses", fresh_for=WINDOW, age=_ces_age)
def ces_answers(past: Past) -> pd.Series:
    """How many persons answered it within a year."""
    return _number(past, recent_answers(past, "ces"))


@feature("share of persons", "responses", datable=False)
def response_rate(past: Past) -> pd.Series:
    """Known persons still there who answered any survey within a year ÷ all known persons still there.

    Unknown for a customer of whom no answer was ever known: it may never have been asked.
    """
    there = past.persons[~past.persons["left"]].drop_duplicates(["customer", "person"])
    recent = past.answers[past.answers["ago"].le(WINDOW)].drop_duplicates(["customer", "person"])
    answered = per_customer(past, of_persons(recent, there).groupby("customer").size(), seen=past.answers)
    return answered / there.groupby("customer").size().reindex(past.index)
