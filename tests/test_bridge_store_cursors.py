from datetime import UTC, datetime, timedelta

import pytest

from bridge.store import audit, cursors
from bridge.store.engine import Store
from bridge.store.schema import audit as audit_table
from config.errors import ConfigError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_cursor_is_kept_for_each_connection_and_kind(store: Store) -> None:
    with store.write() as db:
        assert cursors.cursor(db, "sf", "account") is None
        assert cursors.last_sync(db) is None
        cursors.save_cursor(db, "sf", "account", "1", NOW)
        cursors.save_cursor(db, "sf", "account", "2", NOW + timedelta(hours=1))
        cursors.save_cursor(db, "hs", "account", "h", NOW)
        assert cursors.cursor(db, "sf", "account") == "2"
        assert cursors.cursor(db, "sf", "person") is None
        assert cursors.last_sync(db) == NOW + timedelta(hours=1)
        cursors.forget_cursors(db, "sf")
        assert cursors.cursor(db, "sf", "account") is None
        assert cursors.cursor(db, "hs", "account") == "h"


def test_an_org_is_pinned_at_first_use(store: Store) -> None:
    with store.write() as db:
        cursors.pin_org(db, "sf", "salesforce", "org-1", NOW)
        cursors.pin_org(db, "sf", "salesforce", "org-1", NOW)
        cursors.pin_org(db, "hs", "hubspot", "org-2", NOW)
        assert cursors.pinned_org(db, "sf") == "org-1"
        with pytest.raises(ConfigError, match=r"connections\.sf: this connection belongs to org org-1.*org-3"):
            cursors.pin_org(db, "sf", "salesforce", "org-3", NOW)
        assert cursors.pinned_org(db, "sf") == "org-1"


def test_facts_are_overwritten_and_audit_rows_are_not(store: Store) -> None:
    with store.write() as db:
        assert cursors.fact(db, "a") is None
        cursors.save_fact(db, "a", "1")
        cursors.save_fact(db, "a", "2")
        assert cursors.fact(db, "a") == "2"
        for count in (1, 2):
            audit.record(db, "operator", "push", {"written": count}, NOW)
        rows = db.execute(audit_table.select().order_by(audit_table.c.id)).mappings().all()
        assert [(row["at"], row["actor"], row["detail"]) for row in rows] == [
            (NOW, "operator", {"written": 1}), (NOW, "operator", {"written": 2}),
        ]  # fmt: skip
