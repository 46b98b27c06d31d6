"""What was approved of a vehicle stands in its pass: the register of vehicles may say something else when it is signed.

Revision: 0026, after 0025.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_FROM_THE_LIST = """
    UPDATE vehicle_passes SET
        vehicle_class = (
            SELECT vehicles.vehicle_class FROM vehicles
            JOIN application_vehicles ON application_vehicles.vehicle_id = vehicles.id
            WHERE application_vehicles.id = vehicle_passes.application_vehicle_id
        ),
        payload_tonnes = (
            SELECT vehicles.payload_tonnes FROM vehicles
            JOIN application_vehicles ON application_vehicles.vehicle_id = vehicles.id
            WHERE application_vehicles.id = vehicle_passes.application_vehicle_id
        )
"""
_COLUMNS = {"vehicle_class": sa.Integer(), "payload_tonnes": sa.Numeric(precision=5, scale=1)}


def upgrade() -> None:
    with op.batch_alter_table("vehicle_passes") as passes:
        for name, kind in _COLUMNS.items():
            passes.add_column(sa.Column(name, kind, nullable=True))
    op.execute(_FROM_THE_LIST)
    with op.batch_alter_table("vehicle_passes") as passes:
        for name, kind in _COLUMNS.items():
            passes.alter_column(name, existing_type=kind, nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("vehicle_passes") as passes:
        for name in _COLUMNS:
            passes.drop_column(name)
