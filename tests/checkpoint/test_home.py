"""The station's folder: private, whole or not at all, and clear about what is wrong with it."""

import os
import stat
from pathlib import Path

import pytest

from checkpoint.home import Enrolment, Home, HomeError

ENROLMENT = Enrolment("https://passes.example", "chot-1", "00" * 32)


def test_what_is_saved_is_read_again_and_only_its_owner_can(tmp_path: Path) -> None:
    home = Home(tmp_path / "deep" / "home")
    home.save_enrolment(ENROLMENT)
    kid = home.device_key(make=True).kid
    assert home.enrolment() == ENROLMENT
    assert home.device_key().kid == home.device_key(make=True).kid == kid
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (home.path, *home.path.iterdir())}
    assert modes == {"home": 0o700, "station.json": 0o600, "device.pem": 0o600}


def test_a_folder_without_enrolment_says_so(tmp_path: Path) -> None:
    for ask in (Home(tmp_path).enrolment, Home(tmp_path).device_key, Home(tmp_path).trust_store):
        with pytest.raises(HomeError) as caught:
            ask()
        assert caught.value.code == "not_enrolled"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": "x"}'])
def test_a_damaged_enrolment_is_not_taken_for_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "station.json").write_text(content)
    assert Home(tmp_path).is_enrolled
    with pytest.raises(HomeError) as caught:
        Home(tmp_path).enrolment()
    assert caught.value.code == "home_damaged"


def test_a_damaged_key_is_said(tmp_path: Path) -> None:
    (tmp_path / "device.pem").write_text("no key")
    with pytest.raises(HomeError) as caught:
        Home(tmp_path).device_key(make=True)
    assert caught.value.code == "home_damaged"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeError) as caught:
        Home(tmp_path / "file" / "home").save_enrolment(ENROLMENT)
    assert caught.value.code == "home_unwritable"


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    home.save_enrolment(ENROLMENT)

    def fail(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(HomeError):
        home.save_enrolment(Enrolment("https://other.example", "chot-2", "11" * 32))
    monkeypatch.undo()
    assert home.enrolment() == ENROLMENT
