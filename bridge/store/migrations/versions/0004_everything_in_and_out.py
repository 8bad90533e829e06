"""Whole deliveries in the inbox, other senders, streamed usage, erasure, and events on their way out."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("inbox", sa.Column("digest", sa.LargeBinary(16), nullable=True))
    op.add_column("inbox", sa.Column("body", sa.LargeBinary(), nullable=True))
    op.add_column("inbox", sa.Column("lease_token", sa.String(), nullable=True))
    op.add_column("inbox", sa.Column("lease_until", sa.DateTime(), nullable=True))
    op.create_index("ix_inbox_connection_digest", "inbox", ["connection", "digest"], unique=True)
    op.drop_index("ix_inbox_done_at_parked_id", "inbox")
    is_open, is_done = sa.text("done_at IS NULL"), sa.text("done_at IS NOT NULL")
    op.create_index(
        "ix_inbox_open", "inbox", ["connection", "parked", "id"], sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_index("ix_inbox_done", "inbox", ["done_at"], sqlite_where=is_done, postgresql_where=is_done)
    _senders()
    _streamed_usage()
    op.create_table(
        "erased",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_erased"),
        comment="Who asked to be forgotten: enough to know them again, and nothing more",
    )
    _outbound()


def _senders() -> None:
    op.create_table(
        "strays",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("payer", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", "kind", "id", name="pk_strays"),
        comment="Records that other senders told of, whose account or person nobody knows yet",
    )
    op.create_index("ix_strays_email", "strays", ["email"])
    op.create_index("ix_strays_account", "strays", ["account"])
    op.create_index("ix_strays_payer", "strays", ["payer"])
    op.create_table(
        "payers",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", "name", name="pk_payers"),
        comment="Whom a sender means where it tells of somebody by a name of its own",
    )
    op.create_index("ix_payers_email", "payers", ["email"])
    op.create_table(
        "person_emails",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "person_id", "email", name="pk_person_emails"),
        comment="Whose e-mail address is whose: what others than the CRM know persons by",
    )
    op.create_index("ix_person_emails_email", "person_emails", ["email"])


def _streamed_usage() -> None:
    op.create_table(
        "usage_names",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("account_key", sa.String(), nullable=True),
        sa.Column("alias_of", sa.String(), nullable=True),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", "person", name="pk_usage_names"),
        comment="What streamed usage sources told of their users",
    )
    op.create_index("ix_usage_names_alias_of", "usage_names", ["alias_of"])
    op.create_table(
        "unplaced_usage",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("count", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("source", "person", "day", "feature", name="pk_unplaced_usage"),
        comment="Daily totals of users whose account is not known yet",
    )
    op.create_table(
        "usage_messages",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("message", sa.LargeBinary(16), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", "message", name="pk_usage_messages"),
        comment="Messages that are counted already",
    )
    op.create_index("ix_usage_messages_at", "usage_messages", ["at"])


def _outbound() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.DateTime(), nullable=True),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("parked", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        comment="Events on their way to outbound endpoints, stored with what they tell of",
    )
    op.create_index(
        "ix_notifications_endpoint_done_at_parked_id", "notifications", ["endpoint", "done_at", "parked", "id"]
    )
    op.create_index("ix_notifications_endpoint_event", "notifications", ["endpoint", "event"], unique=True)
    op.create_table(
        "endpoints",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("failing_since", sa.DateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rest_until", sa.DateTime(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_endpoints"),
        comment="How outbound endpoints fare",
    )
