"""Who used the product on which day: distinct persons and user days, by windows and weeks.

Each pair of customer and person is a cell; a grid of cells × days is marked once and read many times. That is
exact, and several times faster than sorting the rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from scoring.use.rows import Codes, Flags, Floats, Rows, blocks

RECENT: Final = 28
"""Days of the recent window. Windows are whole weeks, so that weekends weigh the same in each."""
WEEK: Final = 7
WEEKS: Final = 16
"""Weeks that are read day by day: four recent ones and the twelve before."""
DAYS: Final = WEEK * WEEKS
PAIRS: Final = 2_000_000
"""Up to so many pairs of customer and name each pair simply has a cell."""
GRID: Final = 1 << 27
"""Bytes that a grid may take; more cells are done in several passes."""


@dataclass(frozen=True)
class Cells:
    """``cell``: per row. ``owner``: per cell the place of its customer. ``named``: whether its person has a name."""

    cell: Codes
    owner: Codes
    named: Flags


def cells(rows: Rows) -> Cells:
    """A cell for each customer and person; all unnamed rows of a customer are one person's."""
    if rows.size * (rows.people + 1) <= PAIRS:
        return _every_pair(rows)
    return _by_owner(rows)


def _every_pair(rows: Rows) -> Cells:
    wide = rows.people + 1
    cell = rows.who * np.int32(wide) + (rows.person.astype(np.int32) + 1)
    owner = np.repeat(np.arange(rows.size, dtype=np.int32), wide)
    return Cells(cell, owner, np.tile(np.arange(wide) > 0, rows.size))


def _by_owner(rows: Rows) -> Cells:
    """Nearly every person belongs to one customer, whose cell is then the person's number.

    A name without any row has an empty cell. After those come the cells of unnamed users, one per customer, and of
    whoever uses it at several customers.
    """
    owner = np.full(rows.people, -1, np.int32)
    cell = np.empty(len(rows.who), np.int32)
    for part in blocks(len(cell)):
        person = rows.person[part]
        named = person >= 0
        owner[person[named]] = rows.who[part][named]
    for part in blocks(len(cell)):
        person, who = rows.person[part], rows.who[part]
        own = np.append(owner, -1)[person] == who
        cell[part] = np.where(own, person, np.where(person < 0, np.int32(rows.people) + who, -1))
    shared = cell < 0
    pairs = rows.who[shared].astype(np.int64) * rows.people + rows.person[shared]
    extra, names = pd.factorize(pairs)
    cell[shared] = rows.people + rows.size + extra
    owners = [
        np.maximum(owner, 0),
        np.arange(rows.size, dtype=np.int32),
        (names // max(rows.people, 1)).astype(np.int32),
    ]
    has_name = [np.ones(rows.people, bool), np.zeros(rows.size, bool), np.ones(len(names), bool)]
    return Cells(cell, np.concatenate(owners), np.concatenate(has_name))


def grids(found: Cells, rows: Rows, chosen: Flags, start: int, days: int) -> Iterator[tuple[slice, Flags]]:
    """For runs of cells: cells × days, whether a chosen row lies on the day ``start`` + column days ago.

    All of the chosen rows lie within those days.
    """
    most = max(GRID // days, 1)
    for first in range(0, len(found.owner), most):
        run = slice(first, min(first + most, len(found.owner)))
        yield run, _grid(found, rows, chosen, start, days, run)


def _grid(found: Cells, rows: Rows, chosen: Flags, start: int, days: int, run: slice) -> Flags:
    grid = np.zeros((run.stop - run.start) * days, bool)
    whole = run.stop - run.start == len(found.owner)
    for part in blocks(len(found.cell)):
        at = np.flatnonzero(chosen[part])
        cell, ago = found.cell[part][at], rows.ago[part][at]
        if not whole:
            inside = (cell >= run.start) & (cell < run.stop)
            cell, ago = cell[inside], ago[inside]
        grid[(cell.astype(np.int64) - run.start) * days + (ago - start)] = True
    return grid.reshape(-1, days)


def user_weeks(found: Cells, rows: Rows, chosen: Flags, start: int = 0, weeks: int = WEEKS) -> Floats:
    """Customers × weeks: days on which a person used it, summed over persons; weeks count back from ``start``."""
    total = np.zeros((rows.size, weeks))
    for run, grid in grids(found, rows, chosen, start, weeks * WEEK):
        total += _per_week(grid, found.owner[run], rows.size)
    return total


def _per_week(grid: Flags, owner: Codes, size: int) -> Floats:
    marked = grid.view(np.uint8)
    weekly = marked[:, ::WEEK].copy()
    for day in range(1, WEEK):
        weekly += marked[:, day::WEEK]
    return _summed(weekly, owner, size)


def _summed(columns: Codes, owner: Codes, size: int) -> Floats:
    """Columns summed over the cells of each customer."""
    by_column = [np.bincount(owner, weights=column, minlength=size) for column in np.ascontiguousarray(columns.T)]
    return np.stack(by_column, axis=1) if by_column else np.zeros((size, 0))


WINDOWS: Final = {"persons_1d": (0, 1), "persons_7d": (0, 7), "persons": (0, RECENT), "persons_before": (28, 56)}


def activity(found: Cells, rows: Rows, chosen: Flags) -> tuple[dict[str, Floats], Floats]:
    """Persons by window, ``named_days`` (user days of named persons in 28 days), and user days by week.

    Where a window has use and nobody is named, the number of its persons is unknown.
    """
    persons = {name: np.zeros(rows.size) for name in (*WINDOWS, "named_days")}
    unnamed = {name: np.zeros(rows.size) for name in WINDOWS}
    weeks = np.zeros((rows.size, WEEKS))
    for run, grid in grids(found, rows, chosen, 0, DAYS):
        owner, named = found.owner[run], found.named[run]
        weekly = _per_week(grid, owner, rows.size)
        weeks += weekly
        for name, (first, end) in WINDOWS.items():
            there = grid[:, first:end].any(axis=1)
            persons[name] += np.bincount(owner[there & named], minlength=rows.size)
            unnamed[name] += np.bincount(owner[there & ~named], minlength=rows.size)
        days = grid[:, :RECENT].sum(axis=1, dtype=np.uint8)
        persons["named_days"] += np.bincount(owner, weights=np.where(named, days, 0), minlength=rows.size)
    for name in WINDOWS:
        persons[name] = np.where((persons[name] == 0) & (unnamed[name] > 0), np.nan, persons[name])
    return persons, weeks
