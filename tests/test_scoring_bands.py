"""Bands: edges, margin, dwell, and what does not wait."""

from datetime import date, timedelta

import numpy as np
import pytest

from config.scorecards import Bands
from scoring.bands import BLANK, GREEN, RED, YELLOW, next_bands

BANDS = Bands(green=70, yellow=40, margin=2, dwell_days=3)
NOW = date(2026, 6, 1)


def band(score: float | None, old: int, held: int = 30, capped: bool = False, pulse: int = BLANK) -> int:
    value = np.array([np.nan if score is None else score])
    spoken = (np.array([capped]), np.array([pulse]))
    return int(next_bands(value, np.array([old]), np.array([held]), *spoken, BANDS)[0])


@pytest.mark.parametrize(
    ("score", "old", "new"),
    [
        (70, BLANK, GREEN), (69.9, BLANK, YELLOW), (40, BLANK, YELLOW), (39.9, BLANK, RED),
        (71.9, YELLOW, YELLOW), (72, YELLOW, GREEN), (68, GREEN, GREEN), (67.9, GREEN, YELLOW),
        (38, YELLOW, YELLOW), (37.9, YELLOW, RED), (41.9, RED, RED), (42, RED, YELLOW),
        (71, RED, YELLOW), (90, RED, GREEN), (39, GREEN, YELLOW), (5, GREEN, RED),
        (None, GREEN, BLANK), (None, BLANK, BLANK),
    ],
)  # fmt: skip
def test_edges_and_margin(score: float | None, old: int, new: int) -> None:
    assert band(score, old) == new


def test_a_band_lasts_its_days_but_not_against_a_cap_or_a_pulse() -> None:
    assert band(10, GREEN, held=2) == GREEN
    assert band(10, GREEN, held=3) == RED
    assert band(10, GREEN, held=0, capped=True) == RED
    assert band(69, GREEN, held=0, capped=True) == YELLOW
    assert band(41, RED, held=0, capped=True) == RED
    assert band(70, RED, held=0, pulse=GREEN) == GREEN
    assert band(None, GREEN, held=0, pulse=RED) == band(None, BLANK, pulse=RED) == RED
    assert band(None, GREEN, held=0) == BLANK


def test_a_score_that_wobbles_round_an_edge_changes_nothing() -> None:
    state, changes = GREEN, 0
    since = NOW
    for number in range(60):
        day = NOW + timedelta(days=number)
        new = band([68.5, 71.5][number % 2], state, held=(day - since).days)
        changes += new != state
        state, since = new, day if new != state else since
    assert changes == 0
