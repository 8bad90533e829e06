"""What product usage says about each customer, in one pass over the daily totals. Must not know curves or weights."""

from scoring.use.onboarding import reached
from scoring.use.rows import HISTORY, Rows, gather
from scoring.use.sources import STALE_AFTER
from scoring.use.stalled import stalled_sources
from scoring.use.summary import summarise

__all__ = ["HISTORY", "STALE_AFTER", "Rows", "gather", "reached", "stalled_sources", "summarise"]
