"""How many records go into one write: a batch, or as many as there are where the CRM writes in bulk. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol


class Writes(Protocol):
    """What an adapter says of the sizes of its writes (see ``adapters.contract``)."""

    write_batch: int
    write_most: int
    bulk_above: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """``batch``: records to a call; ``most``: records to a write; bulk pays for more than ``bulk_above``."""

    batch: int
    most: int
    bulk_above: int

    def next(self, waiting: int) -> int:
        """How many of the waiting records go into the next write."""
        return min(waiting, self.most if waiting > self.bulk_above else self.batch)

    def in_bulk(self, records: int) -> bool:
        """Whether a write of so many records takes as long as a bulk job may."""
        return records > min(self.bulk_above, self.batch)


def sizes(adapter: Writes, lowered: int | None = None) -> Sizes:
    """The adapter's own sizes, none of them larger than ``lowered`` (None: as they are)."""
    most = max(1, min(lowered or adapter.write_most, adapter.write_most))
    return Sizes(min(adapter.write_batch, most), most, adapter.bulk_above)


def calls(count: int, size: Sizes, calls_of: Callable[[int], int]) -> int:
    """API calls to write so many records of one kind; ``calls_of``: those of one write."""
    return sum(calls_of(some) for some in _writes(count, size))


def _writes(count: int, size: Sizes) -> Iterator[int]:
    while count > 0:
        some = size.next(count)
        yield some
        count -= some
