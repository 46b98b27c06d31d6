"""Slips and crew cards: papers beside passes, with their decisions.

Revision: 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supplements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("carrier_id", sa.Integer(), nullable=False),
        sa.Column("pass_id", sa.Integer(), nullable=True),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("leg", sa.JSON(), nullable=False),
        sa.Column("cargo", sa.Integer(), nullable=True),
        sa.Column("iss", sa.String(length=16), nullable=False),
        sa.Column("cti", sa.String(length=16), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reissue_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signing_error", sa.String(length=200), nullable=True),
        sa.Column("kid", sa.String(length=16), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("status_uri", sa.String(length=24), nullable=True),
        sa.Column("status_index", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("status_reason", sa.String(length=32), nullable=True),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["organisations.id"], name=op.f("fk_supplements_carrier_id_organisations")
        ),
        sa.ForeignKeyConstraint(["pass_id"], ["vehicle_passes.id"], name=op.f("fk_supplements_pass_id_vehicle_passes")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_supplements_requested_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplements")),
        sa.UniqueConstraint("number", name=op.f("uq_supplements_number")),
        sa.UniqueConstraint("iss", "cti", name=op.f("uq_supplements_iss_cti")),
        sa.UniqueConstraint("status_uri", "status_index", name=op.f("uq_supplements_status_uri_status_index")),
    )
    op.create_index("ix_supplements_newest", "supplements", ["requested_at", "id"], unique=False)
    for column in ("carrier_id", "pass_id", "expires_at", "signed_at", "kid", "status"):
        op.create_index(op.f(f"ix_supplements_{column}"), "supplements", [column], unique=False)
    op.create_table(
        "supplement_crew",
        sa.Column("supplement_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("crew_member_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["supplement_id"], ["supplements.id"], name=op.f("fk_supplement_crew_supplement_id_supplements")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_supplement_crew_person_id_persons")),
        sa.ForeignKeyConstraint(
            ["crew_member_id"], ["crew_members.id"], name=op.f("fk_supplement_crew_crew_member_id_crew_members")
        ),
        sa.PrimaryKeyConstraint("supplement_id", "position", name=op.f("pk_supplement_crew")),
    )
    op.create_index(op.f("ix_supplement_crew_person_id"), "supplement_crew", ["person_id"], unique=False)
    op.create_index(op.f("ix_supplement_crew_crew_member_id"), "supplement_crew", ["crew_member_id"], unique=False)
    op.create_table(
        "supplement_decisions",
        sa.Column("supplement_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("refusal_code", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("audit", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["supplement_id"], ["supplements.id"], name=op.f("fk_supplement_decisions_supplement_id_supplements")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_supplement_decisions_decided_by_id_users")
        ),
        sa.PrimaryKeyConstraint("supplement_id", name=op.f("pk_supplement_decisions")),
    )
    op.create_index(op.f("ix_supplement_decisions_outcome"), "supplement_decisions", ["outcome"], unique=False)
    op.create_index(op.f("ix_supplement_decisions_audit"), "supplement_decisions", ["audit"], unique=False)


def downgrade() -> None:
    op.drop_table("supplement_decisions")
    op.drop_table("supplement_crew")
    op.drop_table("supplements")
