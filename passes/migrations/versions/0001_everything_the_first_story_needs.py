"""Everything the first story needs.

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "areas",
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("parent_code", sa.String(length=5), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["parent_code"], ["areas.code"], name=op.f("fk_areas_parent_code_areas")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_areas")),
    )
    op.create_index(op.f("ix_areas_parent_code"), "areas", ["parent_code"], unique=False)
    op.create_table(
        "issuer_keys",
        sa.Column("kid", sa.String(length=16), nullable=False),
        sa.Column("iss", sa.String(length=16), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_issuer_keys")),
    )
    op.create_table(
        "roles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sa.UniqueConstraint("name", name=op.f("uq_roles_name")),
    )
    op.create_table(
        "status_shards",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("multiplier", sa.Integer(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_status_shards")),
    )
    op.create_table(
        "trust_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_changes")),
    )
    op.create_index(op.f("ix_trust_changes_generation"), "trust_changes", ["generation"], unique=False)
    op.create_table(
        "used_nonces",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_used_nonces")),
    )
    op.create_index(op.f("ix_used_nonces_expires_at"), "used_nonces", ["expires_at"], unique=False)
    op.create_table(
        "zones",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zones")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("short_name", sa.String(length=40), nullable=False),
        sa.Column("tax_number", sa.String(length=14), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("area_code", sa.String(length=5), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_organisations_area_code_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("tax_number", name=op.f("uq_organisations_tax_number")),
    )
    op.create_index(op.f("ix_organisations_area_code"), "organisations", ["area_code"], unique=False)
    op.create_table(
        "persons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=True),
        sa.Column("id_hash", sa.String(length=64), nullable=True),
        sa.Column("provisional_key", sa.String(length=96), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("residence_code", sa.String(length=5), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["residence_code"], ["areas.code"], name=op.f("fk_persons_residence_code_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sa.UniqueConstraint("id_hash", name=op.f("uq_persons_id_hash")),
        sa.UniqueConstraint("provisional_key", name=op.f("uq_persons_provisional_key")),
    )
    op.create_index(op.f("ix_persons_residence_code"), "persons", ["residence_code"], unique=False)
    op.create_table(
        "rematches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("zone_id", sa.String(length=40), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_rematches_zone_id_zones")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rematches")),
    )
    op.create_index(op.f("ix_rematches_done_at"), "rematches", ["done_at"], unique=False)
    op.create_index(op.f("ix_rematches_zone_id"), "rematches", ["zone_id"], unique=False)
    op.create_table(
        "sites",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ward_code", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(["ward_code"], ["areas.code"], name=op.f("fk_sites_ward_code_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
    )
    op.create_index(op.f("ix_sites_ward_code"), "sites", ["ward_code"], unique=False)
    op.create_table(
        "crew_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("carrier_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("licence_class", sa.String(length=4), nullable=True),
        sa.Column("licence_expires_on", sa.Date(), nullable=True),
        sa.Column("test_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["organisations.id"], name=op.f("fk_crew_members_carrier_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_crew_members_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crew_members")),
        sa.UniqueConstraint("carrier_id", "person_id", name=op.f("uq_crew_members_carrier_id_person_id")),
    )
    op.create_index(op.f("ix_crew_members_carrier_id"), "crew_members", ["carrier_id"], unique=False)
    op.create_index(op.f("ix_crew_members_person_id"), "crew_members", ["person_id"], unique=False)
    op.create_table(
        "exposures",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("zone_id", sa.String(length=40), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_exposures_person_id_persons")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_exposures_zone_id_zones")),
        sa.PrimaryKeyConstraint("person_id", "zone_id", name=op.f("pk_exposures")),
    )
    op.create_index(op.f("ix_exposures_zone_id"), "exposures", ["zone_id"], unique=False)
    op.create_table(
        "followups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("zone_id", sa.String(length=40), nullable=False),
        sa.Column("district_code", sa.String(length=5), nullable=True),
        sa.Column("stay_code", sa.String(length=5), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("status_reason", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["district_code"], ["areas.code"], name=op.f("fk_followups_district_code_areas")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_followups_person_id_persons")),
        sa.ForeignKeyConstraint(["stay_code"], ["areas.code"], name=op.f("fk_followups_stay_code_areas")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_followups_zone_id_zones")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followups")),
        sa.UniqueConstraint("person_id", "zone_id", name=op.f("uq_followups_person_id_zone_id")),
    )
    op.create_index(op.f("ix_followups_district_code"), "followups", ["district_code"], unique=False)
    op.create_index(op.f("ix_followups_status"), "followups", ["status"], unique=False)
    op.create_index(op.f("ix_followups_stay_code"), "followups", ["stay_code"], unique=False)
    op.create_index(op.f("ix_followups_zone_id"), "followups", ["zone_id"], unique=False)
    op.create_table(
        "stations",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=False),
        sa.Column("area_code", sa.String(length=5), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_stations_area_code_areas")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_stations_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stations")),
    )
    op.create_index(op.f("ix_stations_site_id"), "stations", ["site_id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_ip", sa.String(length=64), nullable=True),
        sa.Column("current_login_ip", sa.String(length=64), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("tf_phone_number", sa.String(length=128), nullable=True),
        sa.Column("mf_recovery_codes", sa.JSON(), nullable=True),
        sa.Column("create_datetime", sa.DateTime(timezone=True), nullable=True),
        sa.Column("update_datetime", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_users_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_users_fs_uniquifier")),
    )
    op.create_index(op.f("ix_users_organisation_id"), "users", ["organisation_id"], unique=False)
    op.create_table(
        "vehicles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("carrier_id", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(length=12), nullable=False),
        sa.Column("vehicle_class", sa.Integer(), nullable=False),
        sa.Column("payload_tonnes", sa.Numeric(precision=5, scale=1), nullable=False),
        sa.Column("inspection_expires_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["organisations.id"], name=op.f("fk_vehicles_carrier_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicles")),
        sa.UniqueConstraint("carrier_id", "plate", name=op.f("uq_vehicles_carrier_id_plate")),
    )
    op.create_index(op.f("ix_vehicles_carrier_id"), "vehicles", ["carrier_id"], unique=False)
    op.create_index(op.f("ix_vehicles_plate"), "vehicles", ["plate"], unique=False)
    op.create_table(
        "applications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("carrier_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("cargo", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("refusal_code", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["organisations.id"], name=op.f("fk_applications_carrier_id_organisations")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_applications_created_by_id_users")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_applications_decided_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("reference", name=op.f("uq_applications_reference")),
    )
    op.create_index(op.f("ix_applications_carrier_id"), "applications", ["carrier_id"], unique=False)
    op.create_index(op.f("ix_applications_state"), "applications", ["state"], unique=False)
    op.create_index(op.f("ix_applications_submitted_at"), "applications", ["submitted_at"], unique=False)
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_audit_entries_actor_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_actor_id"), "audit_entries", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_entries_at"), "audit_entries", ["at"], unique=False)
    op.create_index(op.f("ix_audit_entries_subject"), "audit_entries", ["subject"], unique=False)
    op.create_index(op.f("ix_audit_entries_verb"), "audit_entries", ["verb"], unique=False)
    op.create_table(
        "devices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.String(length=40), nullable=False),
        sa.Column("kid", sa.String(length=16), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_devices_station_id_stations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("kid", name=op.f("uq_devices_kid")),
    )
    op.create_index(op.f("ix_devices_station_id"), "devices", ["station_id"], unique=False)
    op.create_table(
        "enrolment_secrets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.String(length=40), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_enrolment_secrets_station_id_stations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_secrets")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_enrolment_secrets_secret_hash")),
    )
    op.create_table(
        "user_roles",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name=op.f("fk_user_roles_role_id_roles")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_roles_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_user_roles")),
    )
    op.create_table(
        "zone_versions",
        sa.Column("zone_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passage", sa.Boolean(), nullable=False),
        sa.Column("monitoring_days", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=80), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("sites", sa.JSON(), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["published_by_id"], ["users.id"], name=op.f("fk_zone_versions_published_by_id_users")),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name=op.f("fk_zone_versions_zone_id_zones")),
        sa.PrimaryKeyConstraint("zone_id", "version", name=op.f("pk_zone_versions")),
    )
    op.create_table(
        "application_stops",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_application_stops_application_id_applications")
        ),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_application_stops_area_code_areas")),
        sa.PrimaryKeyConstraint("application_id", "position", name=op.f("pk_application_stops")),
    )
    op.create_table(
        "application_vehicles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=32), nullable=False),
        sa.Column("refusal_code", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_application_vehicles_application_id_applications")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicles.id"], name=op.f("fk_application_vehicles_vehicle_id_vehicles")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_vehicles")),
        sa.UniqueConstraint(
            "application_id", "vehicle_id", name=op.f("uq_application_vehicles_application_id_vehicle_id")
        ),
    )
    op.create_index(
        op.f("ix_application_vehicles_application_id"), "application_vehicles", ["application_id"], unique=False
    )
    op.create_index(op.f("ix_application_vehicles_vehicle_id"), "application_vehicles", ["vehicle_id"], unique=False)
    op.create_table(
        "scan_records",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("scan_id", sa.String(length=32), nullable=False),
        sa.Column("station_id", sa.String(length=40), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_scan_records_device_id_devices")),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_scan_records_station_id_stations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_records")),
    )
    op.create_index(op.f("ix_scan_records_processed_at"), "scan_records", ["processed_at"], unique=False)
    op.create_index(op.f("ix_scan_records_scan_id"), "scan_records", ["scan_id"], unique=False)
    op.create_index(op.f("ix_scan_records_station_id"), "scan_records", ["station_id"], unique=False)
    op.create_table(
        "application_crew",
        sa.Column("application_vehicle_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("crew_member_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_vehicle_id"],
            ["application_vehicles.id"],
            name=op.f("fk_application_crew_application_vehicle_id_application_vehicles"),
        ),
        sa.ForeignKeyConstraint(
            ["crew_member_id"], ["crew_members.id"], name=op.f("fk_application_crew_crew_member_id_crew_members")
        ),
        sa.PrimaryKeyConstraint("application_vehicle_id", "position", name=op.f("pk_application_crew")),
    )
    op.create_index(op.f("ix_application_crew_crew_member_id"), "application_crew", ["crew_member_id"], unique=False)
    op.create_table(
        "vehicle_passes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("application_vehicle_id", sa.Integer(), nullable=False),
        sa.Column("carrier_id", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(length=12), nullable=False),
        sa.Column("iss", sa.String(length=16), nullable=False),
        sa.Column("cti", sa.String(length=16), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kid", sa.String(length=16), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("status_uri", sa.String(length=24), nullable=True),
        sa.Column("status_index", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("status_reason", sa.String(length=32), nullable=True),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_vehicle_id"],
            ["application_vehicles.id"],
            name=op.f("fk_vehicle_passes_application_vehicle_id_application_vehicles"),
        ),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["organisations.id"], name=op.f("fk_vehicle_passes_carrier_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_passes")),
        sa.UniqueConstraint("iss", "cti", name=op.f("uq_vehicle_passes_iss_cti")),
        sa.UniqueConstraint("number", name=op.f("uq_vehicle_passes_number")),
        sa.UniqueConstraint("status_uri", "status_index", name=op.f("uq_vehicle_passes_status_uri_status_index")),
    )
    op.create_index(
        op.f("ix_vehicle_passes_application_vehicle_id"), "vehicle_passes", ["application_vehicle_id"], unique=False
    )
    op.create_index(op.f("ix_vehicle_passes_carrier_id"), "vehicle_passes", ["carrier_id"], unique=False)
    op.create_index(op.f("ix_vehicle_passes_expires_at"), "vehicle_passes", ["expires_at"], unique=False)
    op.create_index(op.f("ix_vehicle_passes_kid"), "vehicle_passes", ["kid"], unique=False)
    op.create_index(op.f("ix_vehicle_passes_plate"), "vehicle_passes", ["plate"], unique=False)
    op.create_index(op.f("ix_vehicle_passes_signed_at"), "vehicle_passes", ["signed_at"], unique=False)
    op.create_index(op.f("ix_vehicle_passes_status"), "vehicle_passes", ["status"], unique=False)
    op.create_table(
        "pass_crew",
        sa.Column("pass_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["pass_id"], ["vehicle_passes.id"], name=op.f("fk_pass_crew_pass_id_vehicle_passes")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_pass_crew_person_id_persons")),
        sa.PrimaryKeyConstraint("pass_id", "position", name=op.f("pk_pass_crew")),
    )
    op.create_index(op.f("ix_pass_crew_person_id"), "pass_crew", ["person_id"], unique=False)
    op.create_table(
        "scans",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("station_id", sa.String(length=40), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=True),
        sa.Column("iss", sa.String(length=64), nullable=True),
        sa.Column("cti", sa.String(length=16), nullable=True),
        sa.Column("pass_id", sa.Integer(), nullable=True),
        sa.Column("crew_present", sa.JSON(), nullable=True),
        sa.Column("plate", sa.String(length=12), nullable=True),
        sa.Column("coming_from", sa.String(length=5), nullable=True),
        sa.Column("officer", sa.String(length=80), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.Column("is_voided", sa.Boolean(), nullable=False),
        sa.Column("late_outcome", sa.String(length=8), nullable=True),
        sa.Column("late_reasons", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["coming_from"], ["areas.code"], name=op.f("fk_scans_coming_from_areas")),
        sa.ForeignKeyConstraint(["pass_id"], ["vehicle_passes.id"], name=op.f("fk_scans_pass_id_vehicle_passes")),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_scans_station_id_stations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scans")),
    )
    op.create_index("ix_scans_iss_cti_scanned_at", "scans", ["iss", "cti", "scanned_at"], unique=False)
    op.create_index(op.f("ix_scans_pass_id"), "scans", ["pass_id"], unique=False)
    op.create_index(op.f("ix_scans_plate"), "scans", ["plate"], unique=False)
    op.create_index(op.f("ix_scans_scanned_at"), "scans", ["scanned_at"], unique=False)
    op.create_index(op.f("ix_scans_station_id"), "scans", ["station_id"], unique=False)
    op.create_table(
        "movements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("area_code", sa.String(length=5), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=True),
        sa.Column("station_id", sa.String(length=40), nullable=True),
        sa.Column("is_road_scan", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("scan_id", sa.String(length=32), nullable=True),
        sa.Column("pass_id", sa.Integer(), nullable=True),
        sa.Column("plate", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_movements_area_code_areas")),
        sa.ForeignKeyConstraint(["pass_id"], ["vehicle_passes.id"], name=op.f("fk_movements_pass_id_vehicle_passes")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_movements_person_id_persons")),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name=op.f("fk_movements_scan_id_scans")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_movements_site_id_sites")),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_movements_station_id_stations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movements")),
        sa.UniqueConstraint(
            "scan_id", "person_id", "source", "area_code", name=op.f("uq_movements_scan_id_person_id_source_area_code")
        ),
    )
    op.create_index("ix_movements_area_at", "movements", ["area_code", "at"], unique=False)
    op.create_index(op.f("ix_movements_pass_id"), "movements", ["pass_id"], unique=False)
    op.create_index("ix_movements_person_at", "movements", ["person_id", "at"], unique=False)
    op.create_index(op.f("ix_movements_plate"), "movements", ["plate"], unique=False)
    op.create_index(op.f("ix_movements_scan_id"), "movements", ["scan_id"], unique=False)
    op.create_index("ix_movements_site_at", "movements", ["site_id", "at"], unique=False)
    op.create_table(
        "stay_statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("area_code", sa.String(length=5), nullable=False),
        sa.Column("scan_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_stay_statements_area_code_areas")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_stay_statements_person_id_persons")),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name=op.f("fk_stay_statements_scan_id_scans")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay_statements")),
        sa.UniqueConstraint("scan_id", "person_id", name=op.f("uq_stay_statements_scan_id_person_id")),
    )
    op.create_index(op.f("ix_stay_statements_person_id"), "stay_statements", ["person_id"], unique=False)


def downgrade() -> None:

    op.drop_index(op.f("ix_stay_statements_person_id"), table_name="stay_statements")
    op.drop_table("stay_statements")
    op.drop_index("ix_movements_site_at", table_name="movements")
    op.drop_index(op.f("ix_movements_scan_id"), table_name="movements")
    op.drop_index(op.f("ix_movements_plate"), table_name="movements")
    op.drop_index("ix_movements_person_at", table_name="movements")
    op.drop_index(op.f("ix_movements_pass_id"), table_name="movements")
    op.drop_index("ix_movements_area_at", table_name="movements")
    op.drop_table("movements")
    op.drop_index(op.f("ix_scans_station_id"), table_name="scans")
    op.drop_index(op.f("ix_scans_scanned_at"), table_name="scans")
    op.drop_index(op.f("ix_scans_plate"), table_name="scans")
    op.drop_index(op.f("ix_scans_pass_id"), table_name="scans")
    op.drop_index("ix_scans_iss_cti_scanned_at", table_name="scans")
    op.drop_table("scans")
    op.drop_index(op.f("ix_pass_crew_person_id"), table_name="pass_crew")
    op.drop_table("pass_crew")
    op.drop_index(op.f("ix_vehicle_passes_status"), table_name="vehicle_passes")
    op.drop_index(op.f("ix_vehicle_passes_signed_at"), table_name="vehicle_passes")
    op.drop_index(op.f("ix_vehicle_passes_plate"), table_name="vehicle_passes")
    op.drop_index(op.f("ix_vehicle_passes_kid"), table_name="vehicle_passes")
    op.drop_index(op.f("ix_vehicle_passes_expires_at"), table_name="vehicle_passes")
    op.drop_index(op.f("ix_vehicle_passes_carrier_id"), table_name="vehicle_passes")
    op.drop_index(op.f("ix_vehicle_passes_application_vehicle_id"), table_name="vehicle_passes")
    op.drop_table("vehicle_passes")
    op.drop_index(op.f("ix_application_crew_crew_member_id"), table_name="application_crew")
    op.drop_table("application_crew")
    op.drop_index(op.f("ix_scan_records_station_id"), table_name="scan_records")
    op.drop_index(op.f("ix_scan_records_scan_id"), table_name="scan_records")
    op.drop_index(op.f("ix_scan_records_processed_at"), table_name="scan_records")
    op.drop_table("scan_records")
    op.drop_index(op.f("ix_application_vehicles_vehicle_id"), table_name="application_vehicles")
    op.drop_index(op.f("ix_application_vehicles_application_id"), table_name="application_vehicles")
    op.drop_table("application_vehicles")
    op.drop_table("application_stops")
    op.drop_table("zone_versions")
    op.drop_table("user_roles")
    op.drop_table("enrolment_secrets")
    op.drop_index(op.f("ix_devices_station_id"), table_name="devices")
    op.drop_table("devices")
    op.drop_index(op.f("ix_audit_entries_verb"), table_name="audit_entries")
    op.drop_index(op.f("ix_audit_entries_subject"), table_name="audit_entries")
    op.drop_index(op.f("ix_audit_entries_at"), table_name="audit_entries")
    op.drop_index(op.f("ix_audit_entries_actor_id"), table_name="audit_entries")
    op.drop_table("audit_entries")
    op.drop_index(op.f("ix_applications_submitted_at"), table_name="applications")
    op.drop_index(op.f("ix_applications_state"), table_name="applications")
    op.drop_index(op.f("ix_applications_carrier_id"), table_name="applications")
    op.drop_table("applications")
    op.drop_index(op.f("ix_vehicles_plate"), table_name="vehicles")
    op.drop_index(op.f("ix_vehicles_carrier_id"), table_name="vehicles")
    op.drop_table("vehicles")
    op.drop_index(op.f("ix_users_organisation_id"), table_name="users")
    op.drop_table("users")
    op.drop_index(op.f("ix_stations_site_id"), table_name="stations")
    op.drop_table("stations")
    op.drop_index(op.f("ix_followups_zone_id"), table_name="followups")
    op.drop_index(op.f("ix_followups_stay_code"), table_name="followups")
    op.drop_index(op.f("ix_followups_status"), table_name="followups")
    op.drop_index(op.f("ix_followups_district_code"), table_name="followups")
    op.drop_table("followups")
    op.drop_index(op.f("ix_exposures_zone_id"), table_name="exposures")
    op.drop_table("exposures")
    op.drop_index(op.f("ix_crew_members_person_id"), table_name="crew_members")
    op.drop_index(op.f("ix_crew_members_carrier_id"), table_name="crew_members")
    op.drop_table("crew_members")
    op.drop_index(op.f("ix_sites_ward_code"), table_name="sites")
    op.drop_table("sites")
    op.drop_index(op.f("ix_rematches_zone_id"), table_name="rematches")
    op.drop_index(op.f("ix_rematches_done_at"), table_name="rematches")
    op.drop_table("rematches")
    op.drop_index(op.f("ix_persons_residence_code"), table_name="persons")
    op.drop_table("persons")
    op.drop_index(op.f("ix_organisations_area_code"), table_name="organisations")
    op.drop_table("organisations")
    op.drop_table("zones")
    op.drop_index(op.f("ix_used_nonces_expires_at"), table_name="used_nonces")
    op.drop_table("used_nonces")
    op.drop_index(op.f("ix_trust_changes_generation"), table_name="trust_changes")
    op.drop_table("trust_changes")
    op.drop_table("status_shards")
    op.drop_table("roles")
    op.drop_table("issuer_keys")
    op.drop_index(op.f("ix_areas_parent_code"), table_name="areas")
    op.drop_table("areas")
