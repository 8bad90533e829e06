"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_keys",
        sa.Column("account_key", sa.String(), nullable=False, comment="as usage[].account_key spells it"),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column(
            "customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.PrimaryKeyConstraint("account_key", "value", "customer_id", name="pk_account_keys"),
        comment="By what else than ids usage sources name accounts, and whose names these are",
    )
    op.create_index("ix_account_keys_customer_id", "account_keys", ["customer_id"], unique=False)
    op.create_table(
        "affected",
        sa.Column(
            "customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=True, comment="NULL when nothing waits"),
        sa.PrimaryKeyConstraint("customer_id", name="pk_affected"),
        comment="Customers about whom something changed; the version is the claim's token, and never starts again",
    )
    op.create_index("ix_affected_since", "affected", ["since"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "connections",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("crm", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("pinned_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_connections"),
        comment="The org behind each connection, pinned at first use",
    )
    op.create_table(
        "cursors",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "kind", name="pk_cursors"),
    )
    op.create_table(
        "customer_refs",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("connection", "account_id", name="pk_customer_refs"),
    )
    op.create_index("ix_customer_refs_customer_id", "customer_refs", ["customer_id"], unique=False)
    op.create_table(
        "customers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("closed_through", sa.Date(), nullable=False, comment="the last day that was closed; see NOT_YET"),
        sa.Column("inside", sa.Boolean(), nullable=False, comment="in scope, when it was last decided about"),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )
    op.create_index("ix_customers_closed_through", "customers", ["closed_through"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False, comment="the whole decision, contributions included"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        comment="Score history; a decision equal to the last is not stored again",
    )
    op.create_index("ix_decisions_customer_id_day_id", "decisions", ["customer_id", "day", "id"], unique=False)
    op.create_table(
        "entries",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("work", sa.Integer(), nullable=False, comment="1 to be written, 2 to be read back, -1 parked"),
        sa.Column("retry_at", sa.DateTime(), nullable=True),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False, comment="desired, confirmed, sent, accepted, refusal …"),
        sa.PrimaryKeyConstraint("connection", "kind", "id", name="pk_entries"),
        comment="Write-back: what each CRM record should hold, and what it confirmed",
    )
    op.create_index("ix_entries_connection_work_kind_id", "entries", ["connection", "work", "kind", "id"], unique=False)
    op.create_index(
        "ix_entries_leased",
        "entries",
        ["connection"],
        unique=False,
        sqlite_where=sa.text("lease_token IS NOT NULL"),
        postgresql_where=sa.text("lease_token IS NOT NULL"),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_facts"),
        comment="Single facts about the workspace: what the last publication was made with",
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("refs", sa.Text(), nullable=False, comment="[[kind, id], …] to look at again"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.DateTime(), nullable=True),
        sa.Column("parked", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        comment="What verified deliveries named, durable before they are acknowledged; their bodies are not kept",
    )
    op.create_index("ix_inbox_done_at_parked_id", "inbox", ["done_at", "parked", "id"], unique=False)
    op.create_table(
        "links",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("to_kind", sa.String(), nullable=False),
        sa.Column("to_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "to_kind", "to_id", "kind", "id", name="pk_links"),
        comment="Which records ever named which account or person; an index only, the payload decides",
    )
    op.create_index("ix_links_connection_kind_id", "links", ["connection", "kind", "id"], unique=False)
    op.create_table(
        "records",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column(
            "payload", sa.Text(), nullable=True, comment="canonical fields as JSON; NULL when the record is gone"
        ),
        sa.Column(
            "digest",
            sa.LargeBinary(length=16),
            nullable=True,
            comment="of the payload: own fields and stamps are outside it",
        ),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("known_from", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "kind", "id", name="pk_records"),
        comment="What the store knows now of each CRM record",
    )
    op.create_table(
        "usage",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("account_key", sa.String(), nullable=False, comment="the account as the source names it"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person", sa.String(), nullable=False, comment="empty when the source names none"),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("count", sa.Float(), nullable=False),
        sa.Column("known_from", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", "account_key", "day", "person", "feature", name="pk_usage"),
        comment="Daily totals, as the source says now",
    )
    op.create_index("ix_usage_source_day", "usage", ["source", "day"], unique=False)
    op.create_table(
        "usage_sources",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False, comment="of the file last taken in"),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_usage_sources"),
    )
    op.create_table(
        "usage_versions",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("account_key", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("known_from", sa.DateTime(), nullable=False),
        sa.Column("known_to", sa.DateTime(), nullable=False),
        sa.Column("count", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint(
            "source", "account_key", "day", "person", "feature", "known_from", name="pk_usage_versions"
        ),
        comment="Daily totals that the source corrected since",
    )
    op.create_table(
        "versions",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("known_from", sa.DateTime(), nullable=False),
        sa.Column("known_to", sa.DateTime(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("connection", "kind", "id", "known_from", name="pk_versions"),
        comment="What the store knew before: superseded payloads",
    )
