"""One row per customer of what usage says, NaN where it is unknown; each shared figure is worked out once."""

import numpy as np
import pandas as pd

from config.product import Product
from scoring.use import breadth, levels
from scoring.use.onboarding import beginnings
from scoring.use.people import DAYS, RECENT, WEEKS, Cells, activity, cells, user_weeks
from scoring.use.rows import Flags, Floats, Rows, blocks
from scoring.use.year import days_of_use


def summarise(rows: Rows, plans: pd.Series, since: pd.Series, product: Product) -> pd.DataFrame:
    """What usage says of each customer; ``plans`` and ``since`` (days since its start) are of the same customers.

    ``persons_1d``, ``persons_7d``, ``persons``, ``persons_before``: distinct persons in the last 1, 7 and 28 days,
    and in the 28 before. ``named_days``, ``user_days``, ``baseline``: days on which a person used the product,
    summed over persons, in 28 days (named persons only; all) and per 28 days of the up to 84 days before.
    ``trend``: see ``scoring.use.levels``. ``features``, ``key_use``, ``key_drop``, ``key_dropped``, ``limit_use``,
    ``limit_of``, ``locked``: see ``scoring.use.breadth``. ``year_days`` …: see ``scoring.use.year``.
    ``last``: days since the last use in any source (``ever``: whether there was one, 1 or 0); ``first``: since the
    first row of a live source. ``watermark``: days since the newest row of the customer's live sources; ``newest``: of
    all of its sources. ``first_use``: days since the first use. ``whole``: whether everything since the customer's
    start is known. ``told``: whether all of its sources are alive.
    """
    chosen = rows.used & rows.live
    seen = _seen(rows)
    alive = seen & rows.sources.alive
    known, lag = alive.any(axis=1), _least(rows.sources.lag, alive)
    everything = rows.earliest(np.ones(len(rows.who), bool))
    first = everything if rows.live.all() else rows.earliest(rows.live)
    begun = everything if rows.used.all() else rows.earliest(rows.used)
    last, told_since = rows.latest(rows.used), np.where(seen, rows.sources.began, np.inf).min(axis=1, initial=np.inf)
    first_use, whole = beginnings(everything, begun, told_since, since.to_numpy(np.float64))
    columns: dict[str, Floats | pd.Series] = {
        **_windows(rows, chosen, first, ~np.isnan(last), product, plans, lag),
        **days_of_use(rows),
        "last": np.where(np.isnan(last), first, last),
        "ever": (~np.isnan(last)).astype(np.float64),
        "first": first,
        "watermark": lag,
    }
    result = pd.DataFrame({name: np.asarray(values) for name, values in columns.items()}, index=rows.index)
    return result.where(pd.Series(known, index=rows.index)).assign(
        newest=_least(rows.sources.lag, seen),
        first_use=first_use,
        whole=whole,
        told=known & (seen == alive).all(axis=1),
    )


def _windows(
    rows: Rows, chosen: Flags, first: Floats, ever: Flags, product: Product, plans: pd.Series, lag: Floats
) -> dict[str, Floats | pd.Series]:
    """What is counted in windows. A source may be alive and yet have told nothing of the whole window."""
    found, used = cells(rows), breadth.used_features(rows, chosen)
    persons, weeks = activity(found, rows, chosen & (rows.ago < DAYS))
    span = levels.weeks_before(first)
    user_days, baseline = weeks[:, : levels.NOW].sum(axis=1), levels.average_before(weeks, span)
    steady = np.where(ever & (user_days == 0) & (baseline == 0), 0.0, levels.trend(weeks, span))
    trends = list(breadth.key_trends(found, rows, chosen, span, product))
    dropped, which = breadth.key_drop(trends, rows.size)
    limit, limit_of = breadth.limit_use(rows, chosen, plans, product)
    told_1d, told_7d, told = (np.where(lag < days, 1.0, np.nan) for days in (1, 7, RECENT))
    return {
        "persons_1d": persons["persons_1d"] * told_1d,
        "persons_7d": persons["persons_7d"] * told_7d,
        "persons": persons["persons"] * told,
        "persons_before": np.where(first >= RECENT, persons["persons_before"], np.nan),
        "named_days": persons["named_days"] * told,
        "user_days": user_days * told,
        "baseline": baseline,
        "trend": _seasonal(found, rows, chosen, steady, first) * told,
        "features": breadth.breadth(used, rows) * told,
        "key_use": breadth.key_use(used, rows, product) * told,
        "key_drop": dropped * told,
        "key_dropped": which,
        "limit_use": limit * told,
        "limit_of": limit_of,
        "locked": breadth.locked_tried(used, rows, plans, product) * told,
    }


def _seasonal(found: Cells, rows: Rows, chosen: Flags, trends: Floats, first: Floats) -> Floats:
    """The trends, milder where a drop came a year ago too; only of customers that were there for all of that."""
    there = first >= levels.A_YEAR_AGO + DAYS - 1
    if not (there & (trends < 1)).any():
        return trends
    asked = chosen & there[rows.who] & (rows.ago >= levels.A_YEAR_AGO) & (rows.ago < levels.A_YEAR_AGO + DAYS)
    year_ago = user_weeks(found, rows, asked, levels.A_YEAR_AGO, WEEKS)
    return levels.excused(trends, levels.season(year_ago), there)


def _seen(rows: Rows) -> Flags:
    """Customers × sources: which source told of whom, use or not."""
    wide = len(rows.sources.names)
    seen = np.zeros(rows.size * wide, bool)
    for part in blocks(len(rows.who)):
        seen[rows.who[part].astype(np.int64) * wide + rows.source[part]] = True
    return seen.reshape(rows.size, wide)


def _least(values: Floats, among: Flags) -> Floats:
    """Per customer the least of its sources' values; NaN where it has none, or none that is finite."""
    least = np.where(among, values, np.inf).min(axis=1, initial=np.inf)
    return np.where(np.isfinite(least), least, np.nan)
