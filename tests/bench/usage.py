"""Daily totals of usage to every usage feature, beside the same figures by DuckDB and the barest pass of NumPy.

The product is described in full (key features, limits, milestones), so that no feature is idle. DuckDB comes with the
extra ``bench``; it works out less: no medians, no season, nothing of the product.
"""

import importlib.util
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from apart import Facts, Measured, answer, apart, timed
from machine import forget_peak, peak_resident, resident
from report import Line, megabytes
from report import seconds as shown

PEOPLE: Final = 5
"""Persons per customer, each with a name of their own."""
FEATURES: Final = 12
PER_CUSTOMER: Final = 200
DAYS: Final = 365
AS_OF: Final = date(2026, 6, 1)
AIM: Final = "≤ 2 s and < 600 MB for 20,000,000 rows"

QUERY: Final = """
WITH dated AS (
    SELECT customer, person, feature, date_diff('day', day, DATE '2026-06-01') AS ago
    FROM usage WHERE day <= DATE '2026-06-01' AND ("count" > 0 OR "count" IS NULL)
), days AS (
    SELECT DISTINCT customer, person, ago FROM dated WHERE ago < 112
), persons AS (
    SELECT customer, person, min(ago) AS ago, bool_or(ago >= 28 AND ago < 56) AS before,
        count(*) FILTER (ago < 28) AS user_days, count(*) FILTER (ago >= 28) AS earlier
    FROM days GROUP BY customer, person
), active AS (
    SELECT customer, count(*) FILTER (ago < 1) AS persons_1d, count(*) FILTER (ago < 7) AS persons_7d,
        count(*) FILTER (ago < 28) AS persons, count(*) FILTER (before) AS persons_before,
        sum(user_days) AS user_days, sum(earlier) / 3.0 AS baseline
    FROM persons GROUP BY customer
), breadth AS (
    SELECT customer, count(*) AS features
    FROM (SELECT DISTINCT customer, feature FROM dated WHERE ago < 28) GROUP BY customer
), last_use AS (
    SELECT customer, min(ago) AS last, max(ago) AS first FROM dated GROUP BY customer
)
SELECT * FROM last_use LEFT JOIN active USING (customer) LEFT JOIN breadth USING (customer) ORDER BY customer
"""
"""The same figures as one asks a database for them, each distinct once."""


def measure(rows: int, repetitions: int) -> list[Line]:
    """So many daily totals, 200 to a customer; each contender in a process of its own."""
    asked = {"rows": rows, "repetitions": repetitions}
    ours = apart(__file__, "csbridge", asked)
    lines = [
        _line(f"{rows:,} rows of usage to all usage features", ours, apart(__file__, "numpy", asked), "bare NumPy")
    ]
    if importlib.util.find_spec("duckdb") is None:
        missing = Line(
            "the same beside DuckDB",
            shown(ours["seconds"]),
            "DuckDB: not installed (pip install csbridge[bench])",
            0,
            AIM,
        )
        return [*lines, missing]
    return [*lines, _line("the same beside DuckDB", ours, apart(__file__, "duckdb", asked), "DuckDB, a part of it")]


def _line(what: str, ours: Facts, theirs: Facts, name: str) -> Line:
    return Line(
        what,
        shown(ours["seconds"]),
        f"{name}: {shown(theirs['seconds'])}, {megabytes(theirs['held'])}",
        ours["seconds"] / theirs["seconds"],
        AIM,
        f"{megabytes(ours['held'])} beyond the input, {ours['rows'] / ours['seconds']:,.0f} rows/s",
    )


