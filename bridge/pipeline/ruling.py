"""By what a workspace decides, as it is kept in the store, and the workspace as it was ruled on a past day.

Owns which settings decide; must not know how.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from bridge.store import cards
from bridge.workspace import Workspace
from config.settings import Settings

DECIDING: Final = frozenset({
    "scope", "flags", "segments", "stages", "product", "currency", "identity", "usage", "timezone", "language",
})  # fmt: skip
"""The settings that decide, beside the scorecards and which of them are on."""


def rules_of(settings: Settings) -> Mapping[str, Any]:
    """All that decides beside cards and records, as plain JSON; secrets are masked."""
    return settings.model_dump(mode="json", by_alias=True, include=set(DECIDING))


def ruled_at(db: Connection, workspace: Workspace, moment: datetime) -> Workspace:
    """The workspace with the cards and rules that decided at that moment, as far as they were kept; for reading only.

    Earlier releases kept no rules: the present ones stand for theirs.
    """
    then = cards.active_at(db, moment)
    if then is None:
        return workspace
    rules = {**dict(workspace.settings), **(then.rules or {}), "scorecards": list(then.cards)}
    return replace(workspace, settings=Settings.model_validate(rules), cards=then.cards)
