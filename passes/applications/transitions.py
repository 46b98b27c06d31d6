"""The states of an application and what leads from one to another: one table, one guarded step."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.applications.models import Application, ApplicationState
from passes.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User


class Act(enum.StrEnum):
    """What somebody does to an application's state."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"


@dataclass(frozen=True)
class Transition:
    """From which states an act is allowed, and where it leads."""

    sources: frozenset[ApplicationState]
    target: ApplicationState


TRANSITIONS: Mapping[Act, Transition] = {
    Act.SUBMIT: Transition(frozenset({ApplicationState.DRAFT, ApplicationState.RETURNED}), ApplicationState.SUBMITTED),
    Act.WITHDRAW: Transition(
        frozenset({ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.RETURNED}),
        ApplicationState.WITHDRAWN,
    ),
    Act.APPROVE: Transition(frozenset({ApplicationState.SUBMITTED}), ApplicationState.APPROVED),
    Act.REJECT: Transition(frozenset({ApplicationState.SUBMITTED}), ApplicationState.REJECTED),
    Act.RETURN: Transition(frozenset({ApplicationState.SUBMITTED}), ApplicationState.RETURNED),
}

EDITABLE = TRANSITIONS[Act.SUBMIT].sources
"""The states in which a carrier may change what an application says."""


class ApplicationError(RefusedError):
    """An application cannot be kept or moved as asked."""


class TransitionError(ApplicationError):
    """The act is not allowed in the application's state; often somebody else was faster."""

    def __init__(self, act: Act, state: ApplicationState) -> None:
        """Say what was tried where."""
        super().__init__("transition", f"{act} is not allowed when {state}")


def move(
    session: Session, actor: User | None, application: Application, act: Act, now: datetime, code: str | None = None
) -> None:
    """Change the state if the act is allowed there, and write it down; of two people at once, one gets the error.

    Args:
        session: the caller's transaction; pending changes are flushed.
        actor: who acts; None where policy does.
        application: whose state changes.
        act: what is done.
        now: when.
        code: the reason of a refusal, for the audit log.

    Raises:
        TransitionError: the act is not allowed in the state that the database has.
    """
    old, transition = application.state, TRANSITIONS[act]
    if old not in transition.sources:
        raise TransitionError(act, old)
    session.flush()
    moved = session.execute(
        sa.update(Application)
        .where(Application.id == application.id, Application.state == old)
        .values(state=transition.target)
        .execution_options(synchronize_session=False)
    )
    session.refresh(application, ["state"])
    if moved.rowcount != 1:
        raise TransitionError(act, application.state)
    details = {"reference": application.reference, "from": old.value, "to": transition.target.value}
    if code is not None:
        details["code"] = str(code)
    audit.record(session, actor, f"applications.{act.value}", application, details, now)
