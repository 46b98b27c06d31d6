"""E-mail leaves when its cause is committed, and a forgotten password is reset by it."""

import email
import email.policy
import re
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from passes import jobs
from passes.audit import AuditEntry
from passes.db import db
from passes.doctor import examine
from passes.mail.models import Letter
from passes.mail.services import (
    LATE_AFTER,
    MOST_TRIES,
    LetterRefusedError,
    MailServerError,
    send_waiting,
    write_letter,
)
from tests.factories import PASSWORD, Factories, now
from tests.issuers import open_issuer

NEW_PASSWORD = "con đường mới qua cầu Chương Dương"


def letters_in(instance: Path) -> list[EmailMessage]:
    """Every e-mail that was written into the instance, oldest first."""
    files = sorted((instance / "mail").glob("*.log"))
    parsed = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    return [message for message in parsed if isinstance(message, EmailMessage)]


def forget(client: FlaskClient, address: str) -> str:
    return client.post("/reset", data={"email": address}).get_data(as_text=True)


def link_in(message: EmailMessage) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", message.get_content())
    assert found, message.get_content()
    return found[1]


def test_a_forgotten_password_is_reset_by_a_link_that_works_once(
    client: FlaskClient, factories: Factories, instance: Path, session: Session
) -> None:
    user = factories.user()
    elsewhere = client.application.test_client()
    assert elsewhere.post("/login", data={"email": user.email, "password": PASSWORD}).status_code == 302
    assert "đường dẫn đặt lại mật khẩu đã được gửi" in forget(client, user.email)
    (message,) = letters_in(instance)
    assert (message["To"], message["Subject"].strip()) == (user.email, "Đặt lại mật khẩu giấy nhận diện phương tiện")
    link = link_in(message)
    assert "Mật khẩu mới" in client.get(link).get_data(as_text=True)
    new = {"password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}
    assert client.post(link, data=new).status_code == 302
    assert client.post("/login", data={"email": user.email, "password": PASSWORD}).status_code == 200
    assert client.post("/login", data={"email": user.email, "password": NEW_PASSWORD}).status_code == 302
    assert elsewhere.get("/").status_code == 302, "who was signed in elsewhere is out"
    stranger = client.application.test_client()
    assert "/reset" in stranger.post(link, data=new).headers["Location"]
    assert letters_in(instance)[1]["Subject"].strip() == "Mật khẩu vừa được đặt lại"
    assert session.query(AuditEntry).filter_by(verb="accounts.reset_password").one().actor_id == user.id


def test_the_answer_is_the_same_whether_or_not_the_address_has_an_account(
    client: FlaskClient, factories: Factories, instance: Path
) -> None:
    known, closed = factories.user(email="co@example.vn"), factories.user(email="kin@example.vn")
    closed.active = False
    answers = {
        forget(client, address).replace(address, "ADDRESS") for address in (known.email, closed.email, "la@example.vn")
    }
    assert len(answers) == 1
    assert [message["To"] for message in letters_in(instance)] == [known.email]


def test_a_link_leads_to_the_address_of_the_instance_whatever_the_request_says_its_host_is(
    client: FlaskClient, factories: Factories, instance: Path
) -> None:
    client.post("/reset", data={"email": factories.user().email}, headers={"Host": "attacker.example"})
    content = letters_in(instance)[0].get_content()
    assert "attacker.example" not in content
    assert link_in(letters_in(instance)[0])


def test_a_letter_is_in_the_language_of_its_account(client: FlaskClient, factories: Factories, instance: Path) -> None:
    user = factories.user()
    user.language = "en"
    forget(client, user.email)
    (message,) = letters_in(instance)
    assert message["Subject"].strip() == "Reset your vehicle pass password"
    assert "within 2 hours" in message.get_content()


def test_a_link_that_is_too_old_or_wrong_leads_back_to_asking_for_another(
    client: FlaskClient, factories: Factories, instance: Path
) -> None:
    user = factories.user()
    with time_machine.travel(now() - timedelta(hours=3)):
        forget(client, user.email)
    for link, said in ((link_in(letters_in(instance)[0]), "quá hạn"), ("/reset/not-a-link", "không đúng")):
        answer = client.get(link)
        assert answer.headers["Location"].endswith("/reset")
        assert said in client.get("/reset").get_data(as_text=True)


def test_nobodys_mailbox_is_flooded(instance: Path) -> None:
    app = open_issuer(instance, RATELIMIT_ENABLED=True)
    client = app.test_client()
    asked = [client.post("/reset", data={"email": "la@example.vn"}).status_code for _ in range(6)]
    assert asked == [200] * 5 + [429]
    assert client.post("/reset", data={"email": "khac@example.vn"}).status_code == 200


def test_letters_are_not_readable_in_the_database_and_leave_it_when_sent(app: Flask, session: Session) -> None:
    write_letter(session, "an@example.vn", "Chào", "đường dẫn bí mật", now())
    session.commit()
    raw = session.connection().exec_driver_sql("SELECT recipient, subject, body FROM letters").one()
    assert not any("bí mật".encode() in bytes(value) or b"example.vn" in bytes(value) for value in raw)
    with app.test_request_context():
        jobs.wake()
    assert session.query(Letter).count() == 0


def test_letters_without_a_server_are_files_of_its_owner_alone_that_sort_as_they_were_written(
    app: Flask, session: Session, instance: Path
) -> None:
    for number in range(12):
        write_letter(session, "an@example.vn", f"Thư {number}", "Nội dung", now())
    session.commit()
    with app.test_request_context(), time_machine.travel(now(), tick=False):
        jobs.wake()
    assert (instance / "mail").stat().st_mode & 0o077 == 0
    letters = letters_in(instance)
    assert [letter["Subject"] for letter in letters] == [f"Thư {number}" for number in range(12)]
    assert letters[0].get_content().startswith("Nội dung")


def test_a_subject_is_one_line(session: Session) -> None:
    with pytest.raises(ValueError, match="one line"):
        write_letter(session, "an@example.vn", "Chào\nBcc: all@example.vn", "", now())


def test_a_silent_server_is_tried_again_with_growing_pauses_and_then_given_up(session: Session) -> None:
    moment, tried = now(), []

    def fail(letter: Letter) -> None:
        tried.append(letter.recipient)
        raise MailServerError("connection refused")

    write_letter(session, "an@example.vn", "Chào", "", moment)
    write_letter(session, "binh@example.vn", "Chào", "", moment)
    assert send_waiting(session, fail, moment) == 0
    assert tried == ["an@example.vn"], "the others would fare no better"
    session.query(Letter).filter(Letter.tries == 0).delete()
    waited = []
    while letter := session.query(Letter).one_or_none():
        waited.append(letter.next_try_at - moment)
        moment = letter.next_try_at
        send_waiting(session, fail, moment)
    assert waited == [timedelta(minutes=2**n) for n in range(MOST_TRIES - 1)]


def test_a_letter_that_the_server_refuses_does_not_hold_up_the_others(session: Session) -> None:
    sent = []

    def take(letter: Letter) -> None:
        if letter.recipient.startswith("khong"):
            raise LetterRefusedError("SMTPRecipientsRefused")
        sent.append(letter.recipient)

    for name in ("khong-co", "an"):
        write_letter(session, f"{name}@example.vn", "Chào", "", now())
    assert send_waiting(session, take, now()) == 1
    assert sent == ["an@example.vn"]


def test_the_doctor_names_letters_that_do_not_leave(app: Flask, session: Session) -> None:
    write_letter(session, "an@example.vn", "Chào", "", now() - LATE_AFTER - timedelta(seconds=1))
    found = {finding.part: finding for finding in examine(app, now())}["mail"]
    assert not found.is_ok
    assert "1 e-mails wait" in found.message


@pytest.fixture
def smtp_server() -> Iterator[tuple[int, list[str]]]:
    """A mail server that takes one letter; its port and the lines that it was told."""
    listener = socket.create_server(("127.0.0.1", 0))
    told: list[str] = []

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as stream:

            def say(line: bytes) -> None:
                stream.write(line + b"\r\n")
                stream.flush()

            say(b"220 mail.example.vn")
            is_content = False
            for raw in stream:
                line = raw.decode().rstrip("\r\n")
                told.append(line)
                if is_content:
                    if line == ".":
                        is_content = False
                        say(b"250 taken")
                elif line.upper() == "DATA":
                    is_content = True
                    say(b"354 go on")
                elif line.upper() == "QUIT":
                    say(b"221 bye")
                    return
                else:
                    say(b"250 fine")

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1], told
    thread.join(10)
    listener.close()


def test_a_configured_server_gets_the_letters(instance: Path, smtp_server: tuple[int, list[str]]) -> None:
    port, told = smtp_server
    (instance / "config.toml").write_text(
        f'mail_server = "127.0.0.1"\nmail_port = {port}\nmail_default_sender = "passes@example.vn"\n', "utf-8"
    )
    app = open_issuer(instance)
    with app.app_context():
        write_letter(db.session(), "an@example.vn", "Chào", "Nội dung", now())
        db.session.commit()
        jobs.wake()
        assert db.session.query(Letter).count() == 0
        db.session.remove()
        db.engine.dispose()
    assert any(line.lower().startswith("mail from:<passes@example.vn>") for line in told)
    assert any(line.lower().startswith("rcpt to:<an@example.vn>") for line in told)
    assert "Auto-Submitted: auto-generated" in told
    assert not (instance / "mail").exists()
