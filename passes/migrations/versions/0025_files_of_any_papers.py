"""Files of many papers: side copies, slips and cards beside windscreen sheets.

Revision: 0025, after 0024.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("print_jobs") as jobs:
        jobs.add_column(sa.Column("kind", sa.String(length=32), server_default="windscreen", nullable=False))
    with op.batch_alter_table("print_jobs") as jobs:
        jobs.alter_column("kind", existing_type=sa.String(length=32), server_default=None)
    op.create_table(
        "print_job_papers",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pass_id", sa.Integer(), nullable=True),
        sa.Column("supplement_id", sa.Integer(), nullable=True),
        sa.Column("is_left_out", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["print_jobs.id"], name=op.f("fk_print_job_papers_job_id_print_jobs")),
        sa.ForeignKeyConstraint(
            ["pass_id"], ["vehicle_passes.id"], name=op.f("fk_print_job_papers_pass_id_vehicle_passes")
        ),
        sa.ForeignKeyConstraint(
            ["supplement_id"], ["supplements.id"], name=op.f("fk_print_job_papers_supplement_id_supplements")
        ),
        sa.PrimaryKeyConstraint("job_id", "position", name=op.f("pk_print_job_papers")),
    )
    op.execute(
        "INSERT INTO print_job_papers (job_id, position, pass_id, is_left_out) "
        "SELECT job_id, position, pass_id, is_left_out FROM print_job_passes"
    )
    op.drop_table("print_job_passes")


def downgrade() -> None:
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
    op.execute(
        "INSERT INTO print_job_passes (job_id, position, pass_id, is_left_out) "
        "SELECT job_id, position, pass_id, is_left_out FROM print_job_papers WHERE pass_id IS NOT NULL"
    )
    op.drop_table("print_job_papers")
    op.execute("DELETE FROM print_jobs WHERE kind IN ('small', 'four_up')")
    with op.batch_alter_table("print_jobs") as jobs:
        jobs.drop_column("kind")
