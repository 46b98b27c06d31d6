"""Scans that are judged again, passes that were too fast, clocks that were wrong.

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SCANS = ("late_found_at", "late_seen_at", "assessed_at", "clock_at")


def upgrade() -> None:
    for name in SCANS:
        op.add_column("scans", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("scans", sa.Column("assessed_generation", sa.Integer(), nullable=True))
    # In one statement: SQLite cannot make a table anew that others refer to.
    op.execute(
        "ALTER TABLE scans ADD COLUMN late_seen_by_id INTEGER"
        " CONSTRAINT fk_scans_late_seen_by_id_users REFERENCES users (id)"
    )
    condition = sa.text("assessed_at IS NULL")
    op.create_index("ix_scans_to_assess", "scans", ["id"], sqlite_where=condition, postgresql_where=condition)
    op.create_table(
        "scan_areas",
        sa.Column("scan_id", sa.String(length=32), nullable=False),
        sa.Column("area_code", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_scan_areas_area_code_areas")),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name=op.f("fk_scan_areas_scan_id_scans")),
        sa.PrimaryKeyConstraint("scan_id", "area_code", name=op.f("pk_scan_areas")),
    )
    op.create_index(op.f("ix_scan_areas_area_code"), "scan_areas", ["area_code"], unique=False)
    op.create_table(
        "travel_alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_scan_id", sa.String(length=32), nullable=False),
        sa.Column("second_scan_id", sa.String(length=32), nullable=False),
        sa.Column("kilometres", sa.Float(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["first_scan_id"], ["scans.id"], name=op.f("fk_travel_alerts_first_scan_id_scans")),
        sa.ForeignKeyConstraint(["second_scan_id"], ["scans.id"], name=op.f("fk_travel_alerts_second_scan_id_scans")),
        sa.ForeignKeyConstraint(["seen_by_id"], ["users.id"], name=op.f("fk_travel_alerts_seen_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_alerts")),
        sa.UniqueConstraint(
            "first_scan_id", "second_scan_id", name=op.f("uq_travel_alerts_first_scan_id_second_scan_id")
        ),
    )
    op.create_index(op.f("ix_travel_alerts_second_scan_id"), "travel_alerts", ["second_scan_id"], unique=False)
    op.create_table(
        "clock_corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.String(length=40), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offset_seconds", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_clock_corrections_made_by_id_users")),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_clock_corrections_station_id_stations")),
        sa.ForeignKeyConstraint(
            ["taken_back_by_id"], ["users.id"], name=op.f("fk_clock_corrections_taken_back_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_corrections")),
    )
    op.create_index(op.f("ix_clock_corrections_station_id"), "clock_corrections", ["station_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_clock_corrections_station_id"), table_name="clock_corrections")
    op.drop_table("clock_corrections")
    op.drop_index(op.f("ix_travel_alerts_second_scan_id"), table_name="travel_alerts")
    op.drop_table("travel_alerts")
    op.drop_index(op.f("ix_scan_areas_area_code"), table_name="scan_areas")
    op.drop_table("scan_areas")
    op.drop_index("ix_scans_to_assess", table_name="scans")
    for name in ("late_seen_by_id", "assessed_generation", *reversed(SCANS)):
        op.drop_column("scans", name)
