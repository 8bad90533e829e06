"""What the churned, the red or the growing share: each attribute value against the rest, honestly tested.

Fisher's exact test, or chi² where all is large; Benjamini–Hochberg (1995) over all comparisons made; risk ratio with
the log interval of Katz (1978). Shows association, never a cause. Must not know what the groups mean.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, sqrt
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from scoring.metrics.estimates import Z

LEAST: Final = 10
FALSE_SHARE: Final = 0.05
"""Share of the patterns called notable that may be chance."""
WORDS: Final = 30
"""A text attribute with more different values than this is a name, not an attribute."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Among the customers with ``attribute`` = ``value``, ``share`` are in the group; of the others ``rest``."""

    group: str
    attribute: str
    value: str
    n: int
    hits: int
    rest_n: int
    rest_hits: int
    ratio: float | None
    low: float | None
    high: float | None
    p: float
    q: float
    """p corrected for all comparisons of this call."""

    @property
    def share(self) -> float:
        return self.hits / self.n

    @property
    def rest(self) -> float:
        return self.rest_hits / self.rest_n

    @property
    def notable(self) -> bool:
        return self.q <= FALSE_SHARE


@dataclass(frozen=True, slots=True)
class Question:
    """``belongs``: by customer, who is in the group (True, False, missing). ``attributes``: by customer, words or
    numbers (cut into thirds); a missing one leaves its customer out of that comparison.
    """

    group: str
    belongs: pd.Series
    attributes: pd.DataFrame


def patterns(questions: Sequence[Question], least_n: int = LEAST) -> list[Pattern]:
    """Every comparison made, the least likely by chance first.

    Nothing is compared where the value or its rest has fewer than ``least_n`` customers; of two values only one is.
    """
    made = [
        (asked.group, str(name), *one)
        for asked in questions
        for name in asked.attributes.columns
        for one in _compared(_words(asked.attributes[name]), asked.belongs, least_n)
    ]
    if not made:
        return []
    chances = np.array([_chance(n, hits, rest_n, rest_hits) for *_, n, hits, rest_n, rest_hits in made])
    corrected = stats.false_discovery_control(chances, method="bh")
    found = [
        Pattern(*one, *_risk_ratio(*one[3:]), float(p), float(q))
        for one, p, q in zip(made, chances, corrected, strict=True)
    ]
    return sorted(found, key=lambda one: (one.p, one.group, one.attribute, one.value))


Compared = tuple[str, int, int, int, int]


def _compared(words: pd.Series, belongs: pd.Series, least_n: int) -> Iterator[Compared]:
    belongs = belongs.reindex(words.index).astype("boolean")
    known = words.notna() & belongs.notna()
    words, inside = words[known], belongs[known].astype(bool)
    total, hits = len(words), int(inside.sum())
    if hits in (0, total):
        return
    sizes = {str(value): size for value, size in inside.groupby(words).size().items()}
    mines = {str(value): hits for value, hits in inside.groupby(words).sum().items()}
    for value in sorted(sizes)[-1:] if len(sizes) == 2 else sorted(sizes):
        n, mine = int(sizes[value]), int(mines[value])
        if n >= least_n and total - n >= least_n:
            yield value, n, mine, total - n, hits - mine


def _words(values: pd.Series) -> pd.Series:
    """Numbers as thirds, words as they are; nothing of a column that has a word of its own for everybody."""
    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        words = values.astype("object").where(values.notna(), None)
        words = words.map(lambda value: None if value is None else str(value))
        return words if words.nunique() <= WORDS else pd.Series(None, index=values.index, dtype="object")
    finite = values.astype("float64").where(np.isfinite(values.astype("float64")))
    edges = np.unique(np.quantile(finite.dropna(), (1 / 3, 2 / 3))) if finite.notna().any() else np.array([])
    return _thirds(finite, edges)


def _thirds(values: pd.Series, edges: np.ndarray) -> pd.Series:
    names = [f"≤ {_short(edge)}" for edge in edges[:1]]
    names += [f"{_short(low)} – {_short(high)}" for low, high in pairwise(edges)]
    names += [f"> {_short(edge)}" for edge in edges[-1:]]
    if not names:
        return pd.Series(None, index=values.index, dtype="object")
    place = np.searchsorted(edges, values.to_numpy(), side="left")
    chosen = pd.Series(np.array(names, dtype=object)[np.minimum(place, len(names) - 1)], index=values.index)
    return chosen.where(values.notna(), None)


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:,.3g}"


def _chance(n: int, hits: int, rest_n: int, rest_hits: int) -> float:
    table = np.array([[hits, n - hits], [rest_hits, rest_n - rest_hits]])
    expected = stats.contingency.expected_freq(table)
    if table.sum() > 2_000 and expected.min() >= 10:
        return float(stats.chi2_contingency(table, correction=False).pvalue)
    return float(stats.fisher_exact(table).pvalue)


def _risk_ratio(n: int, hits: int, rest_n: int, rest_hits: int) -> tuple[float | None, float | None, float | None]:
    """With half a case added to both where one has none, so that there is an interval at all."""
    a, c = (hits, rest_hits) if hits and rest_hits else (hits + 0.5, rest_hits + 0.5)
    ratio = (a / n) / (c / rest_n)
    half = Z * sqrt(max(1 / a - 1 / n + 1 / c - 1 / rest_n, 0.0))
    return (hits / n) / (rest_hits / rest_n) if rest_hits else None, ratio * exp(-half), exp(log(ratio) + half)
