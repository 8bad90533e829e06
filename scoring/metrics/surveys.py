"""NPS, CSAT and CES of persons, accounts, segments and the company; who answered, and for how much of the book.

Latest valid answer of each person in the window. NPS = % promoters (9–10) − % detractors (0–6) (Reichheld 2003), with
the adjusted Wald interval of Rocks (2016): three answers added, a quarter promoter, half passive, a quarter detractor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Final

import numpy as np
import pandas as pd

from scoring.answers import PASSIVE, PROMOTER, latest, valid_answers
from scoring.days import days_before
from scoring.frames import typed
from scoring.metrics import estimates
from scoring.metrics.book import Book, cut
from scoring.metrics.book import days as days_of
from scoring.metrics.estimates import Estimate, Floats, Z

WINDOW: Final = 365
LEAST: Final = 5
SURVEYS: Final = ("nps", "csat", "ces")


@dataclass(frozen=True, slots=True)
class Answers:
    """One survey over one group. ``value``: NPS −100…100, CSAT and CES the mean on their own scale; None while there
    are fewer than ``least_n`` answers. ``top``: share of satisfied answers, where the admin says from which score on.
    """

    survey: str
    n: int
    value: Estimate
    top: Estimate
    promoters: int
    passives: int
    detractors: int


@dataclass(frozen=True, slots=True)
class Reach:
    """Who answered any survey in the window: of the persons known, of the customers, of their ARR. None = unknown."""

    persons: Estimate
    customers: Estimate
    arr: float | None


def answers(responses: pd.DataFrame, until: date, days: int = WINDOW) -> pd.DataFrame:
    """Per person (and for each answer without one) the latest in each survey: survey, customer, person, score, ago."""
    rows = typed("responses", responses.assign(day=days_of(responses["day"])) if len(responses) else responses)
    ago = days_before(rows["day"], until)
    return latest(valid_answers(rows.assign(ago=ago)[ago.ge(0) & ago.lt(days)]))


def summarise(given: pd.DataFrame, survey: str, least_n: int = LEAST, top: float | None = None) -> Answers:
    """All answers of ``answers`` together; a person of several accounts counts once."""
    rows = given[given["survey"].eq(survey)].sort_values(["ago", "score"], kind="stable")
    rows = rows[~(rows["person"].notna() & rows.duplicated("person"))]
    score = rows["score"].to_numpy("float64")
    n = len(score)
    promoters, detractors = int((score >= PROMOTER).sum()), int((score < PASSIVE).sum())
    is_nps = survey == "nps"
    value = nps(promoters, n - promoters - detractors, detractors) if is_nps else estimates.mean(score)
    satisfied = estimates.share(int((score >= top).sum()), n) if top is not None and not is_nps else Estimate(None, n=n)
    groups = (promoters, n - promoters - detractors, detractors) if is_nps else (0, 0, 0)
    if n < least_n:
        value, satisfied = Estimate(None, n=n), Estimate(None, n=n)
    return Answers(survey, n, value, satisfied, *groups)


def summarise_by(
    given: pd.DataFrame, groups: pd.Series, survey: str, least_n: int = LEAST, top: float | None = None
) -> dict[str, Answers]:
    """Per group; ``groups``: of each customer, e.g. its segment, or the customer itself for account level."""
    named = cut(groups).reindex(given["customer"]).to_numpy()
    known = given[pd.notna(named)]
    return {str(value): summarise(rows, survey, least_n, top) for value, rows in known.groupby(named[pd.notna(named)])}


def by_customer(given: pd.DataFrame, survey: str) -> pd.DataFrame:
    """By customer, all at once: ``n``, ``value``, and for NPS ``low`` and ``high``; no least number is kept here.

    A person's own score is their row in ``answers``.
    """
    rows = given[given["survey"].eq(survey)]
    score, of = rows["score"], rows["customer"]
    counts = pd.DataFrame({"p": score.ge(PROMOTER), "d": score.lt(PASSIVE), "n": True}).groupby(of).sum()
    if survey != "nps":
        return pd.DataFrame({"n": counts["n"], "value": score.groupby(of).mean(), "low": np.nan, "high": np.nan})
    value, m = 100 * (counts["p"] - counts["d"]) / counts["n"], counts["n"] + 3
    p, d = counts["p"] + 0.75, counts["d"] + 0.75
    centre = (p - d) / m
    half = Z * np.sqrt(((p + d) / m - centre**2).clip(lower=0.0) / m)
    low, high = (100 * (centre - half)).clip(-100, value), (100 * (centre + half)).clip(value, 100)
    return pd.DataFrame({"n": counts["n"], "value": value, "low": low, "high": high})


def nps(promoters: int, passives: int, detractors: int) -> Estimate:
    """The score of so many, −100…100."""
    n = promoters + passives + detractors
    if n == 0:
        return Estimate(None)
    p, d, m = promoters + 0.75, detractors + 0.75, n + 3
    centre = (p - d) / m
    half = Z * sqrt(max((p + d) / m - centre**2, 0.0) / m)
    value = 100 * (promoters - detractors) / n
    low, high = min(100 * (centre - half), value), max(100 * (centre + half), value)
    return Estimate(value, low, high, n).within(-100.0, 100.0)


def reach(given: pd.DataFrame, persons: pd.DataFrame, book: Book) -> Reach:
    """``persons``: customer, person, left_on; those who have left by the book's end do not count, nor do those of
    accounts that are no customers then.
    """
    rows = book.at(book.months[-1]) if book.months else book.monthly.set_index("customer")
    rows = rows[rows["active"].eq(True)]
    known = typed("persons", persons[persons["customer"].isin(rows.index)])
    known = known[~days_before(known["left_on"], book.until).ge(0)]
    people = pd.Index(known["person"].dropna().unique())
    answered = people.isin(given["person"].dropna().unique())
    heard = rows.index.isin(given["customer"].unique())
    arr: Floats = rows["arr"].to_numpy("float64")
    whole = float(np.nansum(arr))
    return Reach(
        persons=estimates.share(int(answered.sum()), len(people)),
        customers=estimates.share(int(heard.sum()), len(rows)),
        arr=float(np.nansum(arr[heard])) / whole if whole > 0 else None,
    )


def trend(
    responses: pd.DataFrame, survey: str, days: Sequence[date], window: int = WINDOW, least_n: int = LEAST
) -> list[Answers]:
    """The survey as it stood at the close of each day."""
    return [summarise(answers(responses, day, window), survey, least_n) for day in days]
