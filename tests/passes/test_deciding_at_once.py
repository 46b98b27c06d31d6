"""Two people who decide about one thing at the same moment: the first decision holds."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from passes.accounts import managing
from passes.accounts.models import Organisation, OrganisationState, User
from passes.applications import drafts, post_audit
from passes.applications.models import (
    Application,
    ApplicationState,
    ApplicationVehicle,
    PostAudit,
    PostAuditOutcome,
)
from passes.applications.sending import SendingRules
from passes.applications.services import submit
from passes.db import db
from passes.errors import RefusedError
from passes.issuing import orders
from passes.issuing.models import (
    Decision,
    OrderState,
    PassStatus,
    RevocationReason,
    StatusAct,
    StatusOrder,
    Supplement,
    VehiclePass,
)
from passes.issuing.register import RegisterFilter
from passes.issuing.standing import change_status
from passes.movement.models import Zone, ZoneProposal
from passes.movement.proposals import publish_proposal, save_proposal
from passes.supplements import deciding, services
from passes.supplements.services import SlipDraft
from tests.factories import Factories, now
from tests.passes.test_zones import draft as zone_draft

Act = Callable[[Session, User], object]
PATIENCE_SECONDS = 60


@dataclass
class Duel:
    """Two people at once; `is_lost_with` runs both and says why the second one was refused."""

    app: Flask
    first: User
    second: User

    def is_lost_with(self, first: Act, second: Act) -> str | None:
        """Let the first act up to its commit, the second until it writes or waits, then both go on."""
        session, second_id, about_to_write = db.session(), self.second.id, threading.Event()
        said: list[str | None] = []
        first(session, self.first)
        session.flush()

        def act() -> None:
            with self.app.app_context():
                try:
                    second(db.session(), db.session.get_one(User, second_id))
                    db.session.commit()
                    said.append(None)
                except RefusedError as error:
                    said.append(error.code)

        beside = threading.Thread(target=act)

        @event.listens_for(db.engine, "before_cursor_execute")
        def notice(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            is_asking = statement.startswith("SELECT") and "FOR UPDATE" not in statement
            if threading.current_thread() is beside and not is_asking:
                about_to_write.set()

        beside.start()
        assert about_to_write.wait(PATIENCE_SECONDS)
        if db.engine.dialect.name == "postgresql":
            wait_for_a_waiting_one()
        session.commit()
        beside.join(PATIENCE_SECONDS)
        session.expire_all()
        (refused,) = said
        return refused


def wait_for_a_waiting_one() -> None:
    """Wait until somebody waits for a row that PostgreSQL keeps for somebody else."""
    until = time.monotonic() + PATIENCE_SECONDS
    with db.engine.connect() as connection:
        while not connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            assert time.monotonic() < until
            time.sleep(0.02)


@pytest.fixture
def duel(app: Flask, factories: Factories) -> Duel:
    return Duel(app, factories.user("reviewer"), factories.user("reviewer"))


def test_an_order_that_was_agreed_to_cannot_be_declined(
    duel: Duel, session: Session, factories: Factories, carrier: User
) -> None:
    chosen = orders.Selection(RegisterFilter(), (factories.vehicle_pass(carrier).id,))
    reason = RevocationReason.MISUSE
    placed = orders.place_order(session, carrier, StatusAct.REVOKE, reason, "Biên bản 12/BB", chosen, 0, now())
    session.commit()
    order_id = placed.id
    refused = duel.is_lost_with(
        lambda s, who: orders.agree(s, who, s.get_one(StatusOrder, order_id), now()),
        lambda s, who: orders.decline(s, who, s.get_one(StatusOrder, order_id), now()),
    )
    assert (refused, placed.state, placed.changed) == ("order_decided", OrderState.DONE, 1)


def test_a_pass_that_was_revoked_is_not_resumed(duel: Duel, session: Session, factories: Factories) -> None:
    made = factories.vehicle_pass()
    change_status(session, duel.first, made, StatusAct.SUSPEND, RevocationReason.INQUIRY, now())
    session.commit()
    pass_id = made.id

    def change(act: StatusAct, reason: RevocationReason) -> Act:
        return lambda s, who: change_status(s, who, s.get_one(VehiclePass, pass_id), act, reason, now())

    refused = duel.is_lost_with(
        change(StatusAct.REVOKE, RevocationReason.MISUSE), change(StatusAct.RESUME, RevocationReason.CLEARED)
    )
    assert (refused, made.status) == ("not_suspended", PassStatus.REVOKED)


def test_a_file_that_was_looked_at_keeps_its_outcome(duel: Duel, session: Session, factories: Factories) -> None:
    application = factories.vehicle_pass().application_vehicle.application
    post_audit.draw(session, application, 100, now())
    session.commit()
    drawn = post_audit.find_post_audit(session, application.reference)
    assert drawn is not None
    drawn_id = drawn.id

    def conclude(outcome: PostAuditOutcome) -> Act:
        return lambda s, who: post_audit.conclude(s, who, s.get_one(PostAudit, drawn_id), outcome, "Đã xem.", now())

    refused = duel.is_lost_with(conclude(PostAuditOutcome.REVOKED), conclude(PostAuditOutcome.IN_ORDER))
    assert (refused, drawn.outcome) == ("post_audit_done", PostAuditOutcome.REVOKED)


def test_a_slip_that_was_revoked_is_not_found_in_order(
    duel: Duel, session: Session, factories: Factories, carrier: User
) -> None:
    rules, joining = SendingRules("VN-HN", is_self_declared=True, audit_percent=100), factories.crew(carrier).id
    made = factories.vehicle_pass(carrier)
    slip = services.request_slip(session, carrier, made, SlipDraft(leaving=(0,), joining=(joining,)), rules, now())
    session.commit()
    slip_id, reason = slip.id, RevocationReason.WRONG_DATA
    refused = duel.is_lost_with(
        lambda s, who: deciding.revoke(s, who, s.get_one(Supplement, slip_id), reason, now()),
        lambda s, who: deciding.find_in_order(s, who, s.get_one(Supplement, slip_id), now()),
    )
    assert slip.decision is not None
    assert (refused, slip.decision.audit) == ("decided", PostAuditOutcome.REVOKED)


def test_of_a_slip_on_postgresql_the_first_decision_holds(app_on_postgresql: Flask) -> None:
    session, factories = db.session(), Factories(db.session())
    carrier = factories.user()
    duel = Duel(app_on_postgresql, factories.user("reviewer"), factories.user("reviewer"))

    def slip(rules: SendingRules) -> Supplement:
        made, joining = factories.vehicle_pass(carrier), factories.crew(carrier).id
        asked = SlipDraft(leaving=(0,), joining=(joining,))
        return services.request_slip(session, carrier, made, asked, rules, now())

    drawn = slip(SendingRules("VN-HN", is_self_declared=True, audit_percent=100))
    waiting = slip(SendingRules("VN-HN"))
    session.commit()
    drawn_id, waiting_id, reason = drawn.id, waiting.id, RevocationReason.WRONG_DATA
    refused = duel.is_lost_with(
        lambda s, who: deciding.revoke(s, who, s.get_one(Supplement, drawn_id), reason, now()),
        lambda s, who: deciding.find_in_order(s, who, s.get_one(Supplement, drawn_id), now()),
    )
    assert drawn.decision is not None
    assert (refused, drawn.decision.audit) == ("decided", PostAuditOutcome.REVOKED)
    refused = duel.is_lost_with(
        lambda s, who: deciding.refuse(s, who, s.get_one(Supplement, waiting_id), "document_missing", None, now()),
        lambda s, who: deciding.approve(s, who, s.get_one(Supplement, waiting_id), now()),
    )
    assert waiting.decision is not None
    assert (refused, waiting.decision.outcome) == ("decided", Decision.REFUSED)


def test_an_organisation_that_was_approved_is_not_refused(duel: Duel, session: Session, factories: Factories) -> None:
    waiting = factories.organisation()
    waiting.approved_at, waiting.asked_at = None, now()
    session.commit()
    organisation_id = waiting.id
    refused = duel.is_lost_with(
        lambda s, who: managing.approve_organisation(s, who, s.get_one(Organisation, organisation_id), now()),
        lambda s, who: managing.refuse_organisation(s, who, s.get_one(Organisation, organisation_id), "Trùng.", now()),
    )
    assert (refused, waiting.state) == ("not_waiting", OrganisationState.WORKING)


def test_an_application_that_was_sent_is_not_changed(
    app: Flask, session: Session, factories: Factories, carrier: User
) -> None:
    application, colleague = factories.application(carrier), factories.user(organisation=carrier.organisation)
    item, joining = application.vehicles[0], factories.crew(carrier).id
    session.commit()
    application_id, item_id, crew = application.id, item.id, [entry.crew_member_id for entry in item.crew]

    def seat(s: Session, who: User) -> None:
        found = s.get_one(Application, application_id)
        drafts.assign_crew(s, who, found, s.get_one(ApplicationVehicle, item_id), [joining], now())

    refused = Duel(app, carrier, colleague).is_lost_with(
        lambda s, who: submit(s, who, s.get_one(Application, application_id), now()), seat
    )
    assert (refused, application.state) == ("not_editable", ApplicationState.SUBMITTED)
    assert [entry.crew_member_id for entry in application.vehicles[0].crew] == crew


def test_of_two_slips_at_once_the_second_waits_for_the_first(
    app: Flask, session: Session, factories: Factories, carrier: User
) -> None:
    made, colleague = factories.vehicle_pass(carrier), factories.user(organisation=carrier.organisation)
    joining, rules = [factories.crew(carrier).id for _ in range(2)], SendingRules("VN-HN")
    session.commit()
    pass_id = made.id

    def ask(member: int) -> Act:
        draft = SlipDraft(joining=(member,))
        return lambda s, who: services.request_slip(s, who, s.get_one(VehiclePass, pass_id), draft, rules, now())

    assert Duel(app, carrier, colleague).is_lost_with(ask(joining[0]), ask(joining[1])) == "slip_waiting"


def test_what_is_prepared_is_published_once(duel: Duel, session: Session) -> None:
    prepared = save_proposal(session, duel.first, replace(zone_draft(), id=None), now())
    session.commit()
    proposal_id = prepared.id

    def publish(s: Session, who: User) -> object:
        found = s.get_one(ZoneProposal, proposal_id)
        return publish_proposal(s, who, found, passage=True, needs_two=False, now=now())

    assert duel.is_lost_with(publish, publish) == "proposal_unknown"
    assert session.query(Zone).count() == 1
