"""When persons are merged or split, what people said and did about them follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from passes.batches import in_batches
from passes.followup.events import Assignment, Sample, StatusEvent, Transfer, Visit

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session


def move_deeds(session: Session, from_person: int, to_person: int, named: Collection[int] | None = None) -> None:
    """Let what was said and done about one person count for another; with `named`, only what named one of these.

    Who sees to the person stays as it is; where nobody does yet, whoever saw to the other one.

    Args:
        session: the caller's transaction, which has taken its turn at deriving.
        from_person: of whom the rows are now.
        to_person: of whom they are from now on.
        named: persons whom the rows named.
    """
    for kind in (StatusEvent, Visit, Sample, Transfer):
        statement = sa.update(kind).where(kind.person_id == from_person).values(person_id=to_person)
        for batch in [None] if named is None else in_batches(named):
            narrowed = statement if batch is None else statement.where(kind.named_person_id.in_(batch))
            session.execute(narrowed.execution_options(synchronize_session="fetch"))
    if named is None:
        for row in session.scalars(sa.select(Assignment).where(Assignment.person_id == from_person)).all():
            if session.get(Assignment, (to_person, row.district_code)) is None:
                copied = {"ward_code": row.ward_code, "user_id": row.user_id, "at": row.at, "by_id": row.by_id}
                session.add(Assignment(person_id=to_person, district_code=row.district_code, **copied))
            session.delete(row)
