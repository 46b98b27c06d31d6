"""Files of many printed passes.

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "print_jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("carrier_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["organisations.id"], name=op.f("fk_print_jobs_carrier_id_organisations")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_print_jobs_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_jobs")),
    )
    op.create_index(op.f("ix_print_jobs_carrier_id"), "print_jobs", ["carrier_id"])
    op.create_index(op.f("ix_print_jobs_state"), "print_jobs", ["state"])
    op.create_table(
        "print_job_passes",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pass_id", sa.Integer(), nullable=False),
        sa.Column("is_left_out", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["print_jobs.id"], name=op.f("fk_print_job_passes_job_id_print_jobs")),
        sa.ForeignKeyConstraint(
            ["pass_id"], ["vehicle_passes.id"], name=op.f("fk_print_job_passes_pass_id_vehicle_passes")
        ),
        sa.PrimaryKeyConstraint("job_id", "position", name=op.f("pk_print_job_passes")),
    )


def downgrade() -> None:
    op.drop_table("print_job_passes")
    op.drop_table("print_jobs")
