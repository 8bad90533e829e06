"""The label of a table: which of its values is the one to foretell, and whether that is good news."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.errors import ConfigError, Problem
from config.problems import did_you_mean
from config.rules import as_text
from scoring.proof.columns import numbers, words

_YES: Final = frozenset({
    "1", "yes", "y", "true", "t", "positive", "bad", "gone", "churn", "churned", "left", "lost", "leaver", "closed",
    "cancel", "cancelled", "canceled", "exited", "attrited", "terminated", "attrited customer", "lost customer",
    "renewed", "retained", "converted", "bought", "won",
})  # fmt: skip
_NO: Final = frozenset({
    "0", "-1", "no", "n", "false", "f", "negative", "good", "none", "stayed", "stay", "active", "current", "retained",
    "existing", "loyal", "kept", "open", "remained", "existing customer", "not churned", "no churn", "non-churn",
    "not churn",
})  # fmt: skip
_GOOD: Final = re.compile(
    r"renew|retain|retention|stay|repurchas|repeat|rebuy|bought|convert|upgrad|expan|loyal|promot|won|success|active"
)
_BAD: Final = re.compile(r"not_|non_|in_?active|un_?renew|churn|lost|left|cancel|attrit|exit|stop")


@dataclass(frozen=True)
class Outcome:
    """A label as it was read. ``happened`` is NaN where the label is missing, else 1 or 0."""

    column: str
    positive: str
    good: bool
    happened: NDArray[np.float64]


def read_outcome(table: pd.DataFrame, label: str, positive: str | None = None, good: bool | None = None) -> Outcome:
    """The label's column read. ConfigError where it is not there or its meaning is not plain.

    ``positive``: the value to foretell; every other one counts as its opposite. ``good``: whether it is good news;
    None takes it from the name (renewed, retained … are).
    """
    if label not in table.columns:
        what = f"the table has no column {label}{did_you_mean(label, [str(name) for name in table.columns])}"
        raise ConfigError([Problem("--label", what, expected=f"one of {_some(list(table.columns))}")])
    said = _as_words(table[label])
    values = sorted(said.dropna().unique())
    chosen = _positive(label, values, positive)
    news = _is_good(label, chosen) if good is None else good
    happened = np.where(said.isna().to_numpy(), np.nan, (said == chosen).to_numpy().astype(np.float64))
    return Outcome(label, chosen, news, happened)


def _as_words(column: pd.Series) -> pd.Series:
    """A 1 may be written 1, 1.0, "1.0" or true."""
    said = words(column)
    if said.dropna().str.fullmatch(r"-?\d+\.0*").any():
        found = numbers(said)
        said = said.where(np.isnan(found), pd.Series([as_text(value) for value in found.tolist()], index=said.index))
    return said


def _positive(label: str, values: list[str], positive: str | None) -> str:
    if positive is not None:
        if (wanted := as_text(positive)) not in values:
            what = f"{label} is never {positive}{did_you_mean(positive, values)}"
            raise ConfigError([Problem("--positive", what, expected=f"one of {_some(values)}")])
        return wanted
    if len(values) < 2:
        what = f"{label} is always {values[0]}" if values else f"{label} is empty"
        raise ConfigError([Problem("--label", what, expected="a column of two values, such as yes and no")])
    if len(values) > 2:
        what = f"{label} has {len(values):,} different values"
        raise ConfigError([Problem("--label", what, expected="two values, or --positive VALUE", example=_some(values))])
    bare = {value: value.rstrip(".!") for value in values}
    hits = [value for value in values if bare[value] in _YES and bare[value] not in _NO]
    misses = [value for value in values if bare[value] in _NO]
    if len(hits) == 1:
        return hits[0]
    if len(misses) == 1:
        return next(value for value in values if value != misses[0])
    what = f"which of {values[0]} and {values[1]} is to be foretold is not plain"
    raise ConfigError([Problem("--label", what, expected=f"--positive {values[1]}, or --positive {values[0]}")])


def _is_good(label: str, positive: str) -> bool:
    """By the value where it is a word of its own, else by the column's name."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", label).casefold().replace(" ", "_")
    for text in (positive.replace(" ", "_"), name):
        if _BAD.search(text):
            return False
        if _GOOD.search(text):
            return True
    return False


def _some(values: list[str], most: int = 12) -> str:
    shown = ", ".join(map(str, values[:most]))
    return shown + (f" … ({len(values):,})" if len(values) > most else "")
