"""Where exactly a station stands, so that posts can tell what no truck can drive.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stations", sa.Column("latitude", sa.Float(), nullable=True))
    op.add_column("stations", sa.Column("longitude", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("stations", "longitude")
    op.drop_column("stations", "latitude")
