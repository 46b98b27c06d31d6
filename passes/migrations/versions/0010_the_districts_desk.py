"""What districts say and do about follow-ups, who looked at whom, and how long movements are kept.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("movements", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("kept_movements", sa.Integer(), nullable=False),
        sa.Column("kept_people", sa.Integer(), nullable=False),
        sa.Column("sealed_followups", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purges")),
    )
    op.create_index(op.f("ix_purges_at"), "purges", ["at"], unique=False)

    op.create_table(
        "retention_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("newest_movement_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_marks")),
    )
    op.create_index(op.f("ix_retention_marks_noted_at"), "retention_marks", ["noted_at"], unique=False)

    op.create_table(
        "assignments",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("district_code", sa.String(length=5), nullable=False),
        sa.Column("ward_code", sa.String(length=5), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_assignments_by_id_users")),
        sa.ForeignKeyConstraint(["district_code"], ["areas.code"], name=op.f("fk_assignments_district_code_areas")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_assignments_person_id_persons")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_assignments_user_id_users")),
        sa.ForeignKeyConstraint(["ward_code"], ["areas.code"], name=op.f("fk_assignments_ward_code_areas")),
        sa.PrimaryKeyConstraint("person_id", "district_code", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_user_id"), "assignments", ["user_id"], unique=False)
    op.create_index(op.f("ix_assignments_ward_code"), "assignments", ["ward_code"], unique=False)

    op.create_table(
        "lookups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_lookups_person_id_persons")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_lookups_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookups")),
    )
    op.create_index(op.f("ix_lookups_at"), "lookups", ["at"], unique=False)
    op.create_index(op.f("ix_lookups_person_id"), "lookups", ["person_id"], unique=False)
    op.create_index("ix_lookups_user_person_at", "lookups", ["user_id", "person_id", "at"], unique=False)

    op.create_table(
        "samples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("named_person_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_samples_by_id_users")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_samples_person_id_persons")),
        sa.ForeignKeyConstraint(["named_person_id"], ["persons.id"], name=op.f("fk_samples_named_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_samples")),
    )
    op.create_index(op.f("ix_samples_person_id"), "samples", ["person_id"], unique=False)

    op.create_table(
        "status_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("named_person_id", sa.Integer(), nullable=False),
        sa.Column("zone_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_status_events_by_id_users")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_status_events_person_id_persons")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_status_events_zone_id_zones")),
        sa.ForeignKeyConstraint(
            ["named_person_id"], ["persons.id"], name=op.f("fk_status_events_named_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_events")),
    )
    op.create_index("ix_status_events_person_zone", "status_events", ["person_id", "zone_id"], unique=False)
    op.create_index(op.f("ix_status_events_zone_id"), "status_events", ["zone_id"], unique=False)

    op.create_table(
        "transfers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("named_person_id", sa.Integer(), nullable=False),
        sa.Column("from_district", sa.String(length=5), nullable=True),
        sa.Column("to_code", sa.String(length=5), nullable=False),
        sa.Column("to_district", sa.String(length=5), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_transfers_asked_by_id_users")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_transfers_decided_by_id_users")),
        sa.ForeignKeyConstraint(["from_district"], ["areas.code"], name=op.f("fk_transfers_from_district_areas")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_transfers_person_id_persons")),
        sa.ForeignKeyConstraint(["to_code"], ["areas.code"], name=op.f("fk_transfers_to_code_areas")),
        sa.ForeignKeyConstraint(["to_district"], ["areas.code"], name=op.f("fk_transfers_to_district_areas")),
        sa.ForeignKeyConstraint(["named_person_id"], ["persons.id"], name=op.f("fk_transfers_named_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
    )
    op.create_index(op.f("ix_transfers_from_district"), "transfers", ["from_district"], unique=False)
    op.create_index(op.f("ix_transfers_person_id"), "transfers", ["person_id"], unique=False)
    op.create_index(op.f("ix_transfers_state"), "transfers", ["state"], unique=False)
    op.create_index(op.f("ix_transfers_to_district"), "transfers", ["to_district"], unique=False)

    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("named_person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("temperature", sa.Numeric(precision=3, scale=1), nullable=True),
        sa.Column("symptoms", sa.JSON(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_visits_by_id_users")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_visits_person_id_persons")),
        sa.ForeignKeyConstraint(["named_person_id"], ["persons.id"], name=op.f("fk_visits_named_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index("ix_visits_person_at", "visits", ["person_id", "at"], unique=False)

    with op.batch_alter_table("followups") as batch_op:
        batch_op.add_column(sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("acknowledged_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_followups_listed_at"), ["listed_at"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_followups_acknowledged_by_id_users"), "users", ["acknowledged_by_id"], ["id"]
        )
    op.execute("UPDATE followups SET listed_at = created_at")
    with op.batch_alter_table("followups") as batch_op:
        batch_op.alter_column("listed_at", existing_type=sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("followups") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_followups_acknowledged_by_id_users"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_followups_listed_at"))
        batch_op.drop_column("sealed_at")
        batch_op.drop_column("acknowledged_by_id")
        batch_op.drop_column("acknowledged_at")
        batch_op.drop_column("listed_at")

    op.drop_index("ix_visits_person_at", table_name="visits")

    op.drop_table("visits")
    op.drop_index(op.f("ix_transfers_to_district"), table_name="transfers")
    op.drop_index(op.f("ix_transfers_state"), table_name="transfers")
    op.drop_index(op.f("ix_transfers_person_id"), table_name="transfers")
    op.drop_index(op.f("ix_transfers_from_district"), table_name="transfers")

    op.drop_table("transfers")
    op.drop_index(op.f("ix_status_events_zone_id"), table_name="status_events")
    op.drop_index("ix_status_events_person_zone", table_name="status_events")

    op.drop_table("status_events")
    op.drop_index(op.f("ix_samples_person_id"), table_name="samples")

    op.drop_table("samples")
    op.drop_index("ix_lookups_user_person_at", table_name="lookups")
    op.drop_index(op.f("ix_lookups_person_id"), table_name="lookups")
    op.drop_index(op.f("ix_lookups_at"), table_name="lookups")

    op.drop_table("lookups")
    op.drop_index(op.f("ix_assignments_ward_code"), table_name="assignments")
    op.drop_index(op.f("ix_assignments_user_id"), table_name="assignments")

    op.drop_table("assignments")
    op.drop_index(op.f("ix_retention_marks_noted_at"), table_name="retention_marks")

    op.drop_table("retention_marks")
    op.drop_index(op.f("ix_purges_at"), table_name="purges")

    op.drop_table("purges")
