"""What every page has in common: no inline code, errors that lead to their field, both languages, our typeface."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, get_template_attribute
from flask.testing import FlaskClient
from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired

from passes.config import Instance, create_secrets
from passes.db import db
from tests.issuers import open_issuer

INLINE = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:", re.IGNORECASE)


class Stop(Form):
    area = StringField("Địa bàn", [InputRequired("Nhập địa bàn.")])


class Everything(FlaskForm):
    plate = StringField("Biển số", [InputRequired("Nhập biển số.")], description="Ví dụ: 29C-123.45")
    cargo = RadioField(
        "Hàng hóa",
        [InputRequired("Chọn loại hàng.")],
        choices=[SelectChoice("1", "Lương thực"), SelectChoice("2", "Thuốc")],
    )
    kind = SelectField("Loại phương tiện", choices=[SelectChoice("1", "Xe tải")])
    promise = BooleanField("Cam kết", [InputRequired("Cần cam kết.")])
    stops = FieldList(FormField(Stop), min_entries=2)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An issuer with an empty database: pages need no keys and no areas to look as they should."""
    create_secrets(Instance(tmp_path))
    app = open_issuer(tmp_path)
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def posting(app: Flask) -> Iterator[None]:
    with app.test_request_context("/", method="POST", data={"kind": "1"}):
        yield


def macro(name: str, *args: object, **kwargs: object) -> str:
    return str(get_template_attribute("_ui.html", name)(*args, **kwargs))


@pytest.mark.parametrize("path", ["/login", "/no-such-page", "/static/no-such-file"])
def test_pages_hold_no_inline_script_or_style(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert not INLINE.search(answer.get_data(as_text=True))
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_pages_are_vietnamese_until_the_reader_chooses_english(client: FlaskClient) -> None:
    assert '<html lang="vi">' in client.get("/login").get_data(as_text=True)
    assert client.get("/lang/en?next=/login").location == "/login"
    assert '<html lang="en">' in client.get("/login").get_data(as_text=True)


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "/\\example.org"])
def test_the_language_switch_never_leads_to_another_site(client: FlaskClient, target: str) -> None:
    assert client.get("/lang/en", query_string={"next": target}).location == "/"


def test_a_failed_login_says_so_without_telling_which_half_was_wrong_and_keeps_what_was_typed(
    client: FlaskClient,
) -> None:
    text = client.post("/login", data={"email": "a@example.vn", "password": "x"}).get_data(as_text=True)
    assert "<title>Lỗi: Đăng nhập" in text
    assert "<li>Thư điện tử hoặc mật khẩu không đúng.</li>" in text
    assert 'value="a@example.vn"' in text


def test_an_error_page_carries_a_code_that_the_log_has_too(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "passes"):
        answer = client.get("/no-such-page")
    assert answer.status_code == 404
    code = re.search(r'class="incident code">([^<]+)<', answer.get_data(as_text=True))
    assert code is not None
    assert code[1] in caplog.text


@pytest.mark.usefixtures("posting")
@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 418, 429, 500, 503])
def test_every_error_page_says_what_to_do_next(app: Flask, status: int) -> None:
    text = app.jinja_env.get_template("errors/error.html").render(status=status, reference="8F3A21C7")
    assert "Việc nên làm" in text
    assert "8F3A21C7" in text


@pytest.mark.parametrize("weight", ["Regular", "SemiBold", "Bold"])
def test_the_typeface_is_served_to_anybody(client: FlaskClient, weight: str) -> None:
    with client.get(f"/fonts/BeVietnamPro-{weight}.ttf") as answer:
        assert answer.mimetype == "font/ttf"
        assert answer.data.startswith(b"\x00\x01\x00\x00")


@pytest.mark.parametrize("name", ["BeVietnamPro-Thin.ttf", "..%2f__init__.py", "LICENSE"])
def test_nothing_else_of_the_font_package_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/fonts/{name}").status_code == 404


@pytest.mark.usefixtures("posting")
def test_a_field_is_tied_to_its_label_hint_and_error() -> None:
    form = Everything()
    form.validate()
    text = macro("field", form.plate)
    assert '<label for="plate">Biển số</label>' in text
    assert '<p class="hint" id="plate-hint">Ví dụ: 29C-123.45</p>' in text
    assert 'aria-describedby="plate-hint plate-error"' in text
    assert 'aria-invalid="true"' in text
    assert re.search(r'id="plate-error">.*Nhập biển số\.', text, re.DOTALL)


@pytest.mark.usefixtures("posting")
def test_the_summary_leads_to_every_field_with_an_error_rows_included() -> None:
    form = Everything()
    form.validate()
    links = dict(re.findall(r'<a href="#([^"]+)">([^<]+)</a>', macro("error_summary", form)))
    shown = "".join(macro("field", field) for field in (form.plate, form.cargo, form.promise))
    shown += "".join(macro("field", entry.form.area) for entry in form.stops)
    assert links == {
        "plate": "Nhập biển số.",
        "cargo-0": "Chọn loại hàng.",
        "promise": "Cần cam kết.",
        "stops-0-area": "Nhập địa bàn.",
        "stops-1-area": "Nhập địa bàn.",
    }
    assert all(f'id="{anchor}"' in shown for anchor in links)


@pytest.mark.usefixtures("posting")
def test_a_form_without_errors_has_no_summary() -> None:
    assert macro("error_summary", Everything()) == ""


@pytest.mark.usefixtures("posting")
def test_values_are_shown_as_text_never_as_markup() -> None:
    assert "&lt;b&gt;" in macro("tag", "<b>")
    assert "&lt;b&gt;" in macro("summary_list", [("Tên", "<b>")])
    assert "&lt;b&gt;" in macro("cell", "Tên", "<b>")
