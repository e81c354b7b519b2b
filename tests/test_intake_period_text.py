"""Every way a sheet writes a period is read, or refused where it could be two."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhdata.intake.period_text import read_period, read_period_line, serial_date, split_period
from fhdata.periods import TENDAY_NAMES, Period, parse_period

MARCH = Period(2023, "month", 3)


@pytest.mark.parametrize(
    ("raw", "period", "span"),
    [
        ("2023年3月", "2023-03", ""),
        ("2023年03月", "2023-03", ""),
        ("2023 年 3 月份", "2023-03", ""),
        ("２０２３年３月", "2023-03", ""),
        ("2023.03", "2023-03", ""),
        ("2023-03", "2023-03", ""),
        ("2023/3", "2023-03", ""),
        ("202303", "2023-03", ""),
        (202303.0, "2023-03", ""),
        ("2016.10", "2016-10", ""),
        ("2016.2", "2016-02", ""),
        ("2023年三月", "2023-03", ""),
        ("2023年十二月", "2023-12", ""),
        ("2023年1-3月", "2023-03", "ytd"),
        ("2023年1—3月", "2023-03", "ytd"),
        ("2023年1－3月", "2023-03", "ytd"),
        ("2023年1~3月", "2023-03", "ytd"),
        ("2023年1月至3月", "2023-03", "ytd"),
        ("2023年一至三月", "2023-03", "ytd"),
        ("2023年1-2月", "2023-02", "ytd"),
        ("2023年上半年", "2023-06", "ytd"),
        ("2023年前三季度", "2023Q3", "ytd"),
        ("2023年4-6月", "2023Q2", "quarter"),
        ("2020年第一季度", "2020Q1", ""),
        ("2020年一季度", "2020Q1", ""),
        ("2020年4季度", "2020Q4", ""),
        ("2020Q1", "2020Q1", ""),
        ("2020年Q1", "2020Q1", ""),
        ("2023年", "2023", "year"),
        ("2023年度", "2023", "year"),
        ("2023", "2023", "year"),
        ("2023.0", "2023", "year"),
        (2023.0, "2023", "year"),
        ("2023年3月末", "2023-03", "stock"),
        ("2023年3月底", "2023-03", "stock"),
        ("2023年末", "2023", "stock"),
        ("2023年3月中旬", "2023-03-中旬", ""),
        (datetime.datetime(2023, 3, 1), "2023-03", ""),  # noqa: DTZ001 - a sheet's date has no zone
    ],
)
def test_spelling_that_names_its_year(raw: object, period: str, span: str) -> None:
    reading = read_period(raw)
    assert reading is not None
    assert (str(reading.period), reading.span) == (period, span)


@pytest.mark.parametrize(
    ("raw", "period", "span"),
    [
        ("1-2月", "2023-02", "ytd"),
        ("1—3月", "2023-03", "ytd"),
        ("3月", "2023-03", ""),
        ("三月", "2023-03", ""),
        ("3月末", "2023-03", "stock"),
        ("上半年", "2023-06", "ytd"),
        ("一季度", "2023Q1", ""),
        ("第三季度", "2023Q3", ""),
        ("Q4", "2023Q4", ""),
        ("中旬", "2023-03-中旬", ""),
        ("年末", "2023", "stock"),
    ],
)
def test_spelling_without_a_year_takes_it_from_the_title_or_is_refused(raw: str, period: str, span: str) -> None:
    reading = read_period(raw, MARCH)
    assert reading is not None
    assert (str(reading.period), reading.span) == (period, span)
    assert read_period(raw) is None


@pytest.mark.parametrize(
    "raw", ["指标", "2016.1", "2023年3-5月", "2023年13月", "13月", "2023年3月完成数", "", None, True, 12.5, "20231"]
)
def test_what_is_no_period_or_could_be_two_is_refused(raw: object) -> None:
    assert read_period(raw, MARCH) is None


def test_ten_days_need_the_month_of_the_title() -> None:
    assert read_period("上旬", Period(2023, "year", 1)) is None


def test_wording_after_a_period_is_kept_for_the_header() -> None:
    reading = split_period("2022年1-2月完成数")
    assert reading is not None
    assert (str(reading.period), reading.span, reading.rest) == ("2022-02", "ytd", "完成数")


def _months(cells: list[object]) -> list[str]:
    readings, _ = read_period_line(cells)
    return [str(one.period) if one else "" for one in readings]


def test_2016_1_is_october_beside_2016_01() -> None:
    assert _months(["2016.01", "2016.02", "2016.1"]) == ["2016-01", "2016-02", "2016-10"]


def test_2016_1_is_settled_by_the_cell_beside_it() -> None:
    assert _months(["2016.9", "2016.1", "2016.11"]) == ["2016-09", "2016-10", "2016-11"]
    assert _months(["2015.12", "2016.1", "2016.2"]) == ["2015-12", "2016-01", "2016-02"]
    assert _months([2016.2, 2016.1, 2015.12]) == ["2016-02", "2016-01", "2015-12"]


def test_2016_1_that_nothing_settles_is_refused() -> None:
    for cells in (["2016.1"], ["2016.1", "2017.1"], ["2016.2", "2016.1", "2016.9"]):
        readings, refused = read_period_line(cells)
        assert refused
        assert all(readings[position] is None for position in refused)


def test_plain_numbers_are_dates_only_where_the_whole_line_is() -> None:
    january, february = 44927.0, 44958.0  # 2023-01-01 and 31 days later
    assert serial_date(january) == datetime.date(2023, 1, 1)
    assert _months([january, february]) == ["2023-01", "2023-02"]
    assert _months([24170.0, 24319.0]) == ["", ""]  # household counts: 1966-03-04 is no month's edge
    assert _months([january, 12.0]) == ["", ""]


def test_a_cell_without_a_year_belongs_to_the_year_written_before_it() -> None:
    assert _months(["2022年11月", "12月", "2023年1月", "2月"]) == ["2022-11", "2022-12", "2023-01", "2023-02"]
    assert _months(["11月", "12月"]) == ["", ""]  # nobody says of which year


@pytest.mark.parametrize(
    ("title", "cells", "months"),
    [
        # 1-12月 of 2022 stands in the line already, so that the one beside 2021年计划 is of 2021
        (
            "2022",
            ["2021年计划", "1-12月", "2022年计划", "1-2月", "1-12月"],
            ["2021", "2021-12", "2022", "2022-02", "2022-12"],
        ),
        ("2023-03", ["3月", "2022年3月", "1-3月", "2022年1-3月"], ["2023-03", "2022-03", "2023-03", "2022-03"]),
        ("2023-03", ["2022年完成数", "1-3月完成数"], ["2022", "2023-03"]),  # what the title is about
        ("2023", ["2022年2月", "3月", "2023年3月"], ["2022-02", "2022-03", "2023-03"]),
        (
            "2022",
            ["2021年计划", "1-12月", "2022年计划", "1-2月"],
            ["2021", "", "2022", "2022-02"],
        ),  # nothing settles it
        ("2023-06", ["2022年完成数", "1-3月完成数"], ["2022", ""]),
    ],
)
def test_year_before_it_and_year_of_the_title_that_differ_are_settled_by_the_line_or_refused(
    title: str, cells: list[str], months: list[str]
) -> None:
    readings, refused = read_period_line(cells, parse_period(title))
    assert [str(one.period) if one else "" for one in readings] == months
    assert refused == [place for place, month in enumerate(months) if not month]


def test_only_a_first_or_last_day_stands_for_its_month() -> None:
    days = [datetime.date(2021, 7, day) for day in (1, 2, 31)]
    assert _months(days) == ["2021-07", "", "2021-07"]


PERIODS = st.one_of(
    st.builds(Period, st.integers(1950, 2049), st.just("month"), st.integers(1, 12)),
    st.builds(Period, st.integers(1950, 2049), st.just("quarter"), st.integers(1, 4)),
    st.builds(Period, st.integers(1950, 2049), st.just("year"), st.just(1)),
    st.builds(Period, st.integers(1950, 2049), st.just("tenday"), st.integers(1, 36)),
)


@given(PERIODS)
def test_every_spelling_of_a_period_comes_back_the_same(period: Period) -> None:
    context = Period(period.year, "month", period.month)
    year, month = period.year, period.month
    quarter = "一二三四"[period.number - 1] if period.cadence == "quarter" else ""
    spellings = {
        "month": [
            f"{year}年{month}月",
            f"{year}-{month:02d}",
            f"{year}.{month:02d}",
            f"{year}{month:02d}",
            f"{month}月",
        ],
        "quarter": [f"{year}年第{quarter}季度", f"{year}Q{period.number}", f"{quarter}季度"],
        "year": [f"{year}年", f"{year}", f"{year}.0"],
        "tenday": [f"{month}月{TENDAY_NAMES[(period.number - 1) % 3]}", TENDAY_NAMES[(period.number - 1) % 3]],
    }[period.cadence]
    for text in [period.label, *spellings]:
        reading = read_period(text, context)
        assert reading is not None, text
        assert reading.period == period, text
    if period.cadence != "tenday":
        assert parse_period(str(period)) == period
    if period.cadence == "month" and month > 1:
        cumulative = read_period(period.year_to_date_label)
        assert cumulative is not None
        assert (cumulative.period, cumulative.span) == (period, "ytd")


@given(st.text(max_size=10))
def test_any_text_is_read_or_refused_without_an_accident(text: str) -> None:
    reading = read_period(text, MARCH)
    assert reading is None or parse_period(str(reading.period)) == reading.period
