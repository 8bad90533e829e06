"""Monthly books in a test's hand: a line per customer, ARR by month."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from scoring.metrics.book import Book, book

MONTHS = [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def book_of(arr: Mapping[str, list[float | None]], about: Mapping[str, Mapping[str, Any]] | None = None) -> Book:
    """``arr``: by customer, one value per month end; 0 = none then, NaN = a customer of unknown ARR, None = no row.

    ``about``: attributes by customer; those of the monthly rows hold in every month.
    """
    given = dict(about or {})
    rows = [
        {"customer": name, "month": month, "active": value != 0, "arr": value, **given.get(name, {})}
        for name, values in arr.items()
        for month, value in zip(MONTHS, values, strict=False)
        if value is not None
    ]
    until = MONTHS[max(map(len, arr.values()), default=1) - 1]
    customers = [{"customer": name, **given.get(name, {})} for name in arr]
    return book(pd.DataFrame(rows, columns=None if rows else ["customer"]), pd.DataFrame(customers), until, "EUR")


def at(month: int) -> pd.Timestamp:
    return pd.Timestamp(MONTHS[month])
