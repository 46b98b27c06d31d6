"""Zones that are being prepared, the people who do it, and the decisions that they attach.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "zone_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["users.id"], name=op.f("fk_zone_documents_uploaded_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_documents")),
    )
    op.create_table(
        "zone_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("zone_id", sa.String(length=40), nullable=True),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("passage", sa.Boolean(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_zone_proposals_changed_by_id_users")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["zone_documents.id"], name=op.f("fk_zone_proposals_document_id_zone_documents")
        ),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["users.id"], name=op.f("fk_zone_proposals_proposed_by_id_users")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_zone_proposals_zone_id_zones")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_proposals")),
    )
    op.create_index(op.f("ix_zone_proposals_zone_id"), "zone_proposals", ["zone_id"], unique=False)
    with op.batch_alter_table("zone_versions") as versions:
        versions.add_column(sa.Column("proposed_by_id", sa.Integer(), nullable=True))
        versions.add_column(sa.Column("document_id", sa.Integer(), nullable=True))
        versions.create_foreign_key(op.f("fk_zone_versions_proposed_by_id_users"), "users", ["proposed_by_id"], ["id"])
        versions.create_foreign_key(
            op.f("fk_zone_versions_document_id_zone_documents"), "zone_documents", ["document_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("zone_versions") as versions:
        versions.drop_constraint(op.f("fk_zone_versions_document_id_zone_documents"), type_="foreignkey")
        versions.drop_constraint(op.f("fk_zone_versions_proposed_by_id_users"), type_="foreignkey")
        versions.drop_column("document_id")
        versions.drop_column("proposed_by_id")
    op.drop_index(op.f("ix_zone_proposals_zone_id"), table_name="zone_proposals")
    op.drop_table("zone_proposals")
    op.drop_table("zone_documents")
