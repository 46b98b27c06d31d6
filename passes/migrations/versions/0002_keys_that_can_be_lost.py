"""When an issuing key signs, which passes are signed again, and the key to which a device's own data is encrypted.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("issuer_keys", sa.Column("signs_from", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE issuer_keys SET signs_from = created_at")  # they were published when they were made
    op.add_column("vehicle_passes", sa.Column("reissue_requested_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("devices", sa.Column("encryption_key", sa.LargeBinary(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("devices", "encryption_key")
    op.drop_column("vehicle_passes", "reissue_requested_at")
    op.drop_column("issuer_keys", "signs_from")
