"""The application mode as a row; an instance that said it in config.toml keeps what it said.

Revision: 0024, after 0023.
"""

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "application_mode",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("audit_percent", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_application_mode_changed_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_mode")),
    )
    mode, percent = (
        current_app.config.get("APPLICATION_MODE", "review"),
        current_app.config.get("POST_AUDIT_PERCENT", 10),
    )
    op.bulk_insert(table, [{"id": 1, "mode": mode, "audit_percent": percent}])


def downgrade() -> None:
    op.drop_table("application_mode")
