"""What a connection may ask its CRM for: the seam between the adapters, which make calls, and whoever budgets them.

Owns the words; must not know how much is left, nor where that is kept. An adapter counts every call before it is
made (``Calls.count``), hands on what the vendor says of the org's day, and what the vendor refuses for it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

Purpose = Literal["token", "describe", "page", "association", "read", "write", "provision", "other"]


@dataclass(frozen=True, slots=True)
class Quota:
    """The org's daily allowance of API calls, as the vendor reports it."""

    limit: int
    remaining: int
    zone: ZoneInfo | None = None
    """Where the vendor's day ends at midnight; None where it is the last 24 hours."""


class Budget(Protocol):
    """Told of every call of one connection. Safe for several threads."""

    def before(self, purpose: Purpose) -> None:
        """Count one call that is about to be made. Raises QuotaSpent when it must not be."""

    def heard(self, quota: Quota) -> None:
        """The vendor said what is left for everybody."""

    def refused(self, until: datetime | None) -> datetime | None:
        """The vendor itself says that the day's calls are spent, until then where it says so.

        Gives the moment that holds: until then no call is made.
        """


class Unlimited:
    """A budget without bounds: whoever uses an adapter by itself."""

    def before(self, purpose: Purpose) -> None:
        """Every call may be made."""

    def heard(self, quota: Quota) -> None:
        """Nobody asks."""

    def refused(self, until: datetime | None) -> datetime | None:
        return until
