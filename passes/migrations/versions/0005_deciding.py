"""Deciding: refusal codes and cargo rules as rows, claims of reviewers, notes per vehicle, looking at files afterwards.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REFUSALS = (
    ("inspection_expired", "Đăng kiểm của xe đã hết hạn", "The vehicle's inspection has expired"),
    (
        "licence_mismatch",
        "Giấy phép lái xe không phù hợp với xe, hoặc hết hạn",
        "The driving licence does not fit the vehicle, or has expired",
    ),
    ("document_missing", "Thiếu giấy tờ hoặc thiếu người lái", "A document or the driver is missing"),
    ("document_unreadable", "Giấy tờ không đọc được", "A document cannot be read"),
    ("identity_unclear", "Số giấy tờ tùy thân không đúng hoặc không khớp", "An ID number is wrong or does not match"),
    (
        "cargo_not_allowed",
        "Loại hàng không thuộc diện được vận chuyển lúc này",
        "This kind of cargo may not be carried at present",
    ),
    ("route_incomplete", "Lộ trình chưa đủ điểm đi, điểm đến", "The route lacks its origin or destination"),
    (
        "double_booked",
        "Xe hoặc người đã có trong hồ sơ khác cùng thời gian",
        "A vehicle or person is in another application for the same days",
    ),
    ("plate_elsewhere", "Biển số đang do đơn vị khác khai", "Another company has registered this plate"),
    ("earlier_revocation", "Giấy trước đây đã bị thu hồi do vi phạm", "An earlier pass was revoked for misuse"),
    ("wrong_authority", "Không thuộc thẩm quyền của cơ quan này", "Another authority decides on this"),
)


def upgrade() -> None:
    refusals = op.create_table(
        "refusal_codes",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("vi", sa.String(length=200), nullable=False),
        sa.Column("en", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_refusal_codes")),
    )
    op.bulk_insert(
        refusals, [{"code": c, "vi": vi, "en": en, "position": n} for n, (c, vi, en) in enumerate(REFUSALS, 1)]
    )
    op.create_table(
        "cargo_rules",
        sa.Column("cargo", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_allowed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("cargo", name=op.f("pk_cargo_rules")),
    )
    op.create_table(
        "review_claims",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_review_claims_application_id_applications")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_review_claims_user_id_users")),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_review_claims")),
    )
    op.create_index(op.f("ix_review_claims_user_id"), "review_claims", ["user_id"], unique=False)
    op.create_table(
        "post_audits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_post_audits_application_id_applications")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_post_audits_decided_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_audits")),
        sa.UniqueConstraint("application_id", name=op.f("uq_post_audits_application_id")),
    )
    op.create_index(op.f("ix_post_audits_outcome"), "post_audits", ["outcome"], unique=False)
    op.add_column("applications", sa.Column("failed_checks", sa.Integer(), nullable=True))
    op.add_column("applications", sa.Column("unknown_checks", sa.Integer(), nullable=True))
    op.add_column("application_vehicles", sa.Column("note", sa.Text(), nullable=True))
    op.create_index("ix_applications_queue", "applications", ["state", "submitted_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_applications_queue", table_name="applications")
    op.drop_column("application_vehicles", "note")
    op.drop_column("applications", "unknown_checks")
    op.drop_column("applications", "failed_checks")
    op.drop_table("post_audits")
    op.drop_table("review_claims")
    op.drop_table("cargo_rules")
    op.drop_table("refusal_codes")
