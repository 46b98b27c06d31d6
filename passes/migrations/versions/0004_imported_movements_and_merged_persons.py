"""Movements out of files, and persons that turn out to be one.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

IMPORT_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
PARTIAL = {
    "uq_movements_scan_person_source_area": ["scan_id", "named_person_id", "source", "area_code"],
    "uq_movements_import_id": ["import_id"],
    "ix_movements_site_at": ["site_id", "at"],
    "ix_movements_plate_at": ["plate", "at"],
    "ix_movements_pass_id": ["pass_id"],
}


def upgrade() -> None:
    # In one statement: SQLite cannot make a table anew that others refer to.
    op.execute(
        "ALTER TABLE persons ADD COLUMN merged_into_id INTEGER"
        " CONSTRAINT fk_persons_merged_into_id_persons REFERENCES persons (id)"
    )
    op.create_index(op.f("ix_persons_merged_into_id"), "persons", ["merged_into_id"])
    for name in ("site_at", "plate", "pass_id", "scan_id"):
        op.drop_index(f"ix_movements_{name}", table_name="movements")
    op.add_column("movements", sa.Column("named_person_id", sa.Integer(), nullable=True))
    op.execute("UPDATE movements SET named_person_id = person_id")
    with op.batch_alter_table("movements") as movements:
        movements.drop_constraint(op.f("uq_movements_scan_id_person_id_source_area_code"), type_="unique")
        movements.alter_column("named_person_id", existing_type=sa.Integer(), nullable=False)
        movements.create_foreign_key(
            op.f("fk_movements_named_person_id_persons"), "persons", ["named_person_id"], ["id"]
        )
        movements.add_column(sa.Column("import_id", IMPORT_ID, nullable=True))
        movements.add_column(sa.Column("role", sa.String(length=32), nullable=True))
        movements.add_column(sa.Column("direction", sa.String(length=32), nullable=True))
        movements.add_column(sa.Column("said_station", sa.String(length=64), nullable=True))
        movements.add_column(sa.Column("said_pass", sa.String(length=64), nullable=True))
    for name, columns in PARTIAL.items():
        condition = sa.text(f"{columns[0]} IS NOT NULL")
        op.create_index(
            name,
            "movements",
            columns,
            unique=name.startswith("uq_"),
            sqlite_where=condition,
            postgresql_where=condition,
        )
    op.create_table(
        "movement_imports",
        sa.Column("first_line", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("position_bytes", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("first_line", name=op.f("pk_movement_imports")),
    )
    op.add_column("stay_statements", sa.Column("named_person_id", sa.Integer(), nullable=True))
    op.execute("UPDATE stay_statements SET named_person_id = person_id")
    with op.batch_alter_table("stay_statements") as stays:
        stays.drop_constraint(op.f("uq_stay_statements_scan_id_person_id"), type_="unique")
        stays.alter_column("named_person_id", existing_type=sa.Integer(), nullable=False)
        stays.create_foreign_key(
            op.f("fk_stay_statements_named_person_id_persons"), "persons", ["named_person_id"], ["id"]
        )
        stays.create_unique_constraint(
            op.f("uq_stay_statements_scan_id_named_person_id"), ["scan_id", "named_person_id"]
        )
        stays.add_column(sa.Column("import_id", IMPORT_ID, nullable=True))
        stays.create_unique_constraint(op.f("uq_stay_statements_import_id"), ["import_id"])


def downgrade() -> None:
    with op.batch_alter_table("stay_statements") as stays:
        stays.drop_constraint(op.f("uq_stay_statements_import_id"), type_="unique")
        stays.drop_constraint(op.f("uq_stay_statements_scan_id_named_person_id"), type_="unique")
        stays.drop_constraint(op.f("fk_stay_statements_named_person_id_persons"), type_="foreignkey")
        stays.drop_column("named_person_id")
        stays.drop_column("import_id")
        stays.create_unique_constraint(op.f("uq_stay_statements_scan_id_person_id"), ["scan_id", "person_id"])
    op.drop_table("movement_imports")
    for name in PARTIAL:
        op.drop_index(name, table_name="movements")
    with op.batch_alter_table("movements") as movements:
        movements.drop_constraint(op.f("fk_movements_named_person_id_persons"), type_="foreignkey")
        for name in ("named_person_id", "import_id", "role", "direction", "said_station", "said_pass"):
            movements.drop_column(name)
        movements.create_unique_constraint(
            op.f("uq_movements_scan_id_person_id_source_area_code"), ["scan_id", "person_id", "source", "area_code"]
        )
    op.create_index("ix_movements_site_at", "movements", ["site_id", "at"])
    for name in ("plate", "pass_id", "scan_id"):
        op.create_index(op.f(f"ix_movements_{name}"), "movements", [name])
    op.drop_index(op.f("ix_persons_merged_into_id"), table_name="persons")
    op.drop_column("persons", "merged_into_id")
