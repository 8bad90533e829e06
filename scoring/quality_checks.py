"""The single checks of ``scoring.quality``: each names rows of one frame that cannot be right, and the column at fault.

Must not know what is made of them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, get_args

import numpy as np
import pandas as pd

from config import words
from scoring.answers import SCALES, on_scale
from scoring.days import days_before
from scoring.frames import COLUMNS, NOBODY, Frames

DATES: Final = (
    ("usage", "day"), ("tickets", "opened"), ("tickets", "first_reply"), ("tickets", "closed"), ("responses", "day"),
    ("activities", "day"), ("deals", "opened"), ("invoices", "paid"),
)  # fmt: skip
"""Days of what has happened: none of them can lie ahead."""
NEEDED: Final = (("usage", "day"), ("tickets", "opened"), ("responses", "day"), ("activities", "day"))
"""Without these an event says nothing."""
NEVER_NEGATIVE: Final = (
    ("customers", "arr"), ("customers", "seats_bought"), ("customers", "employees"), ("usage", "count"),
    ("tickets", "reopened"), ("contracts", "arr"), ("contracts", "seats"), ("deals", "amount"),
)  # fmt: skip
"""Not the amount of an invoice: a credit note has a negative one."""
ORDERED: Final = (
    ("tickets", "opened", "closed"), ("tickets", "opened", "first_reply"), ("contracts", "starts", "ends"),
    ("customers", "customer_since", "churned_on"),
)  # fmt: skip
"""The second cannot be before the first."""
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "persons": ("person",),
    "tickets": ("ticket",),
    "deals": ("deal",),
    "contracts": ("contract",),
    "invoices": ("invoice",),
    "activities": ("activity", "person"),
    "responses": ("person", "survey", "day"),
    "usage": ("source", "person", "feature", "day"),
}
"""What tells one row of a customer from another; the first of them must be there."""
WORDS: Final = (
    ("customers", "status", words.AccountStatus), ("persons", "role", words.PersonRole),
    ("tickets", "status", words.TicketStatus), ("tickets", "priority", words.TicketPriority),
    ("responses", "survey", words.Survey), ("activities", "kind", words.ActivityKind),
    ("deals", "kind", words.DealKind), ("deals", "status", words.DealStatus),
    ("contracts", "status", words.ContractStatus),
)  # fmt: skip
MONEY: Final = (("customers", "arr"), ("deals", "amount"), ("invoices", "amount"))
PAID_EARLY: Final = 365
"""Days before its due date from which a payment is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Found:
    """Rows with a problem: whose they are, and what stands there, as text."""

    problem: str
    frame: str
    column: str
    customer: pd.Series
    example: pd.Series


Check = Callable[[Frames], Iterator[Found]]


def _found(problem: str, name: str, column: str, rows: pd.DataFrame, mask: pd.Series) -> Found:
    bad = rows.loc[mask.to_numpy()]
    return Found(problem, name, column, _owner(bad), _text(bad[column]))


def _owner(rows: pd.DataFrame) -> pd.Series:
    return rows["customer"] if "customer" in rows else pd.Series(rows.index, index=rows.index)


def _text(values: pd.Series) -> pd.Series:
    if str(values.dtype).startswith("datetime"):
        dates: pd.Series = values.dt.strftime("%Y-%m-%d")
        return dates
    return values.map(lambda value: f"{value:g}" if isinstance(value, float) else str(value), na_action="ignore")


def future_dates(frames: Frames) -> Iterator[Found]:
    """Events that lie ahead; what is planned (a booked meeting, a task not done) is none."""
    for name, column in DATES:
        rows = getattr(frames, name)
        ahead = days_before(rows[column], frames.as_of).lt(0)
        if name == "activities":
            ahead &= rows["done"].eq(True)
        yield _found("future_date", name, column, rows, ahead)


def missing_dates(frames: Frames) -> Iterator[Found]:
    for name, column in NEEDED:
        rows = getattr(frames, name)
        yield _found("no_date", name, column, rows, rows[column].isna())


def bad_numbers(frames: Frames) -> Iterator[Found]:
    """Negative ones where there can be none, and infinite ones anywhere."""
    for name, column in NEVER_NEGATIVE:
        rows = getattr(frames, name)
        yield _found("negative", name, column, rows, rows[column].lt(0) & np.isfinite(rows[column]))
    for name, columns in COLUMNS.items():
        rows = getattr(frames, name)
        for column in (column for column, kind in columns.items() if kind == "float64" and name != "sources"):
            yield _found("not_finite", name, column, rows, pd.Series(np.isinf(rows[column].to_numpy()), rows.index))


