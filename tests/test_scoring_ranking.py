"""AUC, Brier, lift and their resamples: against scikit-learn, and against rows written out twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from scoring.proof import ranking

rows = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=60)


def arrays(given_rows: list[tuple[int, bool]]) -> tuple[ranking.Floats, ranking.Floats]:
    values, happened = zip(*given_rows, strict=True)
    return np.array(values, dtype=np.float64), np.array(happened, dtype=np.float64)


@given(rows)
def test_auc_is_that_of_scikit_learn(given_rows: list[tuple[int, bool]]) -> None:
    values, happened = arrays(given_rows)
    if 0 < happened.sum() < len(happened):
        assert ranking.auc(values, happened) == pytest.approx(roc_auc_score(happened, values))
    else:
        assert np.isnan(ranking.auc(values, happened))


@given(rows, st.randoms(use_true_random=False))
def test_weights_stand_for_rows_written_several_times(given_rows: list[tuple[int, bool]], chance: object) -> None:
    values, happened = arrays(given_rows)
    weights = np.array([len(str(chance)) % 2 + at % 3 for at in range(len(values))], dtype=np.float64)
    again = np.repeat(np.arange(len(values)), weights.astype(int))
    found, written = ranking.ranked(values, happened).auc(weights), ranking.auc(values[again], happened[again])
    assert found == pytest.approx(written, nan_ok=True)


def test_only_rows_of_one_fold_are_compared() -> None:
    values, happened = np.array([0.1, 0.2, 10.1, 10.2]), np.array([0.0, 1.0, 0.0, 1.0])
    assert ranking.auc(values, happened) == 0.75
    assert ranking.ranked(values, happened, np.array([0, 0, 1, 1])).auc() == 1.0


def test_lift_of_the_top_tenth() -> None:
    happened = np.array([1.0] + [0.0] * 9 + [1.0] + [0.0] * 9)
    assert ranking.lift(happened, np.ones(20), np.arange(20)) == pytest.approx(5.0)


def test_groups_are_drawn_whole() -> None:
    groups = np.array([7, 7, 3, 3, 3])
    for weights in ranking.resamples(5, groups, times=20):
        assert weights[0] == weights[1]
        assert weights[2] == weights[3] == weights[4]


def test_resamples_repeat() -> None:
    first, second = (np.array(list(ranking.resamples(10, times=5))) for _ in range(2))
    assert (first == second).all()
