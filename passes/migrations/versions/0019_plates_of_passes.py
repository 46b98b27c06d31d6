"""The plates that passes bear, each once.

Revision: 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pass_plates",
        sa.Column("plate", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("plate", name=op.f("pk_pass_plates")),
    )
    op.execute("INSERT INTO pass_plates (plate) SELECT DISTINCT plate FROM vehicle_passes")


def downgrade() -> None:
    op.drop_table("pass_plates")
