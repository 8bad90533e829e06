"""What is wrong with the data itself: each problem by customer, frame and column, with how often and an example.

Scoring leaves such rows out or takes them for unknown; here they are named, so that somebody can mend them. Never
raises. Must not know features; the words are messages, ``quality-`` and the problem's name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Protocol

import pandas as pd

from scoring.frames import COLUMNS, NOBODY, Frames, typed
from scoring.quality_checks import CHECKS

LISTED: Final = ("customer", "frame", "column", "problem", "count", "example")

EXAMPLES: Final = 5
"""Customers that a summary names."""


class Words(Protocol):
    """A language's messages."""

    def say(self, id: str, **values: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Example:
    """What stands in the data of one customer; ``customer`` None: of no customer's."""

    customer: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of problem in one column, over all customers."""

    problem: str
    frame: str
    column: str
    rows: int
    customers: int
    examples: tuple[Example, ...]


def problems(frames: Frames) -> pd.DataFrame:
    """A row per customer, frame, column and problem, with ``count`` of rows and an ``example``, the most first.

    ``customer`` is -1 where a problem is nobody's (a usage source). Empty where all is well.
    """
    tables = {name: typed(name, getattr(frames, name)) for name in COLUMNS}
    clean = Frames(**tables, as_of=frames.as_of, dated=frames.dated, declared=True)
    found = [
        pd.DataFrame(
            {
                "customer": one.customer.to_numpy("int64"),
                "frame": one.frame,
                "column": one.column,
                "problem": one.problem,
                "example": one.example.astype(object).fillna("").astype(str).to_numpy(object),
            }
        )
        for check in CHECKS
        for one in check(clean)
        if len(one.customer)
    ]
    if not found:
        return pd.DataFrame(columns=list(LISTED))
    groups = pd.concat(found).groupby(list(LISTED[:4]))["example"]
    listed = pd.DataFrame({"count": groups.size(), "example": groups.min()}).reset_index()
    return listed.sort_values(["count", "customer"], ascending=[False, True], kind="stable", ignore_index=True)


def summarise(found: pd.DataFrame) -> list[Problem]:
    """The problems of all customers by kind, the most widespread first."""
    made = []
    for (problem, frame, column), rows in found.groupby(["problem", "frame", "column"]):
        first = rows.sort_values("customer").head(EXAMPLES)
        ids = [None if id == NOBODY else int(id) for id in first["customer"]]
        examples = tuple(Example(id, text) for id, text in zip(ids, first["example"], strict=True))
        customers = int(rows["customer"].ne(NOBODY).sum())
        made.append(Problem(str(problem), str(frame), str(column), int(rows["count"].sum()), customers, examples))
    return _ordered(made)


def merged(*parts: Iterable[Problem]) -> list[Problem]:
    """Summaries of different customers as one; what is nobody's counts as the part that has most of it."""
    together: dict[tuple[str, str, str], Problem] = {}
    for one in (one for part in parts for one in part):
        key = (one.problem, one.frame, one.column)
        together[key] = _added(together[key], one) if key in together else one
    return _ordered(together.values())


def _added(one: Problem, more: Problem) -> Problem:
    if not one.customers and not more.customers:
        return max(one, more, key=lambda part: part.rows)
    examples = (*one.examples, *more.examples)[:EXAMPLES]
    return replace(one, rows=one.rows + more.rows, customers=one.customers + more.customers, examples=examples)


def _ordered(found: Iterable[Problem]) -> list[Problem]:
    return sorted(found, key=lambda one: (-one.customers, -one.rows, one.problem, one.frame, one.column))


def sentence(words: Words, problem: str, frame: str, column: str, count: int, example: str) -> str:
    """What is wrong, how often, and an example, in a language's words."""
    where = f"{frame}.{column}"
    said = words.say(f"quality-{problem}", count=count, where=where)
    return f"{said} ({example})" if example else said
