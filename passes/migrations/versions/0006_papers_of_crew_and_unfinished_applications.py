"""What else is known of crew (vaccination, test result, usual vehicle), and applications that are not complete yet.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("crew_members") as table:
        table.add_column(sa.Column("vaccine_doses", sa.Integer(), nullable=True))
        table.add_column(sa.Column("test_result", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("usual_vehicle_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_crew_members_usual_vehicle_id_vehicles", "vehicles", ["usual_vehicle_id"], ["id"])
        table.create_index("ix_crew_members_usual_vehicle_id", ["usual_vehicle_id"])
    # Only a test that found nothing is good until some hour.
    op.execute("UPDATE crew_members SET test_result = 'negative' WHERE test_expires_at IS NOT NULL")
    with op.batch_alter_table("applications") as table:
        table.alter_column("cargo", existing_type=sa.Integer(), nullable=True)
        table.alter_column("first_day", existing_type=sa.Date(), nullable=True)
        table.alter_column("last_day", existing_type=sa.Date(), nullable=True)
    with op.batch_alter_table("application_stops") as table:
        table.alter_column("area_code", existing_type=sa.String(length=5), nullable=True)


def downgrade() -> None:
    # What is not complete was never sent; the tables of before cannot hold it.
    op.execute(
        "UPDATE applications SET cargo = NULL WHERE first_day IS NULL OR last_day IS NULL"
        " OR id IN (SELECT application_id FROM application_stops WHERE area_code IS NULL)"
    )
    op.execute(
        "DELETE FROM application_crew WHERE application_vehicle_id IN (SELECT v.id FROM application_vehicles v"
        " JOIN applications a ON a.id = v.application_id WHERE a.cargo IS NULL)"
    )
    for table in ("application_vehicles", "application_stops"):
        of_unfinished = sa.text("application_id IN (SELECT id FROM applications WHERE cargo IS NULL)")
        op.execute(sa.table(table).delete().where(of_unfinished))
    op.execute("DELETE FROM applications WHERE cargo IS NULL")
    with op.batch_alter_table("application_stops") as table:
        table.alter_column("area_code", existing_type=sa.String(length=5), nullable=False)
    with op.batch_alter_table("applications") as table:
        table.alter_column("cargo", existing_type=sa.Integer(), nullable=False)
        table.alter_column("first_day", existing_type=sa.Date(), nullable=False)
        table.alter_column("last_day", existing_type=sa.Date(), nullable=False)
    with op.batch_alter_table("crew_members") as table:
        table.drop_index("ix_crew_members_usual_vehicle_id")
        table.drop_constraint("fk_crew_members_usual_vehicle_id_vehicles", type_="foreignkey")
        table.drop_column("usual_vehicle_id")
        table.drop_column("test_result")
        table.drop_column("vaccine_doses")
