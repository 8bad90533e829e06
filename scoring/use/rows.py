"""The usage frame as numbers: per row the place of its customer, its age in days, and codes instead of names.

Rows dated later, or of nobody asked about, end here. Must not know any feature. Everything else in this package
works on these arrays in blocks, so that twenty million rows need little more memory than the arrays themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.use.sources import Sources, assess

HISTORY: Final = 480
"""Days of usage that whoever builds the frames hands over whole: 68 weeks, so that the season of a year ago is
there. Of the time before, a row may tell of the last use only: what began earlier than this is not known."""
BLOCK: Final = 1_000_000
"""Rows that are worked on at a time."""
OLDEST: Final = 32_000
"""Days beyond which use is simply old."""
SECONDS: Final = 86_400
MISSING: Final = np.iinfo(np.int64).min
"""What a missing day is as a number."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = NDArray[Any]
"""Small integers, as pandas or ourselves chose their width; −1 = no name."""


@dataclass(frozen=True)
class Rows:
    """Arrays of one length: what had been told of the customers of ``index`` by that day."""

    index: pd.Index
    who: Codes
    """Place in ``index``."""
    ago: Codes
    """Days before ``as_of``, never negative."""
    source: Codes
    person: Codes
    feature: Codes
    count: Floats
    used: Flags
    """A count above zero; a missing one is use, of unknown extent."""
    live: Flags
    """Told by a source that is alive."""
    sources: Sources
    people: int
    """How many names of persons there are."""
    features: pd.Index

    @property
    def size(self) -> int:
        return len(self.index)

    def amount(self, rows: Flags) -> Floats:
        """How often, of some rows; where the count is missing or infinite, at least once."""
        count = self.count[rows]
        return np.where(np.isfinite(count), count, 1.0)

    def earliest(self, rows: Flags) -> Floats:
        """Per customer the days since the first of those rows, NaN where there is none."""
        return _extreme(self, rows, np.maximum, -1)

    def latest(self, rows: Flags) -> Floats:
        """Per customer the days since the last of those rows, NaN where there is none."""
        return _extreme(self, rows, np.minimum, OLDEST + 1)

    def of(self, rows: Flags, feature: str) -> Flags:
        """Those of the rows that are about a feature."""
        if feature not in self.features:
            return np.zeros(len(rows), bool)
        found: Flags = rows & (self.feature == self.features.get_loc(feature))
        return found


def _extreme(rows: Rows, chosen: Flags, better: np.ufunc, start: int) -> Floats:
    result = np.full(rows.size, start, rows.ago.dtype)
    for part in blocks(len(chosen)):
        who, ago, some = rows.who[part], rows.ago[part], chosen[part]
        if not some.all():
            who, ago = who[some], ago[some]
        better.at(result, who.astype(np.intp), ago)
    return np.where(result == start, np.nan, result)


def gather(usage: pd.DataFrame, sources: pd.DataFrame, index: pd.Index, as_of: date) -> Rows:
    """The rows up to ``as_of`` of the customers in ``index``. Sources are judged by everybody's rows."""
    ago = _days_ago(usage["day"], as_of)
    source, names = coded(usage["source"])
    if (source < 0).any():  # rows that name no source are of one more source
        source, names = np.where(source < 0, len(names), source), names.astype(object).insert(len(names), None)
    judged = assess(names, source, ago, sources, as_of)
    person, persons = coded(usage["person"])
    feature, features = coded(usage["feature"])
    who, count = _places(usage["customer"].to_numpy(np.int64), index), usage["count"].to_numpy(np.float64)
    past = (who >= 0) & (ago >= 0)
    if not past.all():
        who, ago, source, person, feature, count = (
            column[past] for column in (who, ago, source, person, feature, count)
        )
    live = np.ones(len(who), bool) if judged.alive.all() else judged.alive[source]
    used = (count > 0) | np.isnan(count)
    return Rows(index, who, ago, source, person, feature, count, used, live, judged, len(persons), features)


def blocks(size: int) -> Iterator[slice]:
    for start in range(0, size, BLOCK):
        yield slice(start, min(start + BLOCK, size))


def coded(column: pd.Series) -> tuple[Codes, pd.Index]:
    """Codes and their names; −1 where there is none. A category has its codes already. An empty name is none."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, names = column.array.codes, pd.Index(column.array.categories)
    else:
        codes, names = pd.factorize(column)
        names = pd.Index(names)
    for blank in np.flatnonzero(np.asarray(names == "", dtype=bool)):
        codes = np.where(codes == blank, codes.dtype.type(-1), codes)
    return codes, names


def _days_ago(days: pd.Series, as_of: date) -> Codes:
    """Days before ``as_of``; −1 for what is dated later or not at all."""
    moments = days.to_numpy("datetime64[s]").view(np.int64)
    today = np.datetime64(as_of, "D").astype(np.int64)
    ago = np.empty(len(moments), np.int16)
    for part in blocks(len(moments)):
        some = moments[part]
        past = np.clip(today - some // SECONDS, -1, OLDEST)
        ago[part] = np.where(some == MISSING, -1, past)
    return ago


def _places(customer: Ints, index: pd.Index) -> Codes:
    """The place of each row's customer in ``index``, −1 for others. Ids that lie close together need no search."""
    ids = index.to_numpy(np.int64)
    low, high = (int(ids.min()), int(ids.max())) if len(ids) else (0, -1)
    span = high - low + 1
    if span > 4 * len(ids) + BLOCK:
        return index.get_indexer(pd.Index(customer)).astype(np.int32)
    table = np.full(span + 1, -1, np.int32)
    table[ids - low] = np.arange(len(ids), dtype=np.int32)
    places = np.empty(len(customer), np.int32)
    for part in blocks(len(customer)):
        some = customer[part]
        inside = (some >= low) & (some <= high)
        places[part] = table[np.where(inside, some - low, span)]
    return places
