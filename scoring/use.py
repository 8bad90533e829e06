"""What product usage says about each customer, in one pass over the daily totals.

Owns the watermark rule: no rows is not no use. While a source is alive, a customer it has seen before and
does not mention now has zero use; a customer it never saw, or a source gone quiet, means unknown.
Must not know curves or weights.
"""

from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.days import days_before

RECENT: Final = 28
"""Days of the recent window. Windows are whole weeks, so that weekends weigh the same in each."""
BASELINE: Final = 84
"""Days before the recent window that make a customer's own baseline, at most."""
LEAST_BASELINE: Final = 28
STALE_AFTER: Final = 7.0
"""Days without any row after which a source no longer counts as alive, where nothing else is set."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def summarise(usage: pd.DataFrame, sources: pd.DataFrame, index: pd.Index, as_of: date) -> pd.DataFrame:
    """A row per customer of ``index``; NaN throughout where use is unknown.

    ``persons``, ``persons_before``: distinct persons in the last 28 days, and in the 28 before;
    ``features``: distinct features in 28 days; ``user_days``, ``baseline``: days on which a person used the
    product, summed over persons, in 28 days, and per 28 days of the up to 84 days before; ``last``: days
    since the last use in any source (``ever``: whether there was one, 1 or 0); ``watermark``: days since the
    newest row of the customer's live sources.
    """
    ago = days_before(usage["day"], as_of).to_numpy()
    source, lag, alive = _sources(usage["source"], ago, sources, as_of)
    who = index.get_indexer(pd.Index(usage["customer"])).astype(np.int64)
    past = (who >= 0) & (ago >= 0)
    usage, who, ago, source = usage[past], who[past], ago[past], source[past]
    count = usage["count"].to_numpy(np.float64)
    used = (count > 0) | np.isnan(count)
    live = alive[source]
    size = len(index)
    known = np.bincount(who[live], minlength=size) > 0
    persons, features = pd.factorize(usage["person"])[0], pd.factorize(usage["feature"])[0]
    rows = live & used
    recent, before = rows & (ago < RECENT), rows & (ago >= RECENT) & (ago < 2 * RECENT)
    first = _extreme(np.maximum, who[live], ago[live], size, -1)
    last = _extreme(np.minimum, who[used], ago[used], size, np.inf)
    columns = {
        "persons": _distinct_named(who, persons, recent, size),
        "persons_before": np.where(first >= RECENT, _distinct_named(who, persons, before, size), np.nan),
        "features": _distinct_named(who, features, recent, size),
        "user_days": _user_days(who, persons, ago, recent, size),
        "baseline": _baseline(who, persons, ago, rows, first),
        "last": np.where(np.isfinite(last), last, first),
        "ever": np.isfinite(last).astype(np.float64),
        "watermark": _extreme(np.minimum, who[live], lag[source][live], size, np.inf),
    }
    return pd.DataFrame({name: np.where(known, values, np.nan) for name, values in columns.items()}, index=index)


def _sources(column: pd.Series, ago: Floats, sources: pd.DataFrame, as_of: date) -> tuple[Ints, Floats, Flags]:
    """Per row the number of its source; per source the age of its newest row, and whether it is alive.

    The age comes from ``sources`` (over all customers, these or others). Where that is missing or lies in
    the future, the newest past row at hand counts.
    """
    codes, names = pd.factorize(column, use_na_sentinel=False)
    stated = sources.drop_duplicates("source").set_index("source").reindex(names)
    lag = days_before(stated["newest"], as_of).to_numpy()
    past = ago >= 0
    seen = _extreme(np.minimum, codes[past], ago[past], len(names), np.inf)
    lag = np.where(lag >= 0, lag, seen)
    limit = stated["stale_after_days"].fillna(STALE_AFTER).to_numpy(np.float64)
    return codes, lag, lag <= limit


def _extreme(better: np.ufunc, who: Ints, values: Floats, size: int, start: float) -> Floats:
    result = np.full(size, start, dtype=np.float64)
    better.at(result, who, values)
    return result


def _distinct_named(who: Ints, codes: Ints, rows: Flags, size: int) -> Floats:
    """Distinct names per customer; unknown where there are rows and none is named; 0 without rows."""
    named = rows & (codes >= 0)
    pairs = pd.unique(who[named] * (codes.max(initial=0) + 1) + codes[named])
    found = np.bincount(pairs // (codes.max(initial=0) + 1), minlength=size).astype(np.float64)
    anonymous = (np.bincount(who[rows], minlength=size) > 0) & (found == 0)
    return np.where(anonymous, np.nan, found)


def _user_days(who: Ints, persons: Ints, ago: Floats, rows: Flags, size: int) -> Floats:
    """Distinct (person, day) pairs per customer; all unnamed rows of a day count as one person's."""
    wide = persons.max(initial=0) + 2
    pairs = who[rows] * wide + persons[rows] + 1
    span = RECENT + BASELINE
    keys = pd.unique(pairs * span + ago[rows].astype(np.int64))
    return np.bincount(keys // span // wide, minlength=size).astype(np.float64)


def _baseline(who: Ints, persons: Ints, ago: Floats, rows: Flags, first: Floats) -> Floats:
    """User days per 28 days before the recent ones: over whole weeks since the customer was first seen.

    NaN with less than four weeks: there is nothing to compare with. Weeks without use are 0.
    """
    weeks = np.floor(np.maximum(first - RECENT + 1, 0) / 7) * 7
    span = np.minimum(weeks, BASELINE)
    inside = rows & (ago >= RECENT) & (ago < (RECENT + span)[who])
    total = _user_days(who, persons, ago, inside, len(first))
    return np.where(span >= LEAST_BASELINE, total * RECENT / np.maximum(span, 1), np.nan)
