"""Personal data stays where it belongs: readable with the instance's keys, and nowhere else."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from passes.people.models import Person
from passes.people.services import find_person, keep_person
from passes.privacy import Privacy, PrivacyError
from tests.factories import now

NAME, ID_NUMBER = "Nguyễn Văn Bình", "001085012345"


def test_what_the_database_keeps_of_a_person_names_nobody(session: Session) -> None:
    keep_person(session, id_number=ID_NUMBER, name=NAME, phone="+84912345678", now=now())
    row = session.execute(sa.text("SELECT * FROM persons")).one()
    kept = b" ".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    assert NAME.encode() not in kept
    assert ID_NUMBER.encode() not in kept
    assert b"912345678" not in kept
    found = find_person(session, ID_NUMBER)
    assert found is not None
    session.refresh(found)
    assert (found.name, found.id_number) == (NAME, ID_NUMBER)


def test_a_personal_value_opens_with_no_other_key_and_not_when_altered() -> None:
    privacy, other = Privacy(bytes(32), b"a"), Privacy(bytes([1]) * 32, b"b")
    sealed = privacy.encrypt(NAME)
    assert privacy.decrypt(sealed) == NAME
    for wrong in (other.encrypt(NAME), sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:5], b""):
        with pytest.raises(PrivacyError):
            privacy.decrypt(wrong)
    assert privacy.lookup("id_number", ID_NUMBER) != other.lookup("id_number", ID_NUMBER)
    assert privacy.lookup("id_number", ID_NUMBER) != privacy.lookup("phone", ID_NUMBER)


def test_an_error_of_the_database_does_not_say_what_was_being_written(session: Session) -> None:
    wrong = Person(name=NAME, provisional_key="key-of-one-person", created_at=now().replace(tzinfo=None))
    session.add(wrong)
    with pytest.raises(sa.exc.StatementError) as caught:
        session.flush()
    assert "persons" in str(caught.value)
    assert NAME not in str(caught.value)
    assert "key-of-one-person" not in str(caught.value)
