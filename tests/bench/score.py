"""Scoring beside a bare NumPy weighted mean: the card over features, and whole decisions from frames."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from machine import allocated, seconds
from report import Line, megabytes
from report import seconds as shown

from config.flags import FLAG_DAYS
from config.scorecards import Measure, Scorecard, shipped_scorecard
from scoring.bands import Banded, decide_bands
from scoring.decision import Previous
from scoring.engine import decide
from scoring.features.table import FEATURES
from scoring.frames import COLUMNS, Frames, empty_frames
from scoring.frames import frame as rows_frame
from scoring.measures import scores
from scoring.policy import one_card
from scoring.scorecard import ScoredFrame, score_frame

AS_OF = date(2026, 6, 1)
UNKNOWN = 0.15
"""Share of the features that are missing."""

USAGE, TOUCHES, SOME = 12, 4, 2
"""Rows per customer of usage, of activities, and of each other frame."""


@dataclass(frozen=True, slots=True)
class Book:
    """Customers as the card takes them, and the same as a bare matrix of 0–100 scores."""

    card: Scorecard
    features: pd.DataFrame
    ages: pd.DataFrame
    pulse: pd.Series
    previous: dict[int, Previous]
    matrix: np.ndarray
    weights: np.ndarray


def measure(customers: int, decided: int, repetitions: int) -> list[Line]:
    """``customers`` through the card from features; ``decided`` of them through the whole engine from frames."""
    found = book(customers)
    mean = seconds(lambda: weighted_mean(found.matrix, found.weights), 3 * repetitions)
    card = seconds(lambda: by_card(found), 3 * repetitions)
    held, bare_held = allocated(lambda: by_card(found)), allocated(lambda: weighted_mean(found.matrix, found.weights))
    size = f"{customers:,} × {found.matrix.shape[1]}"
    lines = [
        Line(
            f"score, bands and contributions of {customers:,} customers from features",
            shown(card),
            f"bare NumPy weighted mean of {size}: {shown(mean)}",
            card / mean,
            also=f"{customers / card:,.0f} customers/s",
        ),
        Line(
            "the same, peak memory beyond its input",
            megabytes(held),
            f"the mean's: {megabytes(bare_held)}",
            held / bare_held,
            also=f"the matrix alone is {megabytes(found.matrix.nbytes)}",
        ),
    ]
    given, flags = frames(decided), dict.fromkeys(FLAG_DAYS)
    some = {id: state for id, state in found.previous.items() if id < decided}
    whole = seconds(lambda: decide(given, one_card(found.card, flags), some), repetitions)
    per_mean = whole / decided / (mean / customers)
    rows = sum(len(getattr(given, name)) for name in COLUMNS)
    lines.append(
        Line(
            f"whole decisions (features, flags, reasons in words) of {decided:,} customers from frames",
            shown(whole),
            f"the mean of as many: {shown(mean * decided / customers)}",
            per_mean,
            also=f"{decided / whole:,.0f} customers/s, {rows:,} rows of input",
        )
    )
    return lines


def by_card(given: Book) -> tuple[ScoredFrame, Banded]:
    """What the engine does between features and words."""
    scored = score_frame(given.features, given.card, given.ages, given.pulse)
    return scored, decide_bands(scored, given.card.bands, given.previous, AS_OF)


def weighted_mean(matrix: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The least that a scorecard with unknowns can be: Σ w s ÷ Σ w over what is known."""
    known = ~np.isnan(matrix)
    return np.where(known, matrix, 0.0) @ weights / (known @ weights)


def book(customers: int, seed: int = 1) -> Book:
    """Random customers for the shipped health card."""
    dice, card = np.random.default_rng(seed), shipped_scorecard("health")
    index = pd.RangeIndex(customers, name="customer")
    features = pd.DataFrame(
        {each.feature: _values(each, customers, dice) for each in card.measures.values()}, index=index
    )
    features["tickets_escalated_open_days"] = dice.integers(0, 12, customers).astype(np.float64)
    aged = [each.feature for each in card.measures.values() if FEATURES[each.feature].age]
    measures = list(card.measures.values())
    return Book(
        card=card,
        features=features,
        ages=pd.DataFrame({name: dice.integers(0, 400, customers).astype(np.float64) for name in aged}, index=index),
        pulse=pd.Series(_sparse(np.array(["green", "red"]), customers, dice, 0.99), index=index),
        previous=_previous(customers, dice),
        matrix=np.column_stack([scores(each, features[each.feature]) for each in measures]),
        weights=np.array([each.weight for each in measures]),
    )


