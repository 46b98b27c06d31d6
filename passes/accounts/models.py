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
from passes.people.models import Person


class OrganisationKind(enum.StrEnum):
    """What an organisation does here; its users get the roles that fit."""

    CARRIER = "carrier"
    AUTHORITY = "authority"
    HEALTH = "health"
    DISTRICT = "district"
    WARD = "ward"
    SITE_OPERATOR = "site_operator"


class OrganisationState(enum.StrEnum):
    """Where an organisation stands with the authority."""

    WAITING = "waiting"
    REFUSED = "refused"
    WORKING = "working"
    CLOSED = "closed"


class Organisation(Base):
    """A transport company, somebody who drives their own truck, the authority, a health department, a district, a ward.

    `area_code` is the division a district or ward office answers for: its staff see that division's rows only. A
    carrier is known by its tax number or, where it is one person, by that person's ID number (`owner`). Until the
    authority approved it (`approved_at`) a carrier prepares what it will ask for; one that was refused may put right
    what it said and ask again (`asked_at`). Once an organisation is closed, its users can sign in and do nothing.
    """

    __tablename__ = "organisations"
    __table_args__ = (
        *(
            sa.Index(
                f"uq_organisations_{column}",
                column,
                unique=True,
                sqlite_where=sa.text("refused_at IS NULL"),
                postgresql_where=sa.text("refused_at IS NULL"),
            )
            for column in ("tax_number", "owner_person_id")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[OrganisationKind] = mapped_column(enum_column(OrganisationKind))
    name: Mapped[str] = mapped_column(sa.String(200))
    short_name: Mapped[str] = mapped_column(sa.String(40))
    tax_number: Mapped[str | None] = mapped_column(sa.String(14))
    owner_person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("persons.id"))
    phone: Mapped[str | None] = mapped_column(sa.String(20))
    area_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refusal_reason: Mapped[str | None] = mapped_column(sa.String(500))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner: Mapped[Person | None] = relationship()

    @property
    def state(self) -> OrganisationState:
        """Where it stands."""
        if self.closed_at is not None:
            return OrganisationState.CLOSED
        if self.approved_at is not None:
            return OrganisationState.WORKING
        return OrganisationState.WAITING if self.refused_at is None else OrganisationState.REFUSED

    @property
    def is_working(self) -> bool:
        """Whether its users may do what their roles allow."""
        return self.state is OrganisationState.WORKING

    @property
    def is_preparing(self) -> bool:
        """Whether its users may prepare what they will ask for, and ask for nothing yet."""
        return self.state in {OrganisationState.WAITING, OrganisationState.REFUSED}


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
    """A person who logs in; the columns below `removed_at` are those Flask-Security fills.

    `language` is the one they chose last: their letters are in it. Whom a colleague took out of the organisation has
    `removed_at`; the e-mail address may then get an account again, there or elsewhere.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(255), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    language: Mapped[str | None] = mapped_column(sa.String(2))
    wants_mail: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    roles: Mapped[list[Role]] = relationship(secondary=user_roles, lazy="selectin")
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

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


class Invitation(Base):
    """A colleague who was asked, by e-mail, to join an organisation; used once, or withdrawn."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    email: Mapped[str] = mapped_column(sa.String(255), index=True)
    invited_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    organisation: Mapped[Organisation] = relationship(lazy="joined")
    invited_by: Mapped[User] = relationship(lazy="joined")
