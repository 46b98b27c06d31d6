"""Orders that revoke, suspend or resume many passes; passes that cannot be signed; passes by their age.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "status_orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_status_orders_requested_by_id_users")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_status_orders_decided_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_orders")),
    )
    op.create_index(op.f("ix_status_orders_state"), "status_orders", ["state"], unique=False)
    op.create_index(op.f("ix_status_orders_requested_at"), "status_orders", ["requested_at"], unique=False)
    op.create_table(
        "status_order_passes",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("pass_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["status_orders.id"], name=op.f("fk_status_order_passes_order_id_status_orders")
        ),
        sa.ForeignKeyConstraint(
            ["pass_id"], ["vehicle_passes.id"], name=op.f("fk_status_order_passes_pass_id_vehicle_passes")
        ),
        sa.PrimaryKeyConstraint("order_id", "pass_id", name=op.f("pk_status_order_passes")),
    )
    op.create_index(op.f("ix_status_order_passes_pass_id"), "status_order_passes", ["pass_id"], unique=False)
    op.add_column("vehicle_passes", sa.Column("signing_error", sa.String(length=200), nullable=True))
    op.create_index("ix_vehicle_passes_newest", "vehicle_passes", ["requested_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_vehicle_passes_newest", table_name="vehicle_passes")
    op.drop_column("vehicle_passes", "signing_error")
    op.drop_table("status_order_passes")
    op.drop_table("status_orders")
