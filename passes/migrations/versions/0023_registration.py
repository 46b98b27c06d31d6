"""Carriers register themselves: asking, refusing, whose truck it is; colleagues are invited and removed.

Revision: 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NOT_REFUSED = sa.text("refused_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("organisations") as batch:
        batch.add_column(sa.Column("owner_person_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("refusal_reason", sa.String(length=500), nullable=True))
        batch.create_foreign_key(
            op.f("fk_organisations_owner_person_id_persons"), "persons", ["owner_person_id"], ["id"]
        )
        batch.drop_constraint(op.f("uq_organisations_tax_number"), type_="unique")
    for column in ("tax_number", "owner_person_id"):  # whoever was refused does not keep others from its number
        op.create_index(
            f"uq_organisations_{column}",
            "organisations",
            [column],
            unique=True,
            sqlite_where=NOT_REFUSED,
            postgresql_where=NOT_REFUSED,
        )
    op.execute("UPDATE organisations SET asked_at = created_at WHERE approved_at IS NULL")
    op.add_column("users", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["invited_by_id"], ["users.id"], name=op.f("fk_invitations_invited_by_id_users")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_invitations_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    for column in ("organisation_id", "email"):
        op.create_index(op.f(f"ix_invitations_{column}"), "invitations", [column], unique=False)


def downgrade() -> None:
    op.drop_table("invitations")
    op.drop_column("users", "removed_at")
    op.execute("UPDATE organisations SET tax_number = NULL WHERE refused_at IS NOT NULL")
    for column in ("owner_person_id", "tax_number"):
        op.drop_index(f"uq_organisations_{column}", table_name="organisations")
    with op.batch_alter_table("organisations") as batch:
        batch.create_unique_constraint(op.f("uq_organisations_tax_number"), ["tax_number"])
        batch.drop_constraint(op.f("fk_organisations_owner_person_id_persons"), type_="foreignkey")
        for column in ("refusal_reason", "refused_at", "asked_at", "owner_person_id"):
            batch.drop_column(column)
