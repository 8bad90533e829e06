"""Whole deliveries in the inbox, other senders, streamed usage, erasure, and events on their way out."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STREAMED = "true where events made it, which may turn out to be another person's"
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _whole_deliveries()
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
        sa.Column(
            "digest", sa.LargeBinary(32), nullable=False, comment="keyed, of an e-mail address or a record's name"
        ),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_erased"),
        comment="Who asked to be forgotten: enough to know them again, and nothing more",
    )
    _outbound()


def _whole_deliveries() -> None:
    what = "of a body that is itself the news; NULL where it only names records"
    op.add_column("inbox", sa.Column("digest", sa.LargeBinary(16), nullable=True, comment=what))
    what = "the verified bytes, compressed; NULL once nobody may need or know them"
    op.add_column("inbox", sa.Column("body", sa.LargeBinary(), nullable=True, comment=what))
    if op.get_bind().dialect.name != "sqlite":  # which keeps no comments
        what = "who it came from: a connection, or a usage source by name"
        op.alter_column("inbox", "connection", existing_type=sa.String(), existing_nullable=False, comment=what)
        op.create_table_comment("inbox", "Verified deliveries, durable before they are acknowledged")


def _senders() -> None:
    op.create_table(
        "told",
        sa.Column("source", sa.String(), nullable=False, comment="the connection that told of it"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False, comment="as the source names it"),
        sa.Column("email", sa.String(), nullable=True, comment="of the person it is about, in lower case"),
        sa.Column("account", sa.String(), nullable=True, comment="the account as the source names it"),
        sa.Column(
            "payer", sa.String(), nullable=True, comment="whom it is about, by a name that only the source knows"
        ),
        sa.Column("state", sa.String(), nullable=False, comment="placed; astray because unknown or ambiguous; deleted"),
        sa.Column(
            "told_at",
            sa.DateTime(),
            nullable=False,
            comment="when what it says was true; an older telling changes nothing",
        ),
        sa.Column("document", sa.Text(), nullable=False, comment="canonical fields; none once it is a record"),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", "kind", "id", name="pk_told"),
        comment="What senders told of, and whom they meant by it: what nobody is found for waits here",
    )
    op.create_index("ix_told_email", "told", ["email"])
    op.create_index("ix_told_account", "told", ["account"])
    op.create_index("ix_told_payer", "told", ["payer"])
    astray = sa.text("state IN ('unknown', 'ambiguous')")
    op.create_index("ix_told_astray", "told", ["received_at"], sqlite_where=astray, postgresql_where=astray)
    op.create_table(
        "payers",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False, comment="a name that only the source knows, such as cus_123"),
        sa.Column("email", sa.String(), nullable=True, comment="in lower case"),
        sa.Column("account", sa.String(), nullable=True, comment="the account as the source names it"),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", "name", name="pk_payers"),
        comment="Whom a sender means where it tells of somebody by a name of its own",
    )
    op.create_index("ix_payers_email", "payers", ["email"])
    op.create_table(
        "person_emails",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False, comment="in lower case"),
        sa.PrimaryKeyConstraint("connection", "person_id", "email", name="pk_person_emails"),
        comment="Whose e-mail address is whose: what others than the CRM know persons by",
    )
    op.create_index("ix_person_emails_email", "person_emails", ["email"])


def _streamed_usage() -> None:
    op.add_column("usage", sa.Column("streamed", sa.Boolean(), nullable=True, comment=STREAMED))
    streamed = sa.text("streamed IS NOT NULL")
    op.create_index(
        "ix_usage_streamed", "usage", ["source", "person"], sqlite_where=streamed, postgresql_where=streamed
    )
    op.create_table(
        "usage_names",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False, comment="a user id, or an anonymous one"),
        sa.Column(
            "account_key",
            sa.String(),
            nullable=True,
            comment="whose user this is, as the source names accounts; NULL: not told yet",
        ),
        sa.Column("alias_of", sa.String(), nullable=True, comment="the user that this one was found to be"),
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
        sa.Column("message", sa.LargeBinary(16), nullable=False, comment="digest of the messageId"),
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
        sa.Column("event", sa.String(), nullable=False, comment="webhook-id: one event has the same at every attempt"),
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
        sa.Column("failures", sa.Integer(), nullable=False, comment="in a row"),
        sa.Column("rest_until", sa.DateTime(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_endpoints"),
        comment="How outbound endpoints fare",
    )
