"""Survey answers reduced to what counts: the latest valid one of each person in each survey."""

from typing import Final

import pandas as pd

SCALES: Final = {"nps": (0, 10), "csat": (0, 100), "ces": (0, 100)}
"""What an answer can be; anything else is a mistake and left out. CSAT and CES keep each tool's own scale."""

COLUMNS: Final = ["survey", "customer", "ago", "score", "person"]


def latest_answers(responses: pd.DataFrame) -> pd.DataFrame:
    """Latest first per survey and customer, of any age (``ago`` in days). ``responses`` holds past answers only.

    Of two answers of a person on one day the lower counts; answers without a person count each.
    """
    bounds = responses["survey"].map(SCALES)
    least, most = bounds.str[0].astype("float64"), bounds.str[1].astype("float64")
    rows = responses.loc[responses["score"].between(least, most), COLUMNS]
    rows = rows.sort_values(["survey", "customer", "ago", "score"], kind="stable")
    named = rows["person"].notna()
    return rows[~(named & rows.duplicated(["survey", "customer", "person"]))]
