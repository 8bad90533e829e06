"""Scorecards that decided, when, and those that were activated; what similar accounts own."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "card_versions",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="all that the scorecard says, as JSON"),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_card_versions"),
        comment="Every scorecard that ever decided, so that a past day can be understood",
    )
    op.create_table(
        "card_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True, comment="the file's text until then; NULL where there was none"),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_card_changes"),
        comment="Scorecard files that were activated, with what they replaced",
    )
    op.create_table(
        "active_cards",
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column(
            "versions", sa.Text(), nullable=False, comment="purpose → versions in the order in which they are tried"
        ),
        sa.PrimaryKeyConstraint("since", name="pk_active_cards"),
        comment="Which scorecards decided from when on",
    )
    op.create_table(
        "peers",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_peers"),
        comment="What similar accounts own, by the book as it stood at the close of the day",
    )
