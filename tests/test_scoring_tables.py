"""Any table scored by any card: pieces, unknowns, words, caps, reasons."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.scorecards import Scorecard
from scoring.scorecard import score_frame
from scoring.tables import readable, score_table, together, unfit

CARD = Scorecard.model_validate(
    {
        "purpose": "health",
        "min_coverage": 0.3,
        "measures": {
            "Größe": {"feature": "Größe", "group": "g", "weight": 2, "curve": [[0, 0], [10, 100]]},
            "plan": {"feature": "plan", "group": "g", "weight": 1, "categories": {"free": 0, "Pro": 100}},
            "late": {"feature": "late", "group": "g", "weight": 1, "curve": [[0, 100], [5, 0]], "missing": 40},
        },
        "caps": [{"if": "late > 4 and status = open", "at_most": 39, "because": "a bill is long overdue"}],
    }
)

cells = st.fixed_dictionaries(
    {
        "Größe": st.sampled_from(["0", "5", "10", "1,000", "", "NA", "x", None]),
        "plan": st.sampled_from(["free", "PRO", "gold", "", None]),
        "late": st.sampled_from(["0", "3", "9", " ", None]),
        "status": st.sampled_from(["open", "Open", "closed", None]),
    }
)


def test_scores_bands_and_reasons() -> None:
    rows = pd.DataFrame(
        {
            "Größe": ["10", "1", "", "5"],
            "plan": ["pro", "free", "gold", None],
            "late": ["0", "5", "", "9"],
            "status": "open",
        }
    )
    scored = score_table(rows, CARD)
    assert scored["score"].iloc[0] == 100.0
    assert scored["band"].tolist() == ["green", "red", "unknown", "red"]
    assert scored["reasons"].iloc[1].startswith("Größe: 1.")
    assert np.isnan(scored["score"].iloc[2])
    assert "Not enough data" in scored["reasons"].iloc[2]
    assert scored["score"].iloc[3] < 39
    assert scored["coverage"].tolist() == [100.0, 100.0, 0.0, 75.0]


def test_a_cap_speaks_first() -> None:
    rows = pd.DataFrame({"Größe": ["10"], "plan": ["pro"], "late": ["5"], "status": ["open"]})
    scored = score_table(rows, CARD)
    assert scored["score"].iloc[0] == 39.0
    assert scored["reasons"].iloc[0].startswith("Held at 39: a bill is long overdue.")


def test_what_the_card_cannot_use_is_counted() -> None:
    rows = pd.DataFrame({"Größe": ["1", "x", "y", None], "plan": ["gold", "gold", "free", ""]})
    found = unfit(rows, CARD)
    assert found.absent == ("late", "status")
    assert found.unheard == {"plan": {"gold": 2}}
    assert found.not_numbers == {"Größe": 2}
    assert together([found, found]).unheard == {"plan": {"gold": 4}}


@given(st.lists(cells, min_size=1, max_size=12), st.integers(1, 5))
def test_pieces_order_and_repetition_do_not_matter(rows: list[dict[str, object]], size: int) -> None:
    table = pd.DataFrame(rows, dtype=object)
    whole = score_table(table, CARD)
    pieces = pd.concat([score_table(table.iloc[at : at + size], CARD) for at in range(0, len(table), size)])
    pd.testing.assert_frame_equal(whole, pieces)
    pd.testing.assert_frame_equal(score_table(table.iloc[::-1], CARD), whole.iloc[::-1])


@given(st.lists(cells, min_size=1, max_size=12))
def test_contributions_add_up_to_the_score(rows: list[dict[str, object]]) -> None:
    table = pd.DataFrame(rows, dtype=object)
    scored = score_frame(readable(table, CARD), CARD)
    total = (scored.points.sum(axis=1) + scored.capped) / 10
    known = ~np.isnan(scored.score)
    assert total[known] == pytest.approx(score_table(table, CARD)["score"].to_numpy()[known])


@pytest.mark.parametrize("column", ["Größe", "plan", "late", "status"])
def test_a_column_of_nothing_never_raises(column: str) -> None:
    rows = pd.DataFrame({"Größe": [1.0, 2.0], "plan": ["pro", "free"], "late": [0, 1], "status": ["open", None]})
    score_table(rows.assign(**{column: np.nan}), CARD)
    score_table(rows.drop(columns=column), CARD)
    score_table(rows.head(0), CARD)
