"""What is kept of a PIN fits that PIN, that officer and that station, and nothing else."""

import pytest

from protocol.pins import PEPPER_BYTES, SALT_BYTES, PinError, is_guessable, is_pin_of, make_verifier, normalise_pin

PEPPER, SALT = bytes(range(PEPPER_BYTES)), bytes(range(SALT_BYTES))


def test_a_verifier_is_the_same_for_ever() -> None:
    assert make_verifier("402917", "cb-7k3m9q", PEPPER, SALT) == (
        "1$AAECAwQFBgcICQoLDA0ODw==$iZ0D+eyGtZ3YbmbCgPkUW7HsbKg9pOREHJ/Pfgk2jNs="
    )


def test_a_pin_fits_its_own_verifier_only() -> None:
    verifier = make_verifier("402917", "cb-7k3m9q", PEPPER, SALT)
    assert is_pin_of("402917", "cb-7k3m9q", PEPPER, verifier)
    assert not is_pin_of("402918", "cb-7k3m9q", PEPPER, verifier)
    assert not is_pin_of("402917", "cb-7k3m9r", PEPPER, verifier)
    assert not is_pin_of("402917", "cb-7k3m9q", bytes(PEPPER_BYTES), verifier)


@pytest.mark.parametrize(
    "damaged", ["", "1", "1$$", "2$AAECAwQFBgcICQoLDA0ODw==$AAAA", "1$AAA=$AAAA", "1$!$!", "1$a$b$c"]
)
def test_a_damaged_verifier_fits_no_pin(damaged: str) -> None:
    assert not is_pin_of("402917", "cb-7k3m9q", PEPPER, damaged)


def test_separators_in_a_pin_do_not_matter() -> None:
    assert normalise_pin(" 402 917 ") == normalise_pin("402-917") == "402917"
    assert normalise_pin("402917") == "402917"


@pytest.mark.parametrize("text", ["", "40291", "4029171234567", "40291x", "٤٠٢٩١٧"])
def test_anything_but_six_to_twelve_digits_is_no_pin(text: str) -> None:
    with pytest.raises(PinError):
        normalise_pin(text)


@pytest.mark.parametrize("pin", ["000000", "121212", "123123", "123456", "654321", "890123", "12121212"])
def test_what_people_try_first_is_guessable(pin: str) -> None:
    assert is_guessable(pin)


@pytest.mark.parametrize("pin", ["402917", "112233", "123457"])
def test_other_pins_are_not(pin: str) -> None:
    assert not is_guessable(pin)
