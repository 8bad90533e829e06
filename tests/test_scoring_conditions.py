"""A rule over a frame means the same as the rule row by row."""

import pandas as pd
import pytest

from config.rules import parse
from scoring.conditions import mask

FRAME = pd.DataFrame(
    {
        "number": [1.0, 2.5, None, float("inf"), -3.0],
        "word": ["a", "B", None, "c d", ""],
        "day": pd.to_datetime(["2026-01-01", None, "2026-01-02", "2026-01-03", "1999-12-31"]),
        "flag": pd.Series([True, False, None, True, None], dtype=object),
    },
    index=[9, 3, 5, 1, 7],
)
ROWS = [
    {"number": number, "word": word, "day": day, "flag": flag}
    for number, word, day, flag in zip(FRAME["number"], FRAME["word"], FRAME["day"], FRAME["flag"], strict=True)
]


@pytest.mark.parametrize("field", ["number", "word", "day", "flag", "absent"])
@pytest.mark.parametrize(
    "comparison",
    ["= 1", "!= 1", "< 2.5", "<= 2.5", "> 2", ">= -3", "in (1, 2.5)", "= a", "!= b", "in (a, 'c d')", "= true"]
    + [f"{op} 2026-01-02" for op in ("=", "!=", "<", ">=")],
)
def test_same_as_row_by_row(field: str, comparison: str) -> None:
    rule = parse(f"{field} {comparison}")
    result = mask(rule, FRAME)
    assert list(result) == [rule.holds(row) for row in ROWS]
    assert list(result.index) == list(FRAME.index)


def test_all_conditions_must_hold() -> None:
    assert list(mask(parse("number > 0 and day >= 2026-01-01"), FRAME)) == [True, False, False, True, False]
    assert mask(parse("all"), FRAME).all()
    assert len(mask(parse("number > 0"), FRAME.iloc[:0])) == 0
