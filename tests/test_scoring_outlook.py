"""What a decision says of trend and renewal, from the closes that were kept."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from config.scorecards import Scorecard
from scoring.decision import NO_TREND, Close, Previous, Trend
from scoring.engine import decide
from scoring.frames import empty_frames, frame
from scoring.outlook import closes, outlooks
from scoring.policy import Policy

DAY = date(2026, 6, 1)


CARD = "health-1"


def held(*scores: float | None, version: str = CARD) -> Previous:
    """Closes of the days before DAY, the last score yesterday's."""
    days = [DAY - timedelta(days=len(scores) - place) for place in range(len(scores))]
    closed = zip(days, scores, strict=True)
    return Previous("green", DAY, closes=tuple(Close(day, score, version) for day, score in closed))


def test_closes_become_steps() -> None:
    made = closes({1: held(50.0, None), 2: held(), 3: held(7.5)}, dict.fromkeys((1, 2, 3), CARD))
    assert made["customer"].tolist() == [1, 1, 3]
    assert made["day"].tolist()[0] == pd.Timestamp(2026, 5, 30)
    assert made["score"].isna().tolist() == [False, True, False]
    assert closes({}, {}).empty


def test_who_has_no_history_is_left_out() -> None:
    scores = pd.Series([60.0, 60.0, 60.0], index=[1, 2, 4])
    previous = {1: held(*[90 - day for day in range(30)]), 2: held(), 3: held(1.0), 4: held(60.0)}
    versions = dict.fromkeys((1, 2, 3, 4), CARD)
    made = outlooks(scores, versions, previous, pd.Series(dtype="float64"), DAY)
    assert made == {1: Trend("down", -7.0, -30.0, None, -30.0, None, None, None)}
    assert outlooks(scores, versions, {}, pd.Series(dtype="float64"), DAY) == {}


def test_what_another_card_said_is_no_measure() -> None:
    old, new = held(*[90.0] * 20, version="health-0").closes, held(*[60.0] * 20).closes
    before = tuple(replace(close, day=close.day - timedelta(days=20)) for close in old)
    switched = replace(held(), closes=(*before, *new))
    scores, nothing = pd.Series([60.0], index=[1]), pd.Series(dtype="float64")
    made = outlooks(scores, {1: CARD}, {1: switched}, nothing, DAY)[1]
    assert (made.direction, made.change_7d, made.change_30d) == ("flat", 0.0, None)
    assert outlooks(scores, {1: "health-0"}, {1: switched}, nothing, DAY) == {}


def test_a_decision_says_where_its_score_is_going() -> None:
    measure = {"feature": "nps_latest", "group": "g", "weight": 1, "curve": [[0, 0], [10, 100]]}
    card = Scorecard.model_validate({"purpose": "health", "measures": {"m": measure}})
    rows = {
        "customers": [
            {"customer": id, "status": "customer", "renewal_date": DAY + timedelta(days=30)} for id in (1, 2)
        ],
        "responses": [{"customer": id, "person": "a", "survey": "nps", "score": 6, "day": DAY} for id in (1, 2)],
    }
    frames = replace(empty_frames(DAY), **{name: frame(name, found) for name, found in rows.items()})
    steady = held(*[60.0] * 60, version=card.version)
    first, second = decide(frames, Policy(cards={"health": (card,)}, flags={}), {1: steady})
    assert first.trend == Trend("flat", 0.0, 0.0, None, 0.0, 60.0, first.trend.least, first.trend.most)
    assert (first.trend.least or 0) < 60 < (first.trend.most or 0)
    assert second.trend == NO_TREND
