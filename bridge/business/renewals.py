"""When customers renew, as scoring reckons it: by the account, else its contracts, else its open renewal deal.

Must not know the store, nor what is made of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from bridge.frames import rows as frame_rows
from bridge.frames.rows import Row
from bridge.knowledge.knowledge import Fact
from scoring.features.commercial import days_to_renewal
from scoring.frames import empty_frames, frame
from scoring.past import past


def days_ahead(rows: Mapping[int, Row], around: Mapping[str, Sequence[Fact]], today: date) -> dict[int, float]:
    """Days until the renewal of each customer in ``rows``, negative once it is over; who has none is left out.

    ``around``: what is known now, contracts and deals among it.
    """
    frames = replace(
        empty_frames(today),
        customers=frame("customers", [{**row, "customer": id} for id, row in rows.items()]),
        contracts=frame("contracts", map(frame_rows.contract, around["contract"])),
        deals=frame("deals", map(frame_rows.deal, around["deal"])),
    )
    found = days_to_renewal(past(frames)).dropna()
    return dict(zip(found.index.tolist(), found.tolist(), strict=True))
