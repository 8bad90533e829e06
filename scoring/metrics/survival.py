"""How long things take when not all have happened yet: customer lifetime, and time to first value.

The curve is Kaplan and Meier's (1958), so that open cases count for as long as they were watched; its interval is
Greenwood's on the log–log scale, both by ``scipy.stats.ecdf``. Must not know what the days mean.
"""

import warnings
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from scoring.metrics.book import MONTH_DAYS, Book, cut
from scoring.metrics.estimates import Estimate, Floats


@dataclass(frozen=True, slots=True)
class Curve:
    """Share not yet done after each time; empty where nothing was watched."""

    times: tuple[float, ...]
    share: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    n: int
    open: int
    """Cases that had not happened when they were last watched."""
    median: Estimate
    """Unknown while less than half have happened; its interval may be open to one side (Brookmeyer & Crowley 1982)."""
    watched: float
    """The longest time that any case was watched."""

    def at(self, time: float) -> Estimate:
        """The share not yet done at a time; unknown beyond what was watched."""
        if not self.n or time > self.watched:
            return Estimate(None, n=self.n)
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            return Estimate(1.0, n=self.n)
        return Estimate(self.share[place], self.low[place], self.high[place], self.n)


NOTHING: Final = Curve((), (), (), (), 0, 0, Estimate(None), 0.0)


def curve(durations: Floats, happened: np.ndarray) -> Curve:
    """From durations (≥ 0; others are left out) and whether each ended by happening or is still open."""
    usable = np.isfinite(durations) & (durations >= 0)
    durations, happened = durations[usable], np.asarray(happened, bool)[usable]
    n, opened = len(durations), int((~happened).sum())
    if n == 0:
        return NOTHING
    longest = float(durations.max())
    if opened == n:
        return Curve((0.0, longest), (1.0, 1.0), (None, None), (None, None), n, n, Estimate(None, n=n), longest)
    fitted = stats.ecdf(stats.CensoredData(uncensored=durations[happened], right=durations[~happened])).sf
    times, share = fitted.quantiles, fitted.probabilities
    with warnings.catch_warnings():  # that it cannot be given while nobody is lost, or nobody is left, is known here
        warnings.simplefilter("ignore", RuntimeWarning)
        interval = fitted.confidence_interval(method="log-log")
    low, high = interval.low.probabilities, interval.high.probabilities
    if times[0] > 0:
        times, share, low, high = (
            np.r_[first, some] for first, some in ((0.0, times), (1.0, share), (1.0, low), (1.0, high))
        )
    median = Estimate(_crossing(times, share), _crossing(times, low), _crossing(times, high), n)
    return Curve(tuple(times.tolist()), tuple(share.tolist()), _known(low), _known(high), n, opened, median, longest)


def lifetimes(book: Book) -> Curve:
    """Months from becoming a customer to churning; who is still there is open."""
    months, ended = _lives(book.lives, book.until)
    return curve(months, ended)


def lifetimes_by(book: Book, name: str) -> dict[str, Curve]:
    """The same per value of a cut, as each customer's newest row as a customer says it."""
    return {str(value): curve(*_lives(rows, book.until)) for value, rows in book.lives.groupby(_newest(book, name))}


def time_to_first_value(book: Book, seen_until: date | None = None) -> Curve:
    """Days from becoming a customer to the first-value event; open: those who wait, or left without it.

    Only customers who were watched from their beginning; an event of before it counts as on the first day.
    ``seen_until``: the last day on which an event would have been seen, where that is before the book's end.
    """
    return _first_value(book.lives, _seen(book, seen_until))


def time_to_first_value_by(book: Book, name: str, seen_until: date | None = None) -> dict[str, Curve]:
    """The same per value of a cut, as each customer's newest row as a customer says it."""
    seen = _seen(book, seen_until)
    return {str(value): _first_value(rows, seen) for value, rows in book.lives.groupby(_newest(book, name))}


def _first_value(lives: pd.DataFrame, seen: pd.Timestamp) -> Curve:
    about = lives[lives["watched"].eq(True) & lives["customer_since"].le(seen)]
    came = about["first_value"].notna()
    last = about["churned_on"].fillna(seen).where(lambda day: day <= seen, seen)
    ended = about["first_value"].where(came, last)
    days = (ended - about["customer_since"]).dt.days.to_numpy("float64")
    return curve(np.where(came, np.maximum(days, 0.0), days), came.to_numpy(bool))


def _seen(book: Book, until: date | None) -> pd.Timestamp:
    return pd.Timestamp(min(until or book.until, book.until))


def _newest(book: Book, name: str) -> pd.Series:
    """Who is lost has no ARR any more, and so no segment made of it: what it was last as a customer counts."""
    there = book.monthly["active"].ne(False)
    order = book.monthly.assign(there=there).sort_values("there", kind="stable")
    newest = order.drop_duplicates("customer", keep="last").set_index("customer")
    return cut(newest[name].reindex(book.lives.index))


def _lives(rows: pd.DataFrame, until: object) -> tuple[Floats, np.ndarray]:
    churned = rows["churned_on"].notna().to_numpy(bool)
    last = rows["churned_on"].fillna(pd.Timestamp(str(until)))
    days = (last - rows["customer_since"]).dt.days.to_numpy("float64")
    return days / MONTH_DAYS, churned


def _crossing(times: Floats, share: Floats) -> float | None:
    """The first time at which half or less are left."""
    below = np.flatnonzero(share <= 0.5)
    return float(times[below[0]]) if len(below) else None


def _known(values: Floats) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(value) else float(value) for value in values)
