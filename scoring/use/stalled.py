"""The alarm of a usage source that has gone quiet: one line about the source instead of a red book."""

import numpy as np
import pandas as pd

from scoring.frames import Frames, typed
from scoring.use.rows import gather


def stalled_sources(frames: Frames) -> pd.DataFrame:
    """A row per usage source that is not alive on ``frames.as_of``, by name.

    ``source`` (None: rows that name none); ``newest``: the last day it told of, NaT where it never told anything;
    ``days`` since then (NaN likewise); ``stale_after_days``; ``customers``: how many of the frames' customers it has
    told of, whose use it now leaves unknown.
    """
    customers = typed("customers", frames.customers)
    index = customers.index[~customers.index.duplicated()]
    rows = gather(typed("usage", frames.usage), typed("sources", frames.sources), index, frames.as_of)
    wide = len(rows.sources.names)
    pairs = np.unique(rows.who.astype(np.int64) * wide + rows.source)
    told_of = np.bincount(pairs % wide, minlength=wide)
    days = pd.Series(rows.sources.lag).where(np.isfinite(rows.sources.lag))
    found = pd.DataFrame(
        {
            "source": rows.sources.names,
            "newest": pd.Timestamp(frames.as_of).as_unit("s") - pd.to_timedelta(days, unit="D"),
            "days": days,
            "stale_after_days": rows.sources.limit,
            "customers": told_of,
        }
    )
    known = pd.Series(rows.sources.stated | (told_of > 0))
    silent: pd.DataFrame = found[~rows.sources.alive & known]
    return silent.sort_values("source", kind="stable", ignore_index=True)
