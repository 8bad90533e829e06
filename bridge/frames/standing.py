"""What stood about customers when the day before closed: the state from which a day's bands, stages and flags go on.

Asked of records as they were known then, so that a day rebuilt starts where the day as it was scored did.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from bridge.frames.frames import customer_rows
from bridge.knowledge.knowledge import Fact
from bridge.moments import Moment, closed
from bridge.store import decisions
from bridge.workspace import Workspace
from scoring.decision import Previous


def standing(
    db: Connection, workspace: Workspace, ids: Sequence[int], accounts: Sequence[Fact], moment: Moment
) -> Mapping[int, Previous]:
    """Of those of ``ids`` that were in scope at that close. Who was not, or was gone, starts without an old state.

    ``accounts``: the facts that ``ids`` are in scope by; where none of them is new since, nobody has come back.
    """
    if moment.dated:
        return {}
    before = closed(moment.day - timedelta(days=1), workspace.settings.zone)
    changed = {fact.customer for fact in accounts if fact.known.known_from > before.at}
    asked = sorted(changed.intersection(ids))
    rows = customer_rows(db, workspace.settings, asked, before)[0] if asked else {}
    there = {id for id in ids if id not in changed or (id in rows and workspace.scope.holds(rows[id]))}
    return decisions.previous(db, sorted(there), moment.day)
