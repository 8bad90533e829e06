"""The risk flags that exist: their names (which are the CRM's option values) and shipped days.

Owns the list; what raises a flag is scoring's.
"""

from collections.abc import Mapping
from typing import Final

FLAG_DAYS: Final[Mapping[str, int | None]] = {
    "silent": 21,
    "detractor": 90,
    "escalated_ticket": None,
    "renewal_near": 90,
    "payment_late": 14,
}
"""Every flag, and the days it takes when the admin gives none; None for one without. All are on without a choice."""
