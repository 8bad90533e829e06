"""How urgent it is to write a record: red flags go first, cosmetic changes wait.

Pure. Decided from what changed; must not know how many calls are left.
"""

from typing import Final

from adapters.records import Fields
from config.fields import OwnField
from config.words import WriteUrgency
from webhooks.writeback.entry import Entry, OwnFields, prepare
from webhooks.writeback.gate import GATED

BAND: Final = "health_band"
FLAGS: Final = "risk_flags"


def urgency(entry: Entry, fields: OwnFields) -> WriteUrgency:
    """Of what is to be written; of what was sent, where its answer is to be found out about."""
    return of_patch(prepare(entry, fields) if entry.sent is None else entry.sent, entry.confirmed, fields)


def of_patch(patch: Fields, before: Fields, fields: OwnFields) -> WriteUrgency:
    """urgent: a flag is raised or cleared, or a band changes; cosmetic: sentences, drifting figures and links alone.

    The first band of a record is news only when it is red: a first publication is not all urgent.
    """
    if FLAGS in patch or (BAND in patch and (before.get(BAND) is not None or patch[BAND] == "red")):
        return "urgent"
    can_wait = all(name in GATED or (name in fields and _can_wait(fields[name])) for name in patch)
    return "cosmetic" if patch and can_wait else "ordinary"


def _can_wait(field: OwnField) -> bool:
    """Nobody acts on a link to a survey by itself: it waits for the next mailing."""
    return field.gated or field.on == "person"
