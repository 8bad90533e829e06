"""The monthly book: what each customer was at each month's end. The input of every number of the business.

Owns its columns and what makes a row unusable, which is named and never guessed at. Must not know where rows come
from; ``bridge.business.book`` builds them from the store, an analyst from any table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from numbers import Number
from typing import Final

import numpy as np
import pandas as pd

MONTHLY: Final[dict[str, str]] = {
    "customer": "object",  # any id
    "month": "datetime64[s]",  # the last day of the month (or the day up to which the book goes)
    "active": "object",  # True, False, None = unknown: whether it was a paying customer at that close
    "arr": "float64",  # per year, in the book's one currency; NaN = unknown. Of an inactive customer it counts as 0
    "segment": "object",
    "csm": "object",
    "industry": "object",
    "plan": "object",
    "unrated": "object",  # True: its ARR is in a currency without a rate: no sum that should hold it is known
}
"""One row per customer and month's end; who has none in a month that others have was no customer then. Attributes are
what was known of them then; None = unknown.
"""

CUSTOMERS: Final[dict[str, str]] = {
    "customer": "object",
    "name": "object",
    "customer_since": "datetime64[s]",
    "churned_on": "datetime64[s]",
    "first_value": "datetime64[s]",  # the day of the first-value event; NaT while it has not come
    "watched": "object",  # False: first value cannot be known, for its beginning was not seen. None counts as False
    "referred_by": "object",
    "gone": "object",  # True: no customer any more, though no churned_on says since when
}
"""One row per customer that ever was one."""

CUTS: Final = ("segment", "csm", "industry", "plan", "cohort")
NOBODY: Final = "(unknown)"
MONTH_DAYS: Final = 30.4375


@dataclass(frozen=True, slots=True)
class Problem:
    """Rows that could not be used as they are: what is wrong, how many, and some of the customers."""

    what: str
    rows: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """The checked book. ``months``: its days, oldest first, without gaps being filled."""

    monthly: pd.DataFrame
    """``MONTHLY`` and ``cohort`` (the month of ``customer_since``), once per customer and month, oldest first."""
    customers: pd.DataFrame
    """``CUSTOMERS`` but the id, which is the index."""
    until: date
    currency: str
    problems: tuple[Problem, ...]

    @property
    def months(self) -> list[pd.Timestamp]:
        return sorted(self.monthly["month"].unique())

    @property
    def whole(self) -> list[pd.Timestamp]:
        """Those of ``months`` that are the last day of a month: between them lie whole months. All, where none is: a
        table may name its months by another day."""
        return [month for month in self.months if month.is_month_end] or self.months

    @property
    def lives(self) -> pd.DataFrame:
        """The customers whose days say when they began and whether they have ended."""
        undated = self.customers["gone"].eq(True) & self.customers["churned_on"].isna()
        return self.customers[self.customers["customer_since"].notna() & ~undated]

    def at(self, month: pd.Timestamp) -> pd.DataFrame:
        """The rows of one month end, by customer."""
        return self.monthly[self.monthly["month"].eq(month)].set_index("customer")


def book(monthly: pd.DataFrame, customers: pd.DataFrame, until: date, currency: str = "USD") -> Book:
    """The book from rows of both kinds. Never raises for what a row holds: that is listed in ``problems``."""
    problems: list[Problem] = []
    about = _customers(_typed(customers, CUSTOMERS), until, problems)
    rows = _monthly(_typed(monthly, MONTHLY), until, problems)
    started = about["customer_since"].reindex(rows["customer"].to_numpy())
    cohort = started.dt.strftime("%Y-%m").astype("object").to_numpy()
    return Book(rows.assign(cohort=cohort), about, until, currency, tuple(problems))


def total(rows: pd.DataFrame) -> float | None:
    """The ARR of some customers together: of those who say it; unknown where nobody does, or a sum lacks its rate."""
    known = rows["arr"].dropna()
    return None if known.empty or rows["unrated"].eq(True).any() else float(known.sum())


def days(column: pd.Series) -> pd.Series:
    """Days from dates, times and ISO text; all else is missing: a number is no day, nor is 03/04/2026 a sure one."""
    if not pd.api.types.is_datetime64_any_dtype(column):
        column = column.astype("object")
        column = column.mask(column.map(lambda value: isinstance(value, Number) or value is None), None)
    found = pd.Series(pd.to_datetime(column, errors="coerce", utc=True, format="ISO8601"))
    return found.dt.tz_localize(None).dt.normalize().astype("datetime64[s]")


def years(start: pd.Timestamp, end: pd.Timestamp) -> float:
    """How long a period is: whole months where both are month ends, else its days."""
    if start.is_month_end and end.is_month_end:
        return ((end.year - start.year) * 12 + end.month - start.month) / 12
    return max((end - start).days, 0) / 365.25


def cut(values: pd.Series) -> pd.Series:
    """A column to group by, the unknown as a group of its own."""
    return values.astype("object").where(values.notna(), NOBODY).astype(str)


def _monthly(rows: pd.DataFrame, until: date, problems: list[Problem]) -> pd.DataFrame:
    rows = _without(rows, rows["customer"].isna() | rows["month"].isna(), "no customer or no month", problems)
    rows = _without(rows, rows["month"] > pd.Timestamp(until), "a month that has not come yet", problems)
    doubled = rows.duplicated(["customer", "month"], keep="last")
    rows = _without(rows, doubled, "a second row of the same customer and month; the last counts", problems)
    impossible = rows["arr"].lt(0) | np.isinf(rows["arr"])
    _note(rows, impossible, "ARR below zero or without end; unknown", problems)
    active = rows["active"].map(_yes_or_no).astype("object")
    rows = rows.assign(arr=rows["arr"].mask(impossible), active=active)
    return rows.sort_values("month", kind="stable", ignore_index=True)


def _customers(rows: pd.DataFrame, until: date, problems: list[Problem]) -> pd.DataFrame:
    rows = _without(rows, rows["customer"].isna(), "a customer without an id", problems)
    doubled = rows.duplicated("customer", keep="last")
    rows = _without(rows, doubled, "a second row of the same customer; the last counts", problems)
    for column in ("customer_since", "churned_on", "first_value"):
        future = rows[column] > pd.Timestamp(until)
        if column != "churned_on":  # a cancellation that is announced is known; it has not happened
            _note(rows, future, f"{column} lies in the future; unknown", problems)
        rows = rows.assign(**{column: rows[column].mask(future)})
    backwards = rows["churned_on"] < rows["customer_since"]
    _note(rows, backwards, "churned before it became a customer; both days unknown", problems)
    never = {name: rows[name].mask(backwards) for name in ("customer_since", "churned_on")}
    return rows.assign(**never).set_index("customer")


def _without(rows: pd.DataFrame, wrong: pd.Series, what: str, problems: list[Problem]) -> pd.DataFrame:
    _note(rows, wrong, what, problems)
    return rows[~wrong]


def _note(rows: pd.DataFrame, wrong: pd.Series, what: str, problems: list[Problem]) -> None:
    if wrong.any():
        some: Sequence[object] = rows.loc[wrong, "customer"].dropna().unique()[:5].tolist()
        problems.append(Problem(what, int(wrong.sum()), tuple(map(str, some))))


def _yes_or_no(value: object) -> bool | None:
    return bool(value) if value in (True, False) and value is not None else None


def _typed(given: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """The declared columns in their types; what cannot be read as its type is missing."""
    given = given.reindex(columns=list(columns)).reset_index(drop=True)
    return given.assign(**{name: _as(given[name], wanted) for name, wanted in columns.items()})


def _as(column: pd.Series, wanted: str) -> pd.Series:
    if wanted == "float64":
        return pd.Series(pd.to_numeric(column, errors="coerce")).astype("float64")
    if wanted == "datetime64[s]":
        return days(column)
    column = column.astype("object")
    return column.where(column.notna(), None)
