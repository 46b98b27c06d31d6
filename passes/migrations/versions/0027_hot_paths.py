"""Indexes for what is asked all the time: by the worker that finds nothing to do, and by people's first pages.

Revision: 0027, after 0026.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def _partial(name: str, table: str, columns: list[str], sqlite: str, postgresql: str | None = None) -> None:
    where = {"sqlite_where": sa.text(sqlite), "postgresql_where": sa.text(postgresql or sqlite)}
    op.create_index(name, table, columns, **where)


def upgrade() -> None:
    _partial(
        "ix_vehicle_passes_status_changed_at",
        "vehicle_passes",
        ["status_changed_at"],
        "status_changed_at IS NOT NULL",
    )
    _partial("ix_scans_late", "scans", ["scanned_at", "id"], "late_outcome IS NOT NULL")
    _partial("ix_applications_reviewed", "applications", ["decided_at"], "decided_by_id IS NOT NULL")
    op.drop_index("ix_notices_mail_due", table_name="notices")
    _partial("ix_notices_mail_due", "notices", ["user_id"], "is_mail_due IS 1", "is_mail_due IS TRUE")


def downgrade() -> None:
    op.drop_index("ix_notices_mail_due", table_name="notices")
    _partial("ix_notices_mail_due", "notices", ["user_id"], "is_mail_due")
    op.drop_index("ix_applications_reviewed", table_name="applications")
    op.drop_index("ix_scans_late", table_name="scans")
    op.drop_index("ix_vehicle_passes_status_changed_at", table_name="vehicle_passes")
