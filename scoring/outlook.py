"""From the closes that are kept of each customer to what its decision says of trend and renewal. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain, takewhile
from typing import Final

import numpy as np
import pandas as pd

from scoring.decision import NO_TREND, Close, Previous, Trend
from scoring.trend import trends

_FIRST: Final = date(1970, 1, 1).toordinal()
"""Day 0 of NumPy's calendar."""
SHOWN: Final = {
    "direction": "trend",
    "change_7d": "change_7d",
    "change_30d": "change_30d",
    "change_90d": "change_90d",
    "slope": "slope",
    "at_renewal": "expected",
    "least": "expected_low",
    "most": "expected_high",
}
"""What a decision says, by the column of ``scoring.trend.trends`` that it is."""


def outlooks(
    scores: pd.Series,
    versions: Mapping[int, str],
    previous: Mapping[int, Previous],
    renewal_in: pd.Series,
    as_of: date,
) -> dict[int, Trend]:
    """Of those of ``scores`` (health, by customer) of whom there is anything to say.

    ``versions``: of the card that decides today. What another card said before is no measure of today's score.
    """
    steps = closes(previous, versions)
    steps = steps[steps["customer"].isin(scores.index)]
    some = scores[scores.index.isin(steps["customer"])]
    if some.empty:
        return {}
    found = trends(steps, some, as_of, renewal_in)[list(SHOWN.values())].astype(object)
    rows = found.where(found.notna(), None).itertuples(index=True, name=None)
    made = {int(customer): Trend(*said) for customer, *said in rows}
    return {customer: trend for customer, trend in made.items() if trend != NO_TREND}


def closes(previous: Mapping[int, Previous], versions: Mapping[int, str]) -> pd.DataFrame:
    """The closes of all customers as steps: columns ``customer``, ``day``, ``score``; since its card is today's."""
    same = {customer: _of_one_card(state.closes, versions.get(customer)) for customer, state in previous.items()}
    kept = {customer: some for customer, some in same.items() if some}
    listed = list(chain.from_iterable(kept.values()))
    days = np.array([close.day.toordinal() - _FIRST for close in listed], dtype=np.int64)
    return pd.DataFrame(
        {
            "customer": np.repeat(np.array(list(kept), dtype=np.int64), [len(some) for some in kept.values()]),
            "day": days.astype("datetime64[D]").astype("datetime64[s]"),
            "score": np.array([np.nan if close.score is None else close.score for close in listed], dtype=np.float64),
        }
    )


def _of_one_card(some: Sequence[Close], version: str | None) -> list[Close]:
    """The last of the closes, as far back as that card decided."""
    return list(takewhile(lambda close: close.version == version, reversed(some)))[::-1]