def no_seats(frames: Frames) -> Iterator[Found]:
    """A customer that bought no seat at all; a prospect or a churned one may have none."""
    rows = frames.customers
    ours = ~rows["status"].isin(("prospect", "churned"))
    yield _found("no_seats", "customers", "seats_bought", rows, ours & rows["seats_bought"].eq(0))


def wrong_order(frames: Frames) -> Iterator[Found]:
    """What ended before it began, or was paid a year before it was due."""
    for name, first, second in ORDERED:
        rows = getattr(frames, name)
        yield _found("ends_before_it_begins", name, second, rows, rows[second].lt(rows[first]))
    rows = frames.invoices
    early = days_before(rows["paid"], frames.as_of) - days_before(rows["due"], frames.as_of)
    yield _found("paid_long_before_due", "invoices", "paid", rows, early.gt(PAID_EARLY))


def off_scale(frames: Frames) -> Iterator[Found]:
    """Answers that their survey does not allow, and answers without one."""
    rows = frames.responses
    known = rows["survey"].isin(SCALES)
    yield _found("off_scale", "responses", "score", rows, known & rows["score"].notna() & ~on_scale(rows))
    yield _found("no_score", "responses", "survey", rows, known & rows["score"].isna())


def unknown_words(frames: Frames) -> Iterator[Found]:
    """Words that no table translates; they are never guessed at."""
    for name, column, allowed in WORDS:
        rows = getattr(frames, name)
        known = set(get_args(allowed)) - {words.UNKNOWN}
        yield _found("unknown_word", name, column, rows, rows[column].notna() & ~rows[column].isin(known))


def duplicates(frames: Frames) -> Iterator[Found]:
    """Rows beyond the first of what should be there once."""
    again = frames.customers.index.duplicated()
    names = frames.customers.loc[again, "name"].fillna("")
    yield Found("duplicate", "customers", "customer", _owner(frames.customers.loc[again]), _text(names))
    for name, key in KEYS.items():
        rows = getattr(frames, name)
        again = rows[key[0]].notna() & rows.duplicated(["customer", *key])
        yield _found("duplicate", name, key[0], rows, again)


def mixed_currencies(frames: Frames) -> Iterator[Found]:
    """Amounts of one customer in several currencies: no sum of them is known."""
    amounts = [getattr(frames, name) for name, _ in MONEY]
    stated = [rows[rows[column].notna() & rows["currency"].notna()]
              for rows, (_, column) in zip(amounts, MONEY, strict=True)]  # fmt: skip
    pairs = pd.DataFrame(
        {"customer": [id for rows in stated for id in _owner(rows)],
         "currency": [str(word) for rows in stated for word in rows["currency"]]}
    ).drop_duplicates().sort_values(["customer", "currency"])  # fmt: skip
    several = pairs[pairs.duplicated("customer", keep=False)].groupby("customer")["currency"].agg(", ".join)
    yield Found("mixed_currencies", "customers", "currency", pd.Series(several.index), several.reset_index(drop=True))


def nothing_known(frames: Frames) -> Iterator[Found]:
    """Customers that no row of any frame is about."""
    seen = [getattr(frames, name)["customer"] for name, columns in COLUMNS.items() if "customer" in columns]
    rows = frames.customers
    yield _found("no_data", "customers", "name", rows, pd.Series(~rows.index.isin(pd.concat(seen)), rows.index))


def strangers(frames: Frames) -> Iterator[Found]:
    """Rows about nobody in the book."""
    for name, columns in COLUMNS.items():
        if "customer" in columns:
            rows = getattr(frames, name)
            away = ~rows["customer"].isin(frames.customers.index)
            yield _found("no_such_customer", name, "customer", rows, away)


def stalled_sources(frames: Frames) -> Iterator[Found]:
    """Usage sources that have told nothing for too long; use is then unknown, not none."""
    rows = frames.sources
    late = days_before(rows["newest"], frames.as_of) > rows["stale_after_days"]
    bad = rows[late]
    nobody = pd.Series(NOBODY, index=bad.index, dtype="int64")
    yield Found("stalled", "sources", "newest", nobody, bad["source"].astype(str) + ", " + _text(bad["newest"]))


CHECKS: Final[tuple[Check, ...]] = (
    future_dates, missing_dates, bad_numbers, no_seats, wrong_order, off_scale, unknown_words, duplicates,
    mixed_currencies, nothing_known, strangers, stalled_sources,
)  # fmt: skip
"""All of them; another one is a function more."""
