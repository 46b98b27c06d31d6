"""Notices, reminders of papers that end, and whether a user wants notices by e-mail.

Revision: 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KIND = sa.String(length=32)


def upgrade() -> None:
    op.add_column("users", sa.Column("wants_mail", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_mail_due", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_user_id", "notices", ["user_id", "read_at"])
    op.create_index(op.f("ix_notices_written_at"), "notices", ["written_at"])
    condition = sa.text("is_mail_due")
    op.create_index("ix_notices_mail_due", "notices", ["user_id"], sqlite_where=condition, postgresql_where=condition)
    op.create_table(
        "reminders",
        sa.Column("kind", KIND, nullable=False),
        sa.Column("subject_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id", "ends_at", name=op.f("pk_reminders")),
    )
    op.create_index(op.f("ix_reminders_ends_at"), "reminders", ["ends_at"])
    op.create_table(
        "reminder_rounds",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last_carrier_id", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_reminder_rounds")),
    )


def downgrade() -> None:
    op.drop_table("reminder_rounds")
    op.drop_table("reminders")
    op.drop_table("notices")
    with op.batch_alter_table("users") as batch:
        batch.drop_column("wants_mail")
