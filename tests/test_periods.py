"""Periods have one written form, in a command as in a folder's name."""

from datetime import date

import pytest

from fhdata.periods import parse_period
from fhdata.problems import ProblemsFound


@pytest.mark.parametrize(
    ("text", "end", "label"),
    [
        ("2023-02", date(2023, 2, 28), "2023年2月"),
        ("2024-02", date(2024, 2, 29), "2024年2月"),
        ("2023Q1", date(2023, 3, 31), "2023年第一季度"),
        ("2023", date(2023, 12, 31), "2023年"),
        ("2023-03-上旬", date(2023, 3, 10), "2023年3月上旬"),
        ("2023-03-下旬", date(2023, 3, 31), "2023年3月下旬"),
    ],
)
def test_a_period_is_written_back_as_it_was_read(text: str, end: date, label: str) -> None:
    period = parse_period(text)
    assert (str(period), period.end, period.label) == (text, end, label)


@pytest.mark.parametrize(
    "text",
    ["2023-13", "2023-00", "2023Q5", "2023Q0", "23-03", "2023-3", "0000", "２０２３-０３", "2023-03 ", "", "三月"],
)
def test_any_other_form_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(ProblemsFound) as caught:
        parse_period(text)
    (one,) = caught.value.problems
    assert one.code == "bad_period"
    assert f"“{text}”" in one.sentence
    assert "2023-03-中旬" in one.sentence


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2023-01", "2022-12"),
        ("2023Q1", "2022Q4"),
        ("2023", "2022"),
        ("2023-01-上旬", "2022-12-下旬"),
        ("2023Q3", "2023Q2"),
    ],
)
def test_the_period_before(text: str, before: str) -> None:
    assert str(parse_period(text).previous()) == before


def test_how_far_into_the_year_a_period_reaches() -> None:
    assert [parse_period(text).month for text in ("2023-05", "2023Q3", "2023", "2023-05-中旬")] == [5, 9, 12, 5]
    assert parse_period("2023-09").year_to_date_label == "2023年1—9月"
    assert parse_period("2023-01").year_to_date_label == "2023年1月"
