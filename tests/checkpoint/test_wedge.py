"""What a scanner that types meant, whatever the keyboard made of it."""

import pytest

from checkpoint.wedge import typed_code

CODE = "VP1:6BF+70790T9WTWGSLKC 4769R/CFK%*$-."


@pytest.mark.parametrize("keys", ["", CODE])
@pytest.mark.parametrize("text", [CODE, CODE.lower(), CODE.swapcase()])
def test_upper_and_lower_case_do_not_matter(text: str, keys: str) -> None:
    assert typed_code(text, keys) == CODE


def test_the_keys_count_where_a_layout_or_an_input_method_changed_what_came_of_them() -> None:
    assert typed_code("VPă:â", CODE) == CODE
    assert typed_code("VP1:Ô", CODE.lower()) == CODE


@pytest.mark.parametrize(
    "text", ["https://example.org/Menu", "001095001234|012345678|Lê Văn Tám|01011995|Nam|Hà Nội|01052021", "VP1:ă"]
)
def test_what_is_no_code_of_ours_stays_as_it_came(text: str) -> None:
    assert typed_code(text, "quite other keys") == text
