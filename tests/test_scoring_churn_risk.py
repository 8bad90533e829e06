import pytest

from config.learnt import Learnt
from config.scorecards import Scorecard, shipped_scorecard
from scoring.engine import _churn_risk


def learnt(**more: object) -> Scorecard:
    figures = {"auc": 0.8, "auc_interval": (0.7, 0.9), "brier": 0.1, "brier_interval": (0.08, 0.12)}
    told = Learnt.model_validate(
        {
            "label": "lost", "positive": "1", "rows": 100, "events": 30, "base_rate": 0.3, "judged": "folds",
            "judged_rows": 100, "verdict": "beats", "red_catches": 0.5, "data": "x",
            "calibration": [[0, 0.9], [100, 0.1]], **figures, **more,
        }
    )  # fmt: skip
    return shipped_scorecard("health").model_copy(update={"learnt": told})


@pytest.mark.parametrize(
    ("card", "score", "wanted"),
    [
        (learnt(), 50.0, 50.0),
        (learnt(), None, None),
        (learnt(proven=False), 50.0, None),
        (learnt(good=True, calibration=[[0, 0.1], [100, 0.8]]), 100.0, 20.0),
        (shipped_scorecard("health"), 50.0, None),
    ],
    ids=["learnt", "no score", "forced without proof", "of good news", "by hand"],
)
def test_a_probability_is_said_only_where_it_was_proven(card: Scorecard, score: float | None, wanted: object) -> None:
    assert _churn_risk(card, score) == wanted
