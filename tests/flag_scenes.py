"""A book in a test's hand: a past and a table of values as the features would give them, a row per customer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from config.product import Product
from scoring.flags import Raised
from scoring.frames import empty_frames, frame
from scoring.past import Past, past

AS_OF = date(2026, 6, 1)


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def story(
    *customers: Mapping[str, Any], product: Mapping[str, Any] | None = None, **rows: list[dict[str, Any]]
) -> tuple[Past, pd.DataFrame]:
    """The past, and the values: whatever each customer says of itself, account fields and features alike."""
    given = [{"customer": number, "status": "customer", **one} for number, one in enumerate(customers)]
    frames = {name: frame(name, [{"customer": 0, **row} for row in some]) for name, some in rows.items()}
    then = past(replace(empty_frames(AS_OF), customers=frame("customers", given), **frames))
    return replace(then, product=Product.model_validate(product or {})), pd.DataFrame(given).set_index("customer")


def days(raised: Mapping[str, Raised], name: str, customer: int = 0) -> int | None:
    """For how many days the customer has carried it; None where it does not."""
    since = raised[name].ago[customer]
    return None if pd.isna(since) else int(since)


def carried(raised: Mapping[str, Raised]) -> dict[int, dict[str, date]]:
    """What was raised, as the next day is told of it."""
    found: dict[int, dict[str, date]] = {}
    for name, flag in raised.items():
        for customer, since in flag.ago.dropna().items():
            found.setdefault(int(str(customer)), {})[name] = ago(int(since))
    return found
