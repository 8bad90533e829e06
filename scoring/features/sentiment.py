"""Features of survey answers: the latest of each person counts, and only for a year."""

from typing import Final

from scoring.answers import PASSIVE, PROMOTER
from scoring.columns import number_of, ratio, where
from scoring.features.contacts import there
from scoring.features.registry import feature
from scoring.past import Past
from scoring.records import Column, Floats, Records

WINDOW: Final = 365
RECENT: Final = 90
"""Days of answers that are held against those of before."""
BEFORE: Final = 360
LEAST_ANSWERS: Final = 3
"""In each of the two spans: with fewer, one person's mood is the change."""


def recent_answers(past: Past, survey: str, within: int = WINDOW) -> Records:
    """The latest answer of each person, where it is at most that many days old; a customer's latest first."""
    answers = past.answers
    return answers.where((answers["survey"] == survey) & (answers["ago"] <= within))


def _age(survey: str, past: Past) -> Column:
    return recent_answers(past, survey).least("ago")


def _nps_age(past: Past) -> Column:
    return _age("nps", past)


def _csat_age(past: Past) -> Column:
    return _age("csat", past)


def _ces_age(past: Past) -> Column:
    return _age("ces", past)


def _mean(past: Past, survey: str) -> Column:
    return recent_answers(past, survey).mean("score")


def _number(answers: Records) -> Floats:
    return number_of(answers, seen=answers)


@feature("0 to 10", "responses", fresh_for=WINDOW, age=_nps_age)
def nps_latest(past: Past) -> Column:
    """Mean of each person's latest answer to "would you recommend us?"."""
    return _mean(past, "nps")


@feature("persons", "responses", fresh_for=WINDOW, age=_nps_age)
def nps_answers(past: Past) -> Column:
    """How many persons answered it within a year."""
    return _number(recent_answers(past, "nps"))


def _by_role(past: Past, role: str) -> Column:
    return recent_answers(past, "nps").of(there(past, role), "person").mean("score")


@feature("0 to 10", "responses", fresh_for=WINDOW, age=_nps_age)
def nps_champion(past: Past) -> Column:
    """The same of champions who are still there."""
    return _by_role(past, "champion")


@feature("0 to 10", "responses", fresh_for=WINDOW, age=_nps_age)
def nps_executive(past: Past) -> Column:
    """The same of executives who are still there."""
    return _by_role(past, "executive")


@feature("0 to 10", "responses", fresh_for=WINDOW, age=_nps_age)
def nps_user(past: Past) -> Column:
    """The same of persons whose role is user, as far as they are still there."""
    return _by_role(past, "user")


@feature("persons", "responses", fresh_for=WINDOW, age=_nps_age)
def promoters(past: Past) -> Column:
    """Persons whose latest answer within a year is 9 or 10; unknown where nobody answered."""
    answers = recent_answers(past, "nps")
    return number_of(answers.where(answers["score"] >= PROMOTER), seen=answers)


@feature("persons", "responses", fresh_for=WINDOW, age=_nps_age)
def detractors(past: Past) -> Column:
    """Persons whose latest answer within a year is 6 or less; unknown where nobody answered."""
    answers = recent_answers(past, "nps")
    return number_of(answers.where(answers["score"] < PASSIVE), seen=answers)


@feature("the survey's own scale", "responses", fresh_for=WINDOW, age=_csat_age)
def csat_latest(past: Past) -> Column:
    """Mean of each person's latest answer to "how satisfied are you?", on the survey's own scale."""
    return _mean(past, "csat")


@feature("persons", "responses", fresh_for=WINDOW, age=_csat_age)
def csat_answers(past: Past) -> Column:
    """How many persons answered it within a year."""
    return _number(recent_answers(past, "csat"))


@feature("percent", "responses", fresh_for=WINDOW, age=_csat_age)
def csat_change(past: Past) -> Column:
    """How far the mean of all answers of 90 days lies above that of the 90 to 360 days before; negative: below it.

    In percent of that, because one tool asks for 1 to 5 and another for 0 to 100. At least 3 answers in each span.
    """
    answers = past.responses.where(past.responses["survey"] == "csat")
    ago = answers["ago"]
    now = _steady_mean(answers.where(ago < RECENT))
    before = _steady_mean(answers.where((ago >= RECENT) & (ago <= BEFORE - 1)))
    return 100 * (ratio(now, before) - 1)


def _steady_mean(answers: Records) -> Floats:
    return where(answers.number() >= LEAST_ANSWERS, answers.mean("score"))


@feature("the survey's own scale", "responses", fresh_for=WINDOW, age=_ces_age)
def ces_latest(past: Past) -> Column:
    """Mean of each person's latest answer to "how easy was it?", on the survey's own scale."""
    return _mean(past, "ces")


@feature("persons", "responses", fresh_for=WINDOW, age=_ces_age)
def ces_answers(past: Past) -> Column:
    """How many persons answered it within a year."""
    return _number(recent_answers(past, "ces"))


@feature("share of persons", "responses", datable=False)
def response_rate(past: Past) -> Column:
    """Known persons still there who answered any survey within a year ÷ all known persons still there.

    Unknown for a customer of whom no answer was ever known: it may never have been asked.
    """
    known = there(past).once("person")
    recent = past.answers.where(past.answers["ago"] <= WINDOW).once("person")
    return ratio(number_of(recent.of(known, "person"), seen=past.answers), known.number())
