"""``csbridge explain`` in a terminal: what its words rest on."""

from bridge.cli.explain import _going


def test_a_trend_says_that_it_is_of_weeks_where_the_last_days_went_the_other_way() -> None:
    trend = {"direction": "down", "change_7d": 7.6, "change_30d": None, "change_90d": None, "at_renewal": None}
    assert _going(trend) == ["trend down, by the medians of weeks; against single days: +7.6 in 7 days"]
    assert _going({**trend, "direction": None}) == []
