"""Isolates the record that makes a vendor refuse a whole batch: halve it until the bad one stands alone.

Owns the order of outcomes and what a half that cannot be sent means for the patches around it. Knows no
vendor and does no waiting.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from adapters.contract import Outcome, Patch
from adapters.errors import AdapterError, Locked, Lost, QuotaSpent, Refused, Retry, Unauthorized

LOCKED_ALONE: Final = 2
"""Records that were locked each by itself before any was written: then it is no record's lock, and all wait."""

Send = Callable[[Sequence[Patch]], list[Outcome]]
"""Applies patches in one call: one outcome per patch, in order. Raises ``Refused`` when none was applied."""


def halve(patches: Sequence[Patch], send: Send, most: int | None = None) -> list[Outcome]:
    """Outcomes of ``patches``, one each, in order, however often they must be split; ``most``: to one call.

    ``Retry``, ``QuotaSpent`` and ``Unauthorized`` pass through while nothing is decided yet (so nothing can
    have been applied). Once a part is decided they become "later" for that part and for all that was not
    sent: raising would lose what became of the others. A lost answer is "lost" for its part at once. ``Locked`` is
    halved, too, so that only the record that somebody holds is put off.
    """
    outcomes: list[Outcome] = []
    step = most or len(patches) or 1
    waiting = [list(patches[first : first + step]) for first in range(0, len(patches), step)][::-1]
    while waiting:
        part = waiting.pop()
        try:
            outcomes += send(part)
        except Refused as error:
            if len(part) == 1:
                outcomes.append(_refused(part[0], error))
            else:
                waiting += _halves(part)
        except Locked as error:
            if len(part) > 1:
                waiting += _halves(part)
                continue
            outcomes += _later([part], error)
            if len(outcomes) == LOCKED_ALONE and all(outcome.status == "later" for outcome in outcomes):
                return outcomes + _later(waiting, error)
        except Lost as error:
            outcomes += [Outcome(patch.ref, "lost", message=str(error)) for patch in part]
            return outcomes + _later(waiting, error)
        except (Retry, QuotaSpent, Unauthorized) as error:
            if not outcomes:
                raise
            return outcomes + _later([*waiting, part], error)
    return outcomes


def _halves(part: list[Patch]) -> list[list[Patch]]:
    """The first half comes last: it is the next to be taken from the stack."""
    middle = len(part) // 2
    return [part[middle:], part[:middle]]


def _refused(patch: Patch, error: Refused) -> Outcome:
    return Outcome(patch.ref, "refused", code=error.code, message=str(error))


def _later(waiting: Sequence[Sequence[Patch]], error: AdapterError) -> list[Outcome]:
    """What was not sent may be sent again; ``waiting`` is a stack, so its last part comes first."""
    after: timedelta | None = error.after if isinstance(error, Retry) else None
    return [
        Outcome(patch.ref, "later", code=error.code, message=str(error), after=after)
        for part in reversed(waiting)
        for patch in part
    ]
