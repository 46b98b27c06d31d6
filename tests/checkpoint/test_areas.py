"""Areas are found as an officer would type them."""

from checkpoint import areas


def codes(query: str, **options: object) -> list[str]:
    return [area.code for area in areas.search(query, **options)]


def test_a_name_without_diacritics_finds_every_ward_of_that_name() -> None:
    assert {"00067", "10237"} <= set(codes("chuong duong"))


def test_more_words_narrow_the_search_whatever_their_order() -> None:
    assert codes("thường tín chuong duong") == ["10237"]


def test_the_area_whose_own_name_has_most_of_the_words_comes_first() -> None:
    assert codes("duong xa gia lam")[0] == "00571"


def test_a_code_finds_its_area() -> None:
    assert codes("281")[0] == "281"
    assert areas.name_of("281") == "Huyện Ứng Hòa, Thành phố Hà Nội"


def test_wards_only_leaves_districts_out() -> None:
    assert {len(code) for code in codes("ung hoa", wards_only=True)} == {5}
    assert "281" in codes("ung hoa")


def test_letters_with_a_stroke_are_found_by_plain_ones() -> None:
    assert "006" in codes("dong da")


def test_nothing_typed_finds_nothing() -> None:
    assert codes("  ") == []


def test_a_code_that_nobody_knows_is_shown_as_it_is() -> None:
    assert areas.name_of("99999") == "99999"
    assert not areas.is_known("99999")