def _values(each: Measure, customers: int, dice: np.random.Generator) -> np.ndarray:
    if each.curve is None:
        return _sparse(np.array(sorted(map(str, each.categories or {}))), customers, dice, UNKNOWN)
    lowest, highest = each.curve[0][0], each.curve[-1][0]
    values = dice.uniform(lowest, highest, customers)
    return np.where(dice.random(customers) < UNKNOWN, np.nan, values)


def _sparse(words: np.ndarray, size: int, dice: np.random.Generator, missing: float) -> np.ndarray:
    chosen = words.astype(object)[dice.integers(0, len(words), size)]
    chosen[dice.random(size) < missing] = None
    return chosen


def _previous(customers: int, dice: np.random.Generator) -> dict[int, Previous]:
    bands, held = dice.integers(0, 3, customers).tolist(), dice.integers(1, 60, customers).tolist()
    names = ("green", "yellow", "red")
    states = zip(bands, held, strict=True)
    return {id: Previous(names[band], AS_OF - timedelta(days=days)) for id, (band, days) in enumerate(states)}


def frames(customers: int, seed: int = 1) -> Frames:
    """Frames about random customers, as the engine hands them to scoring."""
    dice = np.random.default_rng(seed)
    everybody = np.arange(customers)

    def of(name: str, each: int, **columns: object) -> pd.DataFrame:
        given = {"customer": np.repeat(everybody, each), **columns}
        return pd.DataFrame({column: given.get(column) for column in COLUMNS[name]}).astype(COLUMNS[name])

    def words(size: int, *choice: str | None) -> np.ndarray:
        return np.array(choice, dtype=object)[dice.integers(0, len(choice), size)]

    def days(size: int, least: int, most: int) -> np.ndarray:
        return np.datetime64(AS_OF, "s") - dice.integers(least, most, size) * np.timedelta64(86_400, "s")

    people = np.array([f"p{number}" for number in range(5)], dtype=object)
    used, touched, some = USAGE * customers, TOUCHES * customers, SOME * customers
    return replace(
        empty_frames(AS_OF),
        customers=pd.DataFrame(
            {
                "status": "customer",
                "seats_bought": dice.integers(3, 40, customers).astype(np.float64),
                "renewal_date": days(customers, -400, 0),
            },
            index=pd.Index(everybody, name="customer"),
        ).reindex(columns=list(COLUMNS["customers"])).astype(COLUMNS["customers"]),
        persons=of("persons", SOME, person=people[np.arange(some) % 5], role=words(some, "champion", "user")),
        usage=of(
            "usage", USAGE, source="app", person=people[dice.integers(0, 5, used)],
            feature=words(used, "a", "b", "c", "d"), day=days(used, 0, 120), count=np.ones(used),
        ),
        tickets=of(
            "tickets", SOME, ticket=np.arange(some).astype(str).astype(object),
            status=words(some, "open", "closed"), opened=days(some, 0, 60), escalated=words(some, None, None, True),
        ),
        responses=of(
            "responses", SOME, person=people[np.arange(some) % 5], survey="nps",
            score=dice.integers(4, 11, some).astype(np.float64), day=days(some, 0, 400),
        ),
        activities=of(
            "activities", TOUCHES, activity=np.arange(touched).astype(str).astype(object),
            person=people[dice.integers(0, 5, touched)], kind=words(touched, "call", "email", "meeting"),
            day=days(touched, 0, 200),
        ),
        deals=of(
            "deals", SOME, deal=np.arange(some).astype(str).astype(object), kind="renewal",
            status=words(some, "open", "won"), opened=days(some, 100, 400), closes=days(some, -200, 200),
        ),
        sources=rows_frame("sources", [{"source": "app", "newest": AS_OF, "stale_after_days": 7}]),
    )  # fmt: skip
