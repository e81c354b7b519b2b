"""Rounding, units of measurement and places: what every table stands on."""

from decimal import Decimal
from pathlib import Path

import pytest

from fhdata.places import open_place
from fhdata.problems import ProblemsFound, hint
from fhdata.quantities import conversion_factor, is_convertible
from fhdata.rounding import exact, half_up, number_text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (2.345, 2, "2.35"),  # half up, though the nearest float lies below 2.345
        (-2.345, 2, "-2.35"),
        (44.04999999999999, 1, "44.1"),  # what arithmetic leaves of 44.05
        (891646.05, 1, "891,646.1"),
        (-0.04, 1, "0.0"),  # never −0.0
        (12.4, 0, "12"),
    ],
)
def test_rounding_is_half_up_on_the_decimal_that_is_meant(value: float, digits: int, text: str) -> None:
    assert number_text(value, digits) == text


def test_binary_noise_is_no_number() -> None:
    assert exact(0.1 + 0.2) == Decimal("0.3")
    assert half_up(1.15 * 100, 0) == Decimal(115)


@pytest.mark.parametrize(
    ("unit", "target", "factor"),
    [
        ("万元", "亿元", "0.0001"),
        ("亿元", "元", "100000000"),
        ("‰", "%", "0.1"),
        ("公顷", "亩", "15"),
        ("个", "个", "1"),
    ],
)
def test_units_of_one_quantity_convert_exactly(unit: str, target: str, factor: str) -> None:
    assert conversion_factor(unit, target) == Decimal(factor)


@pytest.mark.parametrize(("unit", "target"), [("万元", "万人"), ("个", "家"), ("%", "百分点"), ("人", "人次")])
def test_units_of_two_quantities_do_not(unit: str, target: str) -> None:
    assert not is_convertible(unit, target)
    with pytest.raises(ProblemsFound, match=f"单位“{unit}”不能换算成“{target}”"):
        conversion_factor(unit, target)


def test_a_hint_names_what_is_near_and_nothing_else() -> None:
    assert hint("peroid", ["period", "as_of"]) == "最接近的是“period”"
    assert hint("完全不同", ["period"]) == ""


def test_a_place_is_found_from_any_folder_below_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "place.toml").write_text('name = "示例县"\nrules = "rules"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path / "notebooks")
    place = open_place()
    assert (place.name, place.rules.name, place.relative(place.raw / "甲.xlsx")) == (
        "示例县",
        "rules",
        "data/raw/甲.xlsx",
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "里没有 place.toml"),
        ('name = "示例县"\n', "没有写 rules"),
        ('name = "示例县"\nrules = "nowhere"\n', "规则文件夹“nowhere”不存在"),
        ("name = ", "读不懂"),
    ],
)
def test_a_folder_that_is_no_place_says_why(tmp_path: Path, content: str | None, sentence: str) -> None:
    if content is not None:
        (tmp_path / "place.toml").write_text(content, encoding="utf-8")
    with pytest.raises(ProblemsFound, match=sentence):
        open_place(tmp_path)
