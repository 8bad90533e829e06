"""Who did what, and when: one row per command that changed something in a CRM or in the store."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from bridge.store.schema import audit


def record(db: Connection, actor: str, action: str, detail: Mapping[str, Any], at: datetime) -> None:
    """``detail`` holds counts and names, never personal data nor secrets."""
    db.execute(insert(audit).values(at=at, actor=actor, action=action, detail=dict(detail)))