def totals(rows: int) -> pd.DataFrame:
    """Random daily totals, each key once, in no order; names as categories, as a frame of that size holds them."""
    dice, customers = np.random.default_rng(1), max(rows // PER_CUSTOMER, 1)
    wide = FEATURES * DAYS
    keys = pd.unique(dice.integers(0, customers * PEOPLE * wide, rows + rows // 50 + 100))[:rows]
    person, feature, ago = keys // wide, keys // DAYS % FEATURES, keys % DAYS
    names = pd.Index([f"u{number}" for number in range(customers * PEOPLE)], dtype=object)
    features = pd.Index([f"f{number}" for number in range(FEATURES)], dtype=object)
    return pd.DataFrame(
        {
            "customer": person // PEOPLE,
            "source": pd.Categorical.from_codes(np.zeros(rows, np.int8), pd.Index(["app"], dtype=object)),
            "person": pd.Categorical.from_codes(person, names),
            "feature": pd.Categorical.from_codes(feature, features),
            "day": np.datetime64(AS_OF, "s") - ago * np.timedelta64(86_400, "s"),
            "count": dice.integers(1, 9, rows).astype(np.float64),
        }
    )


def by_csbridge(asked: Facts, _folder: Path) -> Facts:
    from config.product import Product
    from scoring.features.table import FEATURES as ALL
    from scoring.frames import empty_frames, frame
    from scoring.past import past

    product = Product.model_validate(
        {
            "key_features": ["f1", "f2"],
            "first_value": {"name": "first report", "feature": "f3"},
            "milestones": [
                {"name": "first use", "within": "14d"},
                {"name": "ten reports", "feature": "f3", "count": 10, "within": "30d"},
            ],
            "plans": {"basic": {"seats": 10, "limits": {"f4": 40, "f5": 100}, "features": ["f1", "f2", "f3", "f4"]}},
        }
    )
    usage = totals(asked["rows"])
    size = int(usage["customer"].max()) + 1
    started = pd.DataFrame({"customer": range(size), "plan": "basic", "customer_since": np.datetime64("2025-06-01")})
    sources = frame("sources", [{"source": "app", "newest": AS_OF, "stale_after_days": 7}])
    frames = replace(empty_frames(AS_OF), customers=started.set_index("customer"), usage=usage, sources=sources)
    wanted = [made for made in ALL.values() if made.needs == "usage"]

    def work() -> int:
        known = past(frames, product)
        pd.DataFrame({made.name: made(known) for made in wanted})
        return int(asked["rows"])

    return _measured(work, asked)


def by_numpy(asked: Facts, _folder: Path) -> Facts:
    """Last use and used rows of 28 days: one pass with nothing distinct, the least that touches every row."""
    usage = totals(asked["rows"])
    size, today = int(usage["customer"].max()) + 1, np.datetime64(AS_OF, "s").astype(np.int64)

    def work() -> int:
        ago = (today - usage["day"].to_numpy().view(np.int64)) // 86_400
        who, last = usage["customer"].to_numpy(), np.full(size, 9_999)
        np.minimum.at(last, who, ago)
        np.bincount(who[(ago < 28) & (usage["count"].to_numpy() > 0)], minlength=size)
        return len(ago)

    return _measured(work, asked)


def by_duckdb(asked: Facts, _folder: Path) -> Facts:
    """From Arrow, dictionaries for names, as DuckDB is fed best."""
    import duckdb
    import pyarrow

    table: Any = pyarrow.Table.from_pandas(totals(asked["rows"]).drop(columns="source"), preserve_index=False)

    def work() -> int:
        with duckdb.connect() as db:
            db.register("usage", table)
            db.execute(QUERY).to_arrow_table()
        return int(table.num_rows)

    return _measured(work, asked)


def _measured(work: Any, asked: Facts) -> Facts:
    """The median of several runs; the most memory that any of them held beyond the input."""
    forget_peak()
    before = resident()
    runs = sorted((timed(work) for _ in range(asked["repetitions"])), key=lambda run: run["seconds"])
    return {**runs[len(runs) // 2], "held": peak_resident() - before}


MEASURED: dict[str, Measured] = {"csbridge": by_csbridge, "numpy": by_numpy, "duckdb": by_duckdb}

if __name__ == "__main__":
    answer(MEASURED)
