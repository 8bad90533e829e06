"""What becomes of a model's logits: a straight line, unless what came true clearly bends; never one that falls."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.proof.additive import sigmoid
from scoring.proof.trusting import trust, trusted

CHANCE = np.random.default_rng(8)
SAID = CHANCE.normal(-1, 1.5, 6_000)
GRID = np.linspace(-8, 8, 200)


def came(truth: np.ndarray) -> np.ndarray:
    return (CHANCE.random(len(truth)) < sigmoid(truth)).astype(np.float64)


def test_a_line_that_was_too_bold_is_laid_flatter() -> None:
    line = trust(SAID, came(0.3 + 0.5 * SAID))
    assert len(line) == 2
    assert trusted(line, np.array([0.0, 2.0])) == pytest.approx([0.3, 1.3], abs=0.15)


def test_a_bend_that_the_rows_show_is_kept() -> None:
    """What is said beyond 0 is no likelier than at 0."""
    line = trust(SAID, came(np.minimum(1.5 * SAID, 0.0)))
    assert len(line) > 2
    assert sigmoid(trusted(line, np.array([-2.0, 0.0, 2.0]))) == pytest.approx([0.05, 0.5, 0.5], abs=0.06)


@given(st.lists(st.tuples(st.floats(-4, 4), st.booleans()), min_size=1, max_size=60))
def test_what_is_trusted_never_falls(rows: list[tuple[float, bool]]) -> None:
    said, truth = (np.array(some, dtype=np.float64) for some in zip(*rows, strict=True))
    found = trusted(trust(said, truth), GRID)
    assert np.isfinite(found).all()
    assert (np.diff(found) >= -1e-9).all()
