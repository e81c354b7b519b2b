"""Text of a cell becomes a number or a kind of nothing, or is refused."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhdata.intake.numbers import Number, number_as_written, percent_text, read_number

FULL_WIDTH = str.maketrans("0123456789.,-+%()", "０１２３４５６７８９．，－＋％（）")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12.0),
        ("0", 0.0),
        ("0.00", 0.0),
        ("-8.7", -8.7),
        ("−8.7", -8.7),
        ("－8.7", -8.7),
        ("– 8.7", -8.7),
        ("+8.7", 8.7),
        (".5", 0.5),
        ("1,012.4", 1012.4),
        ("１，０１２．４", 1012.4),
        ("1，012，345", 1012345.0),
        ("1 012.4", 1012.4),
        ("1 234 567", 1234567.0),
        ("12 .5", 12.5),
        ("- 8.7", -8.7),
        ("\u00a012.5\u3000", 12.5),
        ("(12.3)", -12.3),
        ("（12.3）", -12.3),
        ("(1,234)", -1234.0),
        ("下降8.7", -8.7),
        ("下降 8.7%", -8.7),
        ("同比下降8.7%", -8.7),
        ("增长8.7%", 8.7),
        ("增长-8.7%", -8.7),
        ("同比增长－8.7％", -8.7),
        ("持平", 0.0),
        ("与上年同期持平", 0.0),
        ("101.8 ", 101.8),
    ],
)
def test_spellings_of_one_number(text: str, value: float) -> None:
    number = read_number(text)
    assert number is not None
    assert (number.value, number.nothing) == (value, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8.5%", Number(8.5, unit="%")),
        ("８．５％", Number(8.5, unit="%")),
        ("8.5‰", Number(8.5, unit="‰")),
        ("8.5个百分点", Number(8.5, unit="百分点")),
        ("8.5 百分点", Number(8.5, unit="百分点")),
        ("下降1.2个百分点", Number(-1.2, unit="百分点")),
        ("12.5亿元", Number(12.5, unit="亿元")),
        ("1,200 万人次", Number(1200.0, unit="万人次")),
    ],
)
def test_unit_beside_the_digits_is_kept(text: str, expected: Number) -> None:
    assert read_number(text) == expected


@pytest.mark.parametrize(
    ("text", "value", "mark"),
    [("12.5*", 12.5, "*"), ("12.5①", 12.5, "①"), ("1,012②", 1012.0, "②"), ("8.7% *", 8.7, "*"), ("123²", 123.0, "²")],
)
def test_footnote_mark_is_not_a_digit(text: str, value: float, mark: str) -> None:
    number = read_number(text)
    assert number is not None
    assert (number.value, number.mark) == (value, mark)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "empty"),
        ("  \u3000", "empty"),
        (None, "empty"),
        ("无", "nil"),
        ("—", "nil"),
        ("——", "nil"),
        ("-", "nil"),
        ("－", "nil"),
        ("/", "nil"),
        ("…", "nil"),
        ("……", "nil"),
        ("未统计", "not_reported"),
        ("未报", "not_reported"),
        ("未 报", "not_reported"),
        ("未发布", "not_due"),
        ("N/A", "not_applicable"),
        ("Ｎ／Ａ", "not_applicable"),
        ("不适用", "not_applicable"),
        ("—①", "nil"),
    ],
)
def test_five_kinds_of_nothing_stay_apart(text: str | None, kind: str) -> None:
    number = read_number(text)
    assert number is not None
    assert (number.value, number.nothing) == (None, kind)


@pytest.mark.parametrize(
    "raw",
    [
        "12 34",  # two numbers?
        "1,23",  # a decimal comma?
        "1,0124",
        "12.3.4",
        "1.2 3.4",
        "约12",
        "12左右",
        "下降-8.7%",  # down by less than nothing?
        "下降(8.7)",
        "—8.7",  # nil, or a minus sign?
        "12-13",
        "1.2E+05",  # digits were lost on the way
        "十二",
        "abc",
        "12万",
        True,
        float("nan"),
        float("inf"),
        datetime.date(2023, 3, 1),
    ],
)
def test_what_could_mean_two_things_is_refused(raw: object) -> None:
    assert read_number(raw) is None


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=3))
def test_every_spelling_of_a_number_comes_back_the_same(number: Decimal) -> None:
    value = float(number)
    plain = format(number, "f")
    grouped = format(number, ",.3f")
    accounting = f"({format(-number, ',.3f')})" if number < 0 else grouped
    for text in (plain, grouped, grouped.translate(FULL_WIDTH), grouped.replace(",", " "), accounting, f"{grouped}①"):
        read = read_number(text)
        assert read is not None, text
        assert read.value == value, text
    percent = read_number(f"{'增长' if number >= 0 else '下降'}{format(abs(number), 'f')}%")
    assert percent == Number(value if number else 0.0, unit="%")


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused_without_an_accident(text: str) -> None:
    number = read_number(text)
    assert number is None or (number.value is None) == (number.nothing != "")


def test_numbers_are_shown_as_sheets_show_them() -> None:
    assert [number_as_written(one) for one in (3.0, 8.7, "1,012", None)] == ["3", "8.7", "1,012", ""]
    assert percent_text(0.087) == "8.7%"  # 0.087 × 100
