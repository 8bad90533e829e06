"""What sentences may name, a column at a time: most columns are never asked for, and are not even computed then.

Must not know any sentence.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.features.table import FACTS, FEATURES, computed
from scoring.past import Past


class Shown:
    """Columns of all customers: those that are there, and every feature and fact beside them."""

    def __init__(self, past: Past, there: Mapping[Any, pd.Series]) -> None:
        self._past = past
        self._there = {str(name): column for name, column in there.items()}
        self._listed: dict[str, list[object]] = {}

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys((*self._there, *FEATURES, *FACTS)))

    def __contains__(self, name: object) -> bool:
        return name in self._there or name in FEATURES or name in FACTS

    def column(self, name: str) -> pd.Series:
        if name not in self._there:
            self._there[name] = computed(self._past, name)
        return self._there[name]

    def listed(self, name: str) -> list[object]:
        """The column as a list, which is made once for all cards."""
        if name not in self._listed:
            self._listed[name] = self.column(name).tolist()
        return self._listed[name]

    def of(self, rows: NDArray[np.intp]) -> "Some":
        """The same of some customers, by their places."""
        return Some(self, rows)


class Some(Mapping[str, Sequence[object]]):
    """The columns of some customers, as lists."""

    def __init__(self, shown: Shown, rows: NDArray[np.intp]) -> None:
        self._shown, self._rows = shown, rows.tolist()
        self._listed: dict[str, list[object]] = {}

    def __getitem__(self, name: str) -> Sequence[object]:
        if name not in self._listed:
            listed = self._shown.listed(name)
            self._listed[name] = [listed[row] for row in self._rows]
        return self._listed[name]

    def __contains__(self, name: object) -> bool:
        return name in self._shown

    def __iter__(self) -> Iterator[str]:
        return iter(self._shown.names)

    def __len__(self) -> int:
        return len(self._shown.names)
