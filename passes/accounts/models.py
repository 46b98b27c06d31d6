"""Organisations, users, roles."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from flask_security import RoleMixin, UserMixin
from flask_security.utils import _config_value as config_value  # how the library itself reads what it was given
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from passes.db import Base, UtcDateTime, enum_column


class OrganisationKind(enum.StrEnum):
    """What an organisation does here; its users get the roles that fit."""

    CARRIER = "carrier"
    AUTHORITY = "authority"
    HEALTH = "health"
    DISTRICT = "district"
    WARD = "ward"
    SITE_OPERATOR = "site_operator"


class Organisation(Base):
    """A transport company, the authority, a health department, a district or a ward.

    `area_code` is the division a district or ward office answers for: its staff see that division's rows only. Until
    the authority approved it (`approved_at`), and once it is closed, its users can sign in and do nothing.
    """

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OrganisationKind] = mapped_column(enum_column(OrganisationKind))
    name: Mapped[str] = mapped_column(sa.String(200))
    short_name: Mapped[str] = mapped_column(sa.String(40))
    tax_number: Mapped[str | None] = mapped_column(sa.String(14), unique=True)
    phone: Mapped[str | None] = mapped_column(sa.String(20))
    area_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_working(self) -> bool:
        """Whether its users may do what their roles allow."""
        return self.approved_at is not None and self.closed_at is None


user_roles = sa.Table(
    "user_roles",
    Base.metadata,
    sa.Column("user_id", sa.ForeignKey("users.id"), primary_key=True),
    sa.Column("role_id", sa.ForeignKey("roles.id"), primary_key=True),
)


class Role(Base, RoleMixin):
    """A named set of permissions; which ones stands in `passes.access`, not in the database."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(32), unique=True)
    description: Mapped[str | None] = mapped_column(sa.String(200))


class User(Base, UserMixin):
    """A person who logs in; the columns below `roles` are those Flask-Security fills."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(255), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    language: Mapped[str | None] = mapped_column(sa.String(2))
    wants_mail: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    roles: Mapped[list[Role]] = relationship(secondary=user_roles, lazy="selectin")

    password: Mapped[str | None] = mapped_column(sa.String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    current_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_login_ip: Mapped[str | None] = mapped_column(sa.String(64))
    current_login_ip: Mapped[str | None] = mapped_column(sa.String(64))
    login_count: Mapped[int | None] = mapped_column(default=0)
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(sa.String(128))
    tf_last_counter: Mapped[int | None] = mapped_column(sa.Integer)
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(sa.JSON()))
    create_datetime: Mapped[datetime | None] = mapped_column(UtcDateTime)
    update_datetime: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def check_tf_required(
        self,
        tf_setup_methods: list[tuple[str, str]],
        tf_fresh: bool,  # noqa: FBT001 - the library's signature
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Say whether signing in takes a second factor: once one is set up, and for roles that must have one."""
        del tf_fresh
        return bool(tf_setup_methods) or self.check_tf_required_setup(), tf_setup_methods

    def check_tf_required_setup(self) -> bool:
        """Say whether one of the user's roles must have a second factor (`two_factor_roles`)."""
        return not {role.name for role in self.roles}.isdisjoint(config_value("TWO_FACTOR_ROLES"))
