"""What decided beside the scorecards, so that a past day can be rebuilt after the settings were changed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "scope, flags, segments … that decided with them; NULL: not kept then"
    op.add_column("active_cards", sa.Column("rules", sa.Text(), nullable=True, comment=comment))
