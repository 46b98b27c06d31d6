"""Administration: organisations that wait for approval or are closed, and drafts of the policy.

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisations", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("organisations", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE organisations SET approved_at = created_at")  # all of them were made by the authority
    op.create_index(op.f("ix_organisations_approved_at"), "organisations", ["approved_at"], unique=False)
    op.create_table(
        "policy_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_policy_drafts_created_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_drafts")),
    )


def downgrade() -> None:
    op.drop_table("policy_drafts")
    op.drop_index(op.f("ix_organisations_approved_at"), table_name="organisations")
    op.drop_column("organisations", "closed_at")
    op.drop_column("organisations", "approved_at")
