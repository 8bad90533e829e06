"""A card from history: taught by months that were over, judged on later ones, beside the present card."""

import numpy as np
import pandas as pd
import pytest

from config.scorecards import Scorecard, shipped_scorecard
from scoring.proof.history import common_sense, declared, learn_history, refused, split_in_time
from scoring.proof.timing import Embargo
from scoring.scorecard import check

HORIZON = 60


def panel(seed: int, *, told: float, present: float, customers: int = 150, months: int = 9) -> pd.DataFrame:
    """``told``: how far the features of the lost lie apart; ``present``: how far their present score does."""
    rng = np.random.default_rng(seed)
    size = customers * months
    lost = (rng.random(size) < 0.08).astype(float)
    return pd.DataFrame(
        {
            "customer": np.tile(np.arange(customers), months),
            "cut": np.repeat(pd.date_range("2024-01-31", periods=months, freq="ME").astype("datetime64[s]"), customers),
            "score": (60 + 15 * (rng.standard_normal(size) - present * lost)).clip(0, 100).round(1),
            "lost": lost,
            "active_trend": (1 + 0.3 * (rng.standard_normal(size) - told * lost)).clip(0),
            "days_since_touch": (30 + 12 * (rng.standard_normal(size) + told * lost)).clip(0).round(),
            "tickets_open": rng.integers(0, 4, size).astype(float),
            "champion": np.where(rng.random(size) < 0.1 + 0.2 * told * lost, "left", "present"),
        }
    )


@pytest.fixture(scope="module")
def cards() -> list[Scorecard]:
    return [shipped_scorecard("health")]


def test_a_card_that_beats_the_present_one_is_offered(cards: list[Scorecard]) -> None:
    taught = learn_history(panel(1, told=1.5, present=0.3), cards, HORIZON)
    assert taught.better, taught.because()
    assert "beats the present card" in taught.because()
    card = taught.lesson.card
    assert card is not None
    assert check(card) == []  # the engine can use it: numbers by curves, words by categories
    assert card.learnt is not None
    assert (card.learnt.judged, card.learnt.time_column, card.learnt.proven) == ("out of time", "cut", True)
    assert taught.until is not None
    assert taught.since is not None
    assert pd.Timestamp(taught.until) + pd.Timedelta(days=HORIZON) <= pd.Timestamp(taught.since)
    time = taught.lesson.time
    assert time is not None
    assert (time.embargo, time.left_out > 0) == (Embargo(HORIZON, "days"), True)


def test_a_card_that_is_no_better_is_refused_and_written_only_as_unproven(cards: list[Scorecard]) -> None:
    taught = learn_history(panel(1, told=0.6, present=3.0), cards, HORIZON)
    assert not taught.better
    assert "is behind the present card" in taught.because()
    card = refused(taught).card
    assert card is not None
    assert card.learnt is not None
    assert card.learnt.proven is False


def test_noise_teaches_nothing(cards: list[Scorecard]) -> None:
    taught = learn_history(panel(2, told=0.0, present=0.0), cards, HORIZON)
    assert not taught.better


def test_no_loss_is_on_both_sides_of_the_split() -> None:
    rows = panel(1, told=1.0, present=1.0)
    split = split_in_time(rows, HORIZON)
    assert split is not None
    earlier, later = split
    assert not (earlier & later).any()
    gap = rows.loc[later, "cut"].min() - rows.loc[earlier, "cut"].max()
    assert gap >= pd.Timedelta(days=HORIZON)
    assert split_in_time(rows.head(500), HORIZON) is None
    assert split_in_time(rows.assign(lost=0.0), HORIZON) is None


def test_directions_are_those_that_the_present_card_declares(cards: list[Scorecard]) -> None:
    found = declared(cards)
    assert found["active_trend"] == "up"
    assert found["days_since_touch"] == "down"
    assert "champion" not in found


def test_of_the_rest_the_shipped_cards_say_which_way_is_good() -> None:
    """Chance must not teach that paying late is good, where the present card says nothing of it."""
    assert common_sense()["pays_late_days"] == "down"  # a risk that rises
    assert common_sense()["seat_use"] == "up"
    rows = panel(1, told=1.0, present=1.0)
    rows["pays_late_days"] = 40.0 * (rows["lost"] == 0) + np.arange(len(rows)) % 7
    card = learn_history(rows, [], HORIZON).lesson.card
    assert card is not None
    assert all(measure.feature != "pays_late_days" for measure in card.measures.values())
