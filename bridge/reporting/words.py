"""Numbers as a reader sees them: shares, money, intervals, days; "unknown" where there is none."""

from collections.abc import Callable
from math import isnan
from typing import Final

import pandas as pd

from scoring.metrics.estimates import Estimate

UNKNOWN: Final = "unknown"


def share(value: float | None, digits: int = 1) -> str:
    return UNKNOWN if value is None else f"{100 * value:.{digits}f} %"


def money(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,.0f}"


def number(value: float | None, digits: int = 1) -> str:
    return UNKNOWN if value is None or isnan(value) else f"{value:,.{digits}f}"


def count(value: int, one: str, many: str = "") -> str:
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def interval(estimate: Estimate, said: Callable[[float | None], str] = share) -> str:
    """The 95 % interval; nothing where there is none."""
    if estimate.low is None and estimate.high is None:
        return ""
    low, high = ("…" if bound is None else said(bound) for bound in (estimate.low, estimate.high))
    return f"{low.removesuffix(' %')} to {high}"


def detail(estimate: Estimate, said: Callable[[float | None], str] = share) -> str:
    """What a number rests on: its interval and n."""
    parts = [f"95 %: {interval(estimate, said)}"] if interval(estimate, said) else []
    return ", ".join([*parts, f"n {estimate.n:,}"] if estimate.n else parts)


def month(at: pd.Timestamp) -> str:
    return at.strftime("%Y-%m") if at.is_month_end else at.strftime("%Y-%m-%d")
