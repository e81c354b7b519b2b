"""What is due: cut-off days passed, in order, made or missing."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from fhdata import cli
from fhdata.periods import Period, parse_period
from fhdata.runs.catalogue import Catalogue, Group, Report
from fhdata.runs.due import due_reports, missing

ROOT = Path(__file__).parents[1]
CATALOGUE = Catalogue(
    reports={
        "甲": Report("甲", "示例甲", "a.ipynb", ("month", "quarter"), groups=("monthly", "quarterly")),
        "乙": Report("乙", "示例乙", "b.ipynb", ("month",), groups=("monthly",)),
        "丙": Report("丙", "示例丙", "c.ipynb", ("year",), groups=()),
    },
    groups={"monthly": Group("monthly", "月报", "month"), "quarterly": Group("quarterly", "季报", "quarter")},
)


def ten_days_later(period: Period) -> date:
    return period.end + timedelta(days=10)


def told(as_of: date, made: list[tuple[str, str]], years: tuple[int, ...] = (2023,)) -> list[tuple[str, str, str]]:
    rows = due_reports(CATALOGUE, years, as_of, ten_days_later, made)
    return [(str(one.period), one.report.name, one.state) for one in rows]


def test_nothing_is_due_on_the_cut_off_day_and_all_of_it_on_the_next() -> None:
    # January ends on the 31st, ten days later is 10 February.
    assert told(date(2023, 2, 10), []) == []
    assert told(date(2023, 2, 11), []) == [("2023-01", "甲", "due"), ("2023-01", "乙", "due")]
    assert told(date(2023, 2, 12), []) == [("2023-01", "甲", "overdue"), ("2023-01", "乙", "overdue")]


def test_three_missed_months_stand_in_order_before_what_has_been_made_since() -> None:
    # 31 March + 10 days = 10 April: month 3 and quarter 1 fall due together on the 11th, the month first.
    rows = told(date(2023, 4, 11), [("2023-02", "乙"), ("2023-01", "别的")])
    assert rows == [
        ("2023-01", "甲", "overdue"),
        ("2023-01", "乙", "overdue"),
        ("2023-02", "甲", "overdue"),
        ("2023-02", "乙", "made"),
        ("2023-03", "甲", "due"),
        ("2023Q1", "甲", "due"),
        ("2023-03", "乙", "due"),
    ]
    wanting = missing(due_reports(CATALOGUE, (2023,), date(2023, 4, 11), ten_days_later, [("2023-02", "乙")]))
    assert [str(one.period) for one in wanting] == ["2023-01", "2023-01", "2023-02", "2023-03", "2023Q1", "2023-03"]


def test_report_of_no_group_and_other_years_are_never_due() -> None:
    assert {name for _, name, _ in told(date(2024, 12, 31), [])} == {"甲", "乙"}
    assert {period[:4] for period, _, _ in told(date(2024, 12, 31), [])} == {"2023"}
    # Twelve months for two reports and four quarters for one.
    assert len(told(date(2024, 12, 31), [])) == 2 * 12 + 4


def test_due_lists_the_shipped_place_by_its_calendar(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["due", "--as-of", "2023-03-01", "--home", str(ROOT)]) == 0
    out = capsys.readouterr().out
    # January's figures count up to the last day of the month after it.
    assert any(line.split()[:3] == ["targets", "2023-01", "2023-02-28"] for line in out.splitlines())
    assert str(parse_period("2023-02")) not in [line.split()[1] for line in out.splitlines()[:-1]]
    assert out.splitlines()[-1].startswith("截至 2023-03-01：应出 ")


def test_run_due_takes_no_report_and_no_wrong_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "monthly", "--due", "--home", str(ROOT)]) == 2
    assert "--due 不能与报告和期间同写，请去掉其一" in capsys.readouterr().err
    assert cli.main(["due", "--as-of", "2023-3-1", "--home", str(ROOT)]) == 2
    assert "参数 as_of 写的是“2023-3-1”" in capsys.readouterr().err
    assert cli.main(["run", "--due", "--as-of", "2023-01-15", "--home", str(ROOT)]) == 0
    assert capsys.readouterr().out == "截至 2023-01-15 应出的报告都已发布。\n"
