"""Orders about many passes at once: what they hit is shown first, and a large one needs a second person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes import audit
from passes.db import lock
from passes.issuing.models import OrderState, StatusOrder, StatusOrderPass, VehiclePass
from passes.issuing.register import PassState, search
from passes.issuing.standing import CHANGES, IssuingError, change_many

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from passes.accounts.models import User
    from passes.issuing.models import RevocationReason, StatusAct
    from passes.issuing.register import RegisterFilter

_SHOWN_CARRIERS = 10
_SHOWN_PASSES = 25


@dataclass(frozen=True)
class Selection:
    """Which passes an order is about: some chosen by hand, or all that a filter of the register finds.

    Of a filter's passes those that are over are left out, unless the filter asks for just those.

    Args:
        pass_ids: row ids, chosen by hand; empty means all that the filter finds.
        wanted: the filter.
    """

    wanted: RegisterFilter
    pass_ids: tuple[int, ...] = ()

    def scope(self) -> dict[str, str]:
        """Return what was chosen, for the log."""
        if self.pass_ids:
            return {"chosen": str(len(self.pass_ids))}
        state = self.wanted.state.value if self.wanted.state else ""
        said = {"text": self.wanted.text, "state": state, "carrier": self.wanted.carrier}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class Preview:
    """What an order would hit.

    Args:
        count: passes that it would change.
        left: passes that were chosen and whose status does not allow it.
        carriers: row id and number of passes of the carriers hit most.
        passes: the newest few.
    """

    count: int
    left: int
    carriers: tuple[tuple[int, int], ...]
    passes: tuple[VehiclePass, ...]


def preview(session: Session, act: StatusAct, selection: Selection, now: datetime) -> Preview:
    """Look what an order would hit, without doing anything."""
    chosen = _chosen(selection, now)
    fit = chosen.where(VehiclePass.status.in_(CHANGES[act].sources))
    count = _count(session, fit)
    by_carrier = (
        fit.with_only_columns(VehiclePass.carrier_id, sa.func.count())
        .order_by(None)
        .group_by(VehiclePass.carrier_id)
        .order_by(sa.func.count().desc(), VehiclePass.carrier_id)
        .limit(_SHOWN_CARRIERS)
    )
    return Preview(
        count=count,
        left=_count(session, chosen) - count,
        carriers=tuple((row[0], row[1]) for row in session.execute(by_carrier)),
        passes=tuple(session.scalars(fit.limit(_SHOWN_PASSES))),
    )


def _chosen(selection: Selection, now: datetime) -> sa.Select[tuple[VehiclePass]]:
    wanted = selection.wanted
    if selection.pass_ids:
        newest = (VehiclePass.requested_at.desc(), VehiclePass.id.desc())
        return sa.select(VehiclePass).where(VehiclePass.id.in_(selection.pass_ids)).order_by(*newest)
    statement = search(wanted.text, wanted.state, carrier_text=wanted.carrier, now=now)
    return statement if wanted.state is PassState.EXPIRED else statement.where(VehiclePass.expires_at > now)


def _count(session: Session, statement: sa.Select[tuple[VehiclePass]]) -> int:
    counted = statement.with_only_columns(sa.func.count(VehiclePass.id)).order_by(None)
    return session.scalar(counted) or 0


def place_order(
    session: Session,
    actor: User,
    act: StatusAct,
    reason: RevocationReason,
    note: str,
    selection: Selection,
    alone_up_to: int,
    now: datetime,
) -> StatusOrder:
    """Order a change of status; carried out at once if one person may do so alone, else kept for a second one.

    Args:
        session: the caller's transaction.
        actor: who orders it.
        act: what is done.
        reason: one that fits the act.
        note: the decision or what happened, in words.
        selection: which passes.
        alone_up_to: the largest number of passes that one person decides about.
        now: when.

    Raises:
        IssuingError: nothing would change (`nothing_hit`), or the reason is none for this act (`reason_unfit`).
    """
    if reason not in CHANGES[act].reasons:
        raise IssuingError("reason_unfit", f"{reason} is no reason to {act}")
    fit = _chosen(selection, now).where(VehiclePass.status.in_(CHANGES[act].sources)).order_by(None)
    order = StatusOrder(
        act=act,
        reason=reason,
        note=note.strip(),
        scope=selection.scope(),
        count=0,
        state=OrderState.WAITING,
        requested_at=now,
        requested_by_id=actor.id,
    )
    session.add(order)
    session.flush()
    columns = fit.with_only_columns(sa.literal(order.id), VehiclePass.id)
    session.execute(sa.insert(StatusOrderPass).from_select(["order_id", "pass_id"], columns))
    kept = sa.select(sa.func.count()).select_from(StatusOrderPass).where(StatusOrderPass.order_id == order.id)
    order.count = session.scalar(kept) or 0
    if not order.count:
        raise IssuingError("nothing_hit", "no pass would change")
    details = {"act": act.value, "reason": reason.value, "passes": order.count}
    audit.record(session, actor, "issuing.order", order, details, now)
    if order.count <= alone_up_to:
        _carry_out(session, actor, order, now)
    return order


def agree(session: Session, actor: User, order: StatusOrder, now: datetime) -> None:
    """Agree as the second person, and carry the order out: exactly the passes that the first one saw.

    Raises:
        IssuingError: it does not wait (`order_decided`), or it is the actor's own (`own_order`).
    """
    _require_second_person(session, actor, order)
    details = {"passes": order.count}
    audit.record(session, actor, "issuing.agree_to_order", order, details, now)
    _carry_out(session, actor, order, now)


def decline(session: Session, actor: User, order: StatusOrder, now: datetime) -> None:
    """Decline an order; who placed it may take it back so.

    Raises:
        IssuingError: it does not wait (`order_decided`).
    """
    _require_waiting(session, order)
    order.state, order.decided_at, order.decided_by_id = OrderState.DECLINED, now, actor.id
    audit.record(session, actor, "issuing.decline_order", order, {"passes": order.count}, now)


def _require_second_person(session: Session, actor: User, order: StatusOrder) -> None:
    _require_waiting(session, order)
    if order.requested_by_id == actor.id:
        raise IssuingError("own_order", "who placed an order does not agree to it")


def _require_waiting(session: Session, order: StatusOrder) -> None:
    lock(session, order)
    if order.state is not OrderState.WAITING:
        raise IssuingError("order_decided", f"order {order.id} is {order.state}")


def _carry_out(session: Session, actor: User, order: StatusOrder, now: datetime) -> None:
    ids = session.scalars(
        sa.select(StatusOrderPass.pass_id).where(StatusOrderPass.order_id == order.id).order_by(StatusOrderPass.pass_id)
    ).all()
    order.changed = change_many(session, actor, ids, order.act, order.reason, now)
    order.state, order.decided_at, order.decided_by_id = OrderState.DONE, now, actor.id


def orders(state: OrderState | None = None) -> sa.Select[tuple[StatusOrder]]:
    """Return a statement for orders, newest first."""
    statement = sa.select(StatusOrder).order_by(StatusOrder.id.desc())
    return statement if state is None else statement.where(StatusOrder.state == state)


def find_order(session: Session, order_id: int) -> StatusOrder | None:
    """Return one order, or None."""
    return session.get(StatusOrder, order_id)


def passes_in(order: StatusOrder) -> sa.Select[tuple[VehiclePass]]:
    """Return a statement for the passes that an order is about, newest first."""
    return (
        sa.select(VehiclePass)
        .join(StatusOrderPass, StatusOrderPass.pass_id == VehiclePass.id)
        .where(StatusOrderPass.order_id == order.id)
        .order_by(VehiclePass.requested_at.desc(), VehiclePass.id.desc())
    )


def count_waiting_orders(session: Session) -> int:
    """Return how many orders wait for a second person."""
    statement = sa.select(sa.func.count()).select_from(StatusOrder)
    return session.scalar(statement.where(StatusOrder.state == OrderState.WAITING)) or 0
