"""Devices that roll their keys, and receipts for batches that came on sticks.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("devices", sa.Column("replaced_by", sa.String(length=16), nullable=True))
    op.create_table(
        "batch_receipts",
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("station_id", sa.String(length=40), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_batch_receipts_station_id_stations")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_batch_receipts_device_id_devices")),
        sa.PrimaryKeyConstraint("batch", name=op.f("pk_batch_receipts")),
    )
    op.create_index(op.f("ix_batch_receipts_station_id"), "batch_receipts", ["station_id"])
    op.create_index(op.f("ix_batch_receipts_received_at"), "batch_receipts", ["received_at"])


def downgrade() -> None:
    op.drop_table("batch_receipts")
    op.drop_column("devices", "replaced_by")
