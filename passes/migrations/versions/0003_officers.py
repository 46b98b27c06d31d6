"""Officers of stations, where they work, and what is kept of their PINs.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "officers",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("pin_serial", sa.Integer(), nullable=False),
        sa.Column("pin_given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officers")),
    )
    op.create_table(
        "officer_postings",
        sa.Column("officer_id", sa.String(length=16), nullable=False),
        sa.Column("station_id", sa.String(length=40), nullable=False),
        sa.Column("pin_verifier", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_officer_postings_officer_id_officers")),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_officer_postings_station_id_stations")),
        sa.PrimaryKeyConstraint("officer_id", "station_id", name=op.f("pk_officer_postings")),
    )
    op.create_index(op.f("ix_officer_postings_station_id"), "officer_postings", ["station_id"])
    op.create_table(
        "station_peppers",
        sa.Column("station_id", sa.String(length=40), nullable=False),
        sa.Column("pepper", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_station_peppers_station_id_stations")),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_station_peppers")),
    )


def downgrade() -> None:
    op.drop_table("station_peppers")
    op.drop_index(op.f("ix_officer_postings_station_id"), "officer_postings")
    op.drop_table("officer_postings")
    op.drop_table("officers")
