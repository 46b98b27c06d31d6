"""Spreadsheets of vehicles and crew, row by row.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fleet_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("carrier_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("todo", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["organisations.id"], name=op.f("fk_fleet_imports_carrier_id_organisations")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_fleet_imports_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fleet_imports")),
    )
    op.create_index(op.f("ix_fleet_imports_carrier_id"), "fleet_imports", ["carrier_id"])
    op.create_index(op.f("ix_fleet_imports_state"), "fleet_imports", ["state"])
    op.create_table(
        "fleet_import_rows",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("is_waiting", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("problems", sa.LargeBinary(), nullable=True),
        sa.Column("has_error", sa.Boolean(), nullable=False),
        sa.Column("has_warning", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("after", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["fleet_imports.id"], name=op.f("fk_fleet_import_rows_import_id_fleet_imports")
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_fleet_import_rows")),
    )
    op.create_index("ix_fleet_import_rows_key", "fleet_import_rows", ["import_id", "key"])


def downgrade() -> None:
    op.drop_table("fleet_import_rows")
    op.drop_table("fleet_imports")
