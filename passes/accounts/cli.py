"""`passes users`: accounts, from the machine itself."""

from __future__ import annotations

import os

import click
from flask.cli import with_appcontext

from passes.accounts.models import OrganisationKind


@click.group()
def group() -> None:
    """Make accounts."""


@group.command()
@click.argument("email")
@click.option("--name", prompt=True, help="The person's name.")
@click.option("--organisation", prompt=True, help="Full name of their organisation; made if it is not known.")
@click.option(
    "--kind", type=click.Choice([kind.value for kind in OrganisationKind]), default="authority", show_default=True
)
@click.option("--area", help="GSO code that a district or ward office answers for.")
@click.option("--tax-number", help="Tax number, of a carrier that is made with this.")
@click.option("--role", "roles", multiple=True, help="Role, if not the usual one of the kind; may be repeated.")
@with_appcontext
def create(
    email: str,
    name: str,
    organisation: str,
    kind: str,
    area: str | None,
    tax_number: str | None,
    roles: tuple[str, ...],
) -> None:
    """Make an account; asks for the password, or takes it from $PASSES_NEW_PASSWORD."""
    from flask import current_app
    from flask_security import MailUtil, hash_password

    from passes.accounts import services
    from passes.areas.services import AreaUnknownError
    from passes.db import db
    from passes.extensions import LEAST_PASSWORD_CHARS
    from passes.local_time import now

    password = os.environ.get("PASSES_NEW_PASSWORD") or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    if len(password) < LEAST_PASSWORD_CHARS:
        raise click.UsageError(f"A password needs at least {LEAST_PASSWORD_CHARS} characters.")
    try:
        email = MailUtil(current_app).validate(email)  # as the login page reads it
    except ValueError as error:
        raise click.UsageError(f"{email!r} is not an e-mail address: {error}") from error
    session, moment = db.session(), now()
    try:
        where = services.find_organisation(session, organisation) or services.create_organisation(
            session,
            None,
            services.OrganisationDraft(
                kind=OrganisationKind(kind),
                name=organisation,
                short_name=organisation[:40],
                tax_number=tax_number,
                area_code=area,
            ),
            moment,
        )
        services.create_user(
            session,
            None,
            where,
            email=email,
            name=name,
            password_hash=hash_password(password),
            roles=roles or None,
            now=moment,
        )
    except (services.AccountError, AreaUnknownError) as error:
        raise click.UsageError(str(error)) from error
    session.commit()
    click.echo(f"{email} can log in.")
