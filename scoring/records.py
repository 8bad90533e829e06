"""Records about customers as plain columns, and what is counted, summed or found of each customer's.

A step on a data frame costs tens of microseconds however few its rows are, and features take hundreds of steps: about a
handful of customers, an event's, that is all the time there is. Must not know any feature.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Column = NDArray[Any]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Records:
    """``columns`` of one length; what is missing is None, of numbers NaN, of days NaT.

    ``place``: where the customer of each record stands among the ``size`` customers that are asked about.
    """

    columns: Mapping[str, Column]
    place: Places
    size: int

    def __len__(self) -> int:
        return len(self.place)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def where(self, chosen: Flags | Places) -> "Records":
        """Some of them: by a mark for each, or by their numbers, in that order."""
        return Records({name: column[chosen] for name, column in self.columns.items()}, self.place[chosen], self.size)

    def having(self, **columns: Column) -> "Records":
        """With more columns, or other ones."""
        return Records({**self.columns, **columns}, self.place, self.size)

    def said(self, name: str) -> Flags:
        """Whether each of them says that."""
        return is_said(self[name])

    def frame(self, index: pd.Index) -> pd.DataFrame:
        """As a data frame, with the column ``customer``; ``index``: the customers that were asked about."""
        columns = {name: pd.Series(column, dtype=column.dtype) for name, column in self.columns.items()}
        return pd.DataFrame({"customer": index.to_numpy()[self.place], **columns})

    # what is found of each customer

    def any(self) -> Flags:
        """Whether it has any."""
        found = np.zeros(self.size, dtype=np.bool_)
        found[self.place] = True
        return found

    def number(self) -> Floats:
        return np.bincount(self.place, minlength=self.size).astype(np.float64)

    def total(self, name: str) -> Floats:
        """The sum of what is known, the least first: neither their order shows in it nor who else is there. NaN where
        nothing is known.
        """
        known = self._known(name)
        order = np.argsort(known[name], kind="stable")
        sums = np.bincount(known.place[order], weights=known[name][order], minlength=self.size).astype(np.float64)
        return np.where(known.any(), sums, np.nan)

    def mean(self, name: str) -> Floats:
        return np.asarray(self.total(name) / np.maximum(self._known(name).number(), 1))

    def median(self, name: str) -> Floats:
        found = pd.Series(self[name]).groupby(self.place).median().reindex(range(self.size))
        return found.to_numpy().astype(np.float64)

    def _known(self, name: str) -> "Records":
        known = ~np.isnan(self[name])
        return self if known.all() else self.where(known)

    def least(self, name: str) -> Floats:
        """NaN where none is known."""
        return _extreme(self, name, np.minimum, np.inf)

    def most(self, name: str) -> Floats:
        return _extreme(self, name, np.maximum, -np.inf)

    def firsts(self, name: str) -> Column:
        """What the first of each customer's says: None, or NaN, where it has none."""
        column = self[name]
        found = np.full(self.size, None if column.dtype == object else np.nan, dtype=column.dtype)
        found[self.place[::-1]] = column[::-1]
        return found

    # which of them

    def by(self, *keys: Column) -> "Records":
        """In the order of the keys, numbers all, the first one deciding; unknown last, and as they came where equal."""
        return self.where(np.lexsort(keys[::-1]))

    def again(self, *names: str) -> Flags:
        """Whether each says the same in those columns as an earlier one of its customer."""
        codes: Column = self.place
        for name in names:
            more, found = pd.factorize(self[name])
            codes = pd.factorize(codes)[0] * (len(found) + 1) + more + 1
        return np.asarray(pd.Index(codes).duplicated())

    def once(self, *names: str) -> "Records":
        """The first of those that say the same."""
        return self.where(~self.again(*names)) if len(self) else self

    def of(self, others: "Records", name: str) -> "Records":
        """Those that name what one of the others of the same customer does."""
        if not len(self) or not len(others):
            return self.where(np.zeros(len(self), dtype=np.bool_))
        code, found = pd.factorize(np.concatenate([self[name], others[name]]))
        key = np.concatenate([self.place, others.place]) * (len(found) + 1) + code
        mine, theirs = np.split(key, [len(self)])
        named, naming = np.split(code >= 0, [len(self)])
        return self.where(named & np.isin(mine, theirs[naming]))


def records(rows: pd.DataFrame, index: pd.Index) -> Records:
    """Those rows that are about a customer of ``index``, which holds each once."""
    place = index.get_indexer(pd.Index(rows["customer"]))
    columns = {str(name): plain(column) for name, column in rows.items() if name != "customer"}
    found = Records(columns, place, len(index))
    return found if (place >= 0).all() else found.where(place >= 0)


def plain(column: pd.Series) -> Column:
    """The values; among words and marks what is missing is None."""
    values: Column = column.to_numpy()
    return only(is_said(values), values) if values.dtype == object else values


def only(holds: Flags, words: Column) -> Column:
    """The words where it holds, else None."""
    found = np.full(len(holds), None, dtype=object)
    found[holds] = words[holds]
    return found


def is_in(column: Column, words: Collection[str]) -> Flags:
    """Where a column says one of a few words."""
    return np.asarray(np.logical_or.reduce([column == word for word in words]))


def is_marked(column: Column, mark: bool) -> Flags:
    """Where a column of yes and no says that one; what is missing says neither."""
    return np.asarray(column == mark)


def by_value(column: Column, made: Callable[[Any], object]) -> Column:
    """Each different value made into another once; what is missing stays so (None)."""
    codes, values = pd.factorize(column)
    found = np.empty(len(values) + 1, dtype=object)
    found[: len(values)] = [made(value) for value in values]
    return found[codes]  # the last one, None, is that of code −1


def is_said(column: Column) -> Flags:
    """Where a column is not missing."""
    return np.asarray(~pd.isna(column))


def _extreme(rows: Records, name: str, better: np.ufunc, start: float) -> Floats:
    values = np.asarray(rows[name], dtype=np.float64)
    known = ~np.isnan(values)
    found = np.full(rows.size, start)
    better.at(found, rows.place[known], values[known])
    return np.where(found == start, np.nan, found)
