"""Tokens, spent calls, the vendors' own histories, reconciling, identities."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False, comment="encrypted under secret_key"),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("connection", name="pk_tokens"),
        comment="What a login handed out that outlives the process: refresh tokens",
    )
    op.create_table(
        "spend",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("hour", sa.DateTime(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "hour", "purpose", name="pk_spend"),
        comment="API calls in hourly buckets, shared by all processes",
    )
    op.create_table(
        "allowances",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False, comment="calls of the org's day"),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column(
            "zone",
            sa.String(),
            nullable=True,
            comment="where the day ends at midnight; NULL where it is the last 24 hours",
        ),
        sa.Column("heard_at", sa.DateTime(), nullable=True),
        sa.Column("stopped_until", sa.DateTime(), nullable=True, comment="the vendor refused a call for the day"),
        sa.PrimaryKeyConstraint("connection", name="pk_allowances"),
        comment="What each vendor last said of its org's daily calls",
    )
    op.add_column(
        "entries",
        sa.Column(
            "priority",
            sa.Integer(),
            nullable=False,
            server_default=sa.text("1"),
            comment="0 urgent, 1 ordinary, 2 cosmetic",
        ),
    )
    op.drop_index("ix_entries_connection_work_kind_id", table_name="entries")
    op.create_index(
        "ix_entries_connection_work_priority_kind_id", "entries", ["connection", "work", "priority", "kind", "id"]
    )
    op.create_table(
        "past_values",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("connection", "kind", "id", "field", "since", name="pk_past_values"),
        comment="What fields held before the first sync, as the vendor's own history tells",
    )
    op.create_table(
        "sightings",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("relinked", sa.Boolean(), nullable=False, comment="Whether it names other records there than here"),
        sa.PrimaryKeyConstraint("connection", "kind", "id", name="pk_sightings"),
        comment="The ids that a reconcile under way has seen in the CRM",
    )
    op.create_table(
        "vanished",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "kind", "id", name="pk_vanished"),
        comment="Accounts and persons that are gone, until whoever names them was read again",
    )
    op.create_table(
        "account_identities",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("sort", sa.String(), nullable=False, comment="link or domain"),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "account_id", "sort", name="pk_account_identities"),
        comment="By what accounts of several connections are found to be one customer",
    )
    op.create_index("ix_account_identities_sort_value", "account_identities", ["sort", "value"], unique=False)
    op.add_column("customer_refs", sa.Column("own_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    op.execute("UPDATE customer_refs SET own_id = customer_id")  # until now every account was a customer by itself
    with op.batch_alter_table("customer_refs") as refs:
        refs.alter_column(
            "own_id",
            existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="the customer it began as, and is again when it parts",
        )
    op.create_table(
        "rollups",
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "document",
            sa.Text(),
            nullable=False,
            comment="score, band, since when, and the accounts that it is made of",
        ),
        sa.PrimaryKeyConstraint("customer_id", "day", name="pk_rollups"),
        comment="What parent accounts were told of themselves and the accounts below them",
    )
