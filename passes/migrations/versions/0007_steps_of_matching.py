"""A zone is matched again in steps, and the row says how far.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rematches", sa.Column("cause", sa.String(length=64), nullable=True))
    op.add_column("rematches", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("rematches", sa.Column("people", sa.Integer(), nullable=True))
    op.add_column("rematches", sa.Column("people_done", sa.Integer(), nullable=True))
    op.execute("UPDATE rematches SET cause = 'zones.publish', started_at = done_at, people = 0, people_done = 0")
    with op.batch_alter_table("rematches") as rematches:
        rematches.alter_column("cause", existing_type=sa.String(length=64), nullable=False)
        rematches.alter_column("people", existing_type=sa.Integer(), nullable=False)
        rematches.alter_column("people_done", existing_type=sa.Integer(), nullable=False)
    op.create_table(
        "rematch_people",
        sa.Column("rematch_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_rematch_people_person_id_persons")),
        sa.ForeignKeyConstraint(["rematch_id"], ["rematches.id"], name=op.f("fk_rematch_people_rematch_id_rematches")),
        sa.PrimaryKeyConstraint("rematch_id", "person_id", name=op.f("pk_rematch_people")),
    )


def downgrade() -> None:
    op.drop_table("rematch_people")
    for name in ("people_done", "people", "started_at", "cause"):
        op.drop_column("rematches", name)
