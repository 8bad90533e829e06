"""Several calls that only read, made at once: each waits for HubSpot and not for the others. Knows no call."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")

MOST: Final = 4
"""Calls under way at a time; the pace and the budget are asked for each as ever."""


def together(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What each gives, in their order. Once one has failed none is begun any more, and the first error, in that order,
    is raised when all have ended.
    """
    if len(calls) < 2:
        return [call() for call in calls]
    with ThreadPoolExecutor(min(len(calls), MOST), "hubspot read") as pool:
        made = [pool.submit(call) for call in calls]
        try:
            return [one.result() for one in made]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
