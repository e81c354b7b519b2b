"""Targets by unit and by leader, and what happened between two reports."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from test_targets_frames import make_indicators, make_observations, make_targets, months

from fhdata.periods import parse_period
from fhdata.publish.page import render_page
from fhdata.publish.report import Section, chinese_number, report_problems
from fhdata.publish.sections import numbered
from fhdata.publish.targets_units import units_book, units_page
from fhdata.runs.session import open_session
from fhdata.targets.between import handed_in, new_events, new_figures, of_frequency
from fhdata.targets.briefing import outlooks
from fhdata.targets.progress import track
from fhdata.targets.units_view import portfolio_counts, unit_counts, unit_targets

ROOT = Path(__file__).parents[1]
JUNE = parse_period("2023-06")
TARGETS = make_targets(
    {"indicator": "a"}, {"indicator": "b"}, {"indicator": "c", "frequency": "quarter"},
    {"indicator": "a", "kind": "growth_rate", "unit": "%", "value": 8.0, "frequency": "quarter"},
)  # fmt: skip
INDICATORS = make_indicators(*({"indicator": name} for name in "abc"))
ROLES = pd.DataFrame(
    [("T1", "U2", "乙局", "lead"), ("T2", "U1", "甲局", "lead"), ("T3", "U2", "乙局", "lead"),
     ("T1", "U1", "甲局", "support"), ("T4", "U3", "丙局", "support")],
    columns=["code", "unit", "unit_name", "role"],
)  # fmt: skip


def progress(**values: float) -> pd.DataFrame:
    rows = [row for name, value in values.items() for row in months({"2023-06": value}, indicator=name)]
    return track(TARGETS, make_observations(*rows), INDICATORS, JUNE, parse_period("2023-07").end)


NOW = progress(a=60.0, b=45.0, c=30.0)  # ahead of half a year, behind, far behind


def test_every_unit_has_all_it_leads_and_supports() -> None:
    rows = unit_targets(NOW, ROLES)
    assert rows[["unit_name", "role_name", "code"]].to_numpy().tolist() == [
        ["甲局", "牵头", "T2"], ["甲局", "配合", "T1"], ["乙局", "牵头", "T1"], ["乙局", "牵头", "T3"],
        ["丙局", "配合", "T4"],
    ]  # fmt: skip
    counts = unit_counts(rows).set_index("unit_name")
    assert list(counts.index) == ["乙局", "甲局", "丙局"]  # those that lead most first
    wanted = ["leads", "supports", "green", "amber", "red", "untold"]
    assert counts.loc["乙局", wanted].to_list() == [2, 0, 1, 0, 1, 0]
    assert counts.loc["丙局", wanted].to_list() == [0, 1, 0, 0, 0, 0]


def test_unit_sheets_and_page_hold_what_each_unit_has() -> None:
    rows = unit_targets(NOW, ROLES)
    counts = unit_counts(rows)
    words = {"title": "示例县分单位目标", "period_label": "2023年1—6月", "as_of": JUNE.end, "is_example": True}
    book, page = units_book(counts, rows, **words), units_page(counts, rows, **words)
    assert [(table.title, len(table.frame)) for table in book.tables] == [
        ("各单位目标汇总", 3), ("乙局", 2), ("甲局", 2), ("丙局", 1)
    ]  # fmt: skip
    assert report_problems(book) == []
    assert [section.heading for section in page.sections] == ["各单位目标汇总", "乙局", "甲局"]
    html = render_page(page)
    assert "牵头2项，其中达序时或已完成1项，明显落后或已突破1项。" in html
    assert "牵头1项，其中略欠序时1项；另配合1项。" in html


def test_a_leader_counts_a_target_once_whoever_of_his_units_leads_it() -> None:
    both = pd.concat([ROLES, ROLES.iloc[[0]].assign(unit="U1", unit_name="甲局")])
    given = pd.DataFrame({"unit": ["甲局", "乙局"], "portfolio": ["分管一", "分管一"]})
    counts = portfolio_counts(NOW, both, given)
    assert counts[["portfolio", "total", "达序时"]].to_numpy().tolist() == [["分管一", 3, 1]]
    assert portfolio_counts(NOW, ROLES, given.iloc[:0]).empty


def test_new_figures_are_those_that_rest_on_another_cell_or_number() -> None:
    before = progress(a=60.0, b=45.0)
    found = new_figures(before, NOW)
    assert list(found["code"]) == ["T3"]
    assert new_figures(NOW, NOW).empty
    assert handed_in(found)[["publisher", "observed_period", "count"]].to_numpy().tolist() == [["示例局", "2023Q2", 1]]
    assert list(handed_in(found.iloc[:0]).columns) == ["publisher", "observed_period", "count", "files"]
    changed = progress(a=61.0, b=45.0, c=30.0)
    assert list(new_figures(NOW, changed)["code"]) == ["T1"]  # T4's growth still lacks last year's figure


def test_events_are_what_was_met_breached_or_lost_since() -> None:
    done = progress(a=100.0, b=45.0, c=30.0)
    assert list(new_events(NOW, done)["code"]) == ["T1"]
    assert new_events(done, done).empty
    assert list(new_events(done.iloc[:0], done)["code"]) == ["T1"]


def test_growths_published_by_the_quarter() -> None:
    assert list(of_frequency(NOW, TARGETS, "quarter", "growth_rate")["code"]) == ["T4"]


def test_sections_are_numbered_but_not_annexes_and_parts() -> None:
    sections = [Section("甲"), Section(""), Section("乙"), Section("附：丙")]
    assert [one.heading for one in numbered(sections)] == ["一、甲", "", "二、乙", "附：丙"]
    assert [chinese_number(one) for one in (9, 10, 11, 20, 21)] == ["九", "十", "十一", "二十", "二十一"]


def test_a_growth_targets_forecast_amount_lies_within_its_interval() -> None:
    """Last year 50 by June of 100; 54 now: growth 8%, so 100 × 1.08 = 108 by the same shape."""
    rows = months({"2022-03": 20.0, "2022-06": 50.0, "2022-12": 100.0, "2023-03": 22.0, "2023-06": 54.0}, indicator="a")
    ahead = outlooks(track(TARGETS, make_observations(*rows), INDICATORS, JUNE, parse_period("2023-07").end))
    growth = ahead.set_index("code").loc["T4"]
    assert growth["amount"] == pytest.approx(108.0)
    assert growth["growth"] == pytest.approx(8.0)
    bounds = growth[["low", "high"]].dropna()
    assert bounds.empty or bounds["low"] <= growth["amount"] <= bounds["high"]


@pytest.mark.parametrize(
    ("period", "month", "known"),
    [
        ("2023-06-中旬", "2023-04", date(2023, 5, 31)),  # May's report is due on June 30 only
        ("2023-06-下旬", "2023-05", date(2023, 6, 30)),
        ("2023-01-上旬", "2022-12", date(2023, 1, 15)),
    ],
)
def test_a_brief_compares_with_the_last_month_whose_report_was_due(
    period: str, month: str, known: date, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("FHDATA_OUTPUT", str(tmp_path))
    before, day = open_session("targets_tenday", period=period, as_of="").last_monthly()
    assert (str(before), day) == (month, known)


@pytest.mark.parametrize(
    ("period", "as_of", "known"),
    [
        ("2023-06", "", date(2023, 6, 30)),  # May's report counts what was released by the end of June
        ("2023-06", "2023-09-01", date(2023, 6, 30)),  # made again later: the report before is still May's
        ("2023-01", "", date(2023, 2, 28)),  # the year's first report: nothing before it but its own day
    ],
)
def test_the_report_before_knew_what_was_released_by_its_own_day(
    period: str, as_of: str, known: date, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("FHDATA_OUTPUT", str(tmp_path))
    assert open_session("targets", period=period, as_of=as_of).previous_as_of == known
